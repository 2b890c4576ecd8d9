/**
 * A WebSocket that is made anew after every end, also a clean one, and never keeps the process
 * alive. What comes in is thrown away: a relay sends everybody what the others send.
 */
import { WebSocket } from 'ws';

export interface RetryOptions {
  /** The pause after the first connection that failed, milliseconds; it doubles with each. Default 250. */
  readonly firstRetryMs?: number;
  /** The longest pause, milliseconds. Default 5,000. */
  readonly mostRetryMs?: number;
}

export interface SocketEvents {
  readonly onOpen: () => void;
  /** Something was written out, or there is no connection any more. */
  readonly onProgress: () => void;
  /** A message was taken and then not written. */
  readonly onLost: () => void;
}

/** No more is handed to a socket that has so much to write, bytes. */
const MOST_BUFFERED = 1024 * 1024;
const HANDSHAKE_TIMEOUT_MS = 10_000;
/** A viewer that reads nothing for that long is gone, or will be told anew when it is back. */
const LOOK_EVERY_MS = 20_000;
/** What other processes say to the relay comes back to us. */
const MOST_RECEIVED = 16 * 1024 * 1024;
/** A connection that lived for that long starts the pauses anew. */
const STABLE_AFTER_MS = 10_000;

export class ReconnectingSocket {
  readonly #url: string;
  readonly #events: SocketEvents;
  readonly #firstRetryMs: number;
  readonly #mostRetryMs: number;
  #socket: WebSocket | undefined;
  #retry: NodeJS.Timeout | undefined;
  #failures = 0;
  #isClosed = false;

  constructor(
    url: string,
    { firstRetryMs = 250, mostRetryMs = 5_000 }: RetryOptions,
    events: SocketEvents,
  ) {
    this.#url = url;
    this.#events = events;
    this.#firstRetryMs = firstRetryMs;
    this.#mostRetryMs = mostRetryMs;
    this.#connect();
  }

  get isOpen(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  /** Nothing to hope for before the next try. */
  get isDown(): boolean {
    return this.#socket === undefined;
  }

  get hasRoom(): boolean {
    return this.isOpen && this.#buffered < MOST_BUFFERED;
  }

  get isWrittenOut(): boolean {
    return this.#buffered === 0;
  }

  get #buffered(): number {
    return this.#socket?.bufferedAmount ?? 0;
  }

  send(text: string): void {
    this.#socket?.send(text, (error) => {
      if (error !== undefined && error !== null) this.#events.onLost();
      this.#events.onProgress();
    });
  }

  /** @param withinMs how long the goodbye may take */
  async close(withinMs: number): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    const socket = this.#socket;
    if (socket === undefined) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    socket.once('close', () => resolve());
    const limit = setTimeout(() => socket.terminate(), withinMs);
    if (this.isOpen) socket.close(1000);
    else socket.terminate();
    await promise;
    clearTimeout(limit);
  }

  #connect(): void {
    const socket = new WebSocket(this.#url, {
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      maxPayload: MOST_RECEIVED,
      perMessageDeflate: false,
      finishRequest: (request) => {
        request.on('socket', (connection) => connection.unref());
        request.end();
      },
    });
    this.#socket = socket;
    let openedAt = Number.POSITIVE_INFINITY;
    let stopLooking: (() => void) | undefined;
    socket.on('open', () => {
      openedAt = performance.now();
      stopLooking = terminateWhenSilent(socket);
      this.#events.onOpen();
    });
    // `close` follows.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      stopLooking?.();
      this.#ended(performance.now() - openedAt > STABLE_AFTER_MS);
    });
  }

  #ended(wasStable: boolean): void {
    this.#socket = undefined;
    this.#failures = wasStable ? 1 : this.#failures + 1;
    this.#events.onProgress();
    if (this.#isClosed) return;
    this.#retry = setTimeout(() => this.#connect(), this.#pauseMs()).unref();
  }

  /** With jitter: many processes lose one relay at once. */
  #pauseMs(): number {
    const ceiling = Math.min(this.#mostRetryMs, this.#firstRetryMs * 2 ** (this.#failures - 1));
    return ceiling * (0.5 + Math.random() / 2);
  }
}

/** The other end may be gone without a word. */
function terminateWhenSilent(socket: WebSocket): () => void {
  let isAlive = true;
  socket.on('pong', () => {
    isAlive = true;
  });
  const timer = setInterval(() => {
    if (!isAlive) return socket.terminate();
    isAlive = false;
    socket.ping();
  }, LOOK_EVERY_MS).unref();
  return () => clearInterval(timer);
}
