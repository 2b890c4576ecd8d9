import type { WebSocket } from 'ws';

/** Whether the other side of a socket is still there: a ping must be answered before the next one. */
export class Pulse {
  readonly #unanswered = new WeakSet<WebSocket>();

  watch(socket: WebSocket): void {
    socket.on('pong', () => this.#unanswered.delete(socket));
  }

  /** Asks; a socket that did not answer the last time is terminated. @returns whether it was asked */
  take(socket: WebSocket): boolean {
    if (this.#unanswered.has(socket)) {
      socket.terminate();
      return false;
    }
    this.#unanswered.add(socket);
    socket.ping();
    return true;
  }
}
