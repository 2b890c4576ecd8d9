/** One connection through the proxy: a client, the target, and a flow each way. */
import { connect, type Socket } from 'node:net';
import { Flow } from './flow.ts';
import type { Direction } from './toxics.ts';

export interface ConnectionOptions {
  readonly client: Socket;
  readonly target: { readonly host: string; readonly port: number };
  readonly up: Direction;
  readonly down: Direction;
  readonly random: () => number;
}

export class Connection {
  /** Resolves when both sockets are closed. */
  readonly closed: Promise<void>;
  readonly #sockets: readonly Socket[];
  readonly #ended = new AbortController();

  constructor({ client, target, up, down, random }: ConnectionOptions) {
    const upstream = connect({ ...target, noDelay: true, allowHalfOpen: true });
    client.setNoDelay(true);
    this.#sockets = [client, upstream];
    this.closed = Promise.all(this.#sockets.map(closing)).then(() => this.#ended.abort());
    const shared = {
      random,
      ended: this.#ended.signal,
      end: (how: 'fin' | 'reset') => this.end(how),
    };
    void new Flow({ ...shared, source: client, sink: upstream, toxics: up }).run();
    void new Flow({ ...shared, source: upstream, sink: client, toxics: down }).run();
  }

  /** What was written still arrives (`fin`), or not (`reset`). */
  end(how: 'fin' | 'reset'): void {
    for (const socket of this.#sockets)
      if (how === 'fin') socket.destroySoon();
      else socket.resetAndDestroy();
    this.#ended.abort();
  }

  /** Writes to the client what the target never sent. */
  inject(bytes: Uint8Array): void {
    this.#sockets[0]?.write(bytes);
  }
}

function closing(socket: Socket): Promise<void> {
  // What goes wrong shows in the flow that reads it.
  socket.on('error', () => undefined);
  return new Promise((resolve) => socket.once('close', () => resolve()));
}
