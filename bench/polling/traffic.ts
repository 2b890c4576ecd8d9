/** Counts the list requests that come to this process, whoever answers them. */
import { subscribe } from 'node:diagnostics_channel';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { z } from 'zod';
import { nowMicros } from '../waiting/messages.ts';
import type { countedSchema } from './messages.ts';

const messageSchema = z.object({
  request: z.instanceof(IncomingMessage),
  socket: z.instanceof(Socket),
});

export class Traffic {
  #at: number[] = [];
  #bytes = 0;
  /** What each connection had sent when the request came. */
  readonly #before = new WeakMap<IncomingMessage, number>();

  constructor() {
    subscribe('http.server.request.start', (message) => {
      const { request, socket } = messageSchema.parse(message);
      if (request.method !== 'GET') return;
      this.#at.push(nowMicros());
      this.#before.set(request, socket.bytesWritten);
    });
    subscribe('http.server.response.finish', (message) => {
      const { request, socket } = messageSchema.parse(message);
      const before = this.#before.get(request);
      if (before !== undefined) this.#bytes += socket.bytesWritten - before;
    });
  }

  reset(): void {
    this.#at = [];
    this.#bytes = 0;
  }

  counted(): z.infer<typeof countedSchema> {
    return { is: 'counted', at: this.#at, bytes: this.#bytes };
  }
}
