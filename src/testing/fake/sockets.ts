/** The live channel of the fake platform. It never pings, as the recorded one. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';

/** Close codes that no side may send: the connection just ends. */
const WITHOUT_CLOSE_FRAME = 1006;
const WITHOUT_CODE = 1005;

export class FakeSockets {
  readonly #server = new WebSocketServer({ noServer: true, autoPong: false });
  readonly #changed: () => void;
  /** Half-open: the sockets stay, and nothing comes from the platform, not even a pong. */
  silent = false;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get count(): number {
    return this.#open().length;
  }

  accept(req: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#server.handleUpgrade(req, socket, head, (live) => {
      live.on('ping', (data) => {
        if (!this.silent) live.pong(data);
      });
      live.on('error', () => undefined);
      live.on('close', this.#changed);
      this.#changed();
    });
  }

  /** What the platform tells; lost where it is silent. */
  announce(frame: string): void {
    if (!this.silent) this.send(frame);
  }

  send(frame: string | Uint8Array, options: { fin?: boolean } = {}): void {
    for (const live of this.#open()) live.send(frame, options, ignored);
  }

  drop(code: number, abrupt: boolean): void {
    for (const live of this.#open()) {
      if (abrupt || code === WITHOUT_CLOSE_FRAME) live.terminate();
      else if (code === WITHOUT_CODE) live.close();
      else live.close(code);
    }
  }

  close(): void {
    for (const live of this.#server.clients) live.terminate();
    this.#server.close();
  }

  #open(): WebSocket[] {
    return [...this.#server.clients].filter((live) => live.readyState === live.OPEN);
  }
}

/** A socket that ends while it is written to has nobody left to tell. */
const ignored = (): void => undefined;
