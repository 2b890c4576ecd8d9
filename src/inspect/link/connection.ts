/**
 * The socket to the view: opened again whenever it is lost, after pauses that grow. Keeps no process
 * alive, and never throws.
 */
import { WebSocket } from 'ws';
import { equalJitterMs, type Pauses } from '../../client/pause.ts';

/** Before the next try; somebody who starts a view wants to see something soon. */
const PAUSES: Pauses = { firstMs: 250, mostMs: 5_000 };
/** A connection that lived this long starts the pauses anew, milliseconds. */
const STABLE_AFTER_MS = 10_000;
const HANDSHAKE_MS = 5_000;
/** How long the goodbye may take, milliseconds. */
const GOODBYE_MS = 300;
/** What a view may say at once, bytes: it says nothing. */
const MAX_PAYLOAD = 1_024;

export interface ConnectionOptions {
  /** Of the view: `http://127.0.0.1:7357`. */
  readonly url: string;
  readonly onOpen: () => void;
  readonly onLost: () => void;
  /** What was given to be sent is on its way. */
  readonly onSent: () => void;
  /** In [0, 1). Default `Math.random`. */
  readonly random?: () => number;
}

export class Connection {
  readonly #options: ConnectionOptions;
  #socket: WebSocket | undefined;
  #retry: NodeJS.Timeout | undefined;
  #failures = 0;
  #openedAt = 0;
  #isClosed = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#open();
  }

  get isOpen(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  /** Bytes that were given to be sent and wait. */
  get buffered(): number {
    return this.#socket?.bufferedAmount ?? 0;
  }

  send(text: string): void {
    this.#socket?.send(text, () => this.#options.onSent());
  }

  /** Resolves when the connection that is being made is there or has failed; soon, either way. */
  settled(): Promise<void> {
    const socket = this.#socket;
    if (socket?.readyState !== WebSocket.CONNECTING) return Promise.resolve();
    return new Promise((resolve) => {
      // Holds the process until it is over.
      const giveUp = setTimeout(resolve, GOODBYE_MS);
      for (const event of ['open', 'close'])
        socket.once(event, () => {
          clearTimeout(giveUp);
          resolve();
        });
    });
  }

  /** Resolves when it is closed; what was sent before is waited for, but not for long. */
  close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    const socket = this.#socket;
    if (socket === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      // Holds the process until it is over.
      const giveUp = setTimeout(() => socket.terminate(), this.isOpen ? GOODBYE_MS : 0);
      socket.once('close', () => {
        clearTimeout(giveUp);
        resolve();
      });
      if (this.isOpen) socket.close(1000);
    });
  }

  #open(): void {
    const socket = new WebSocket(`${this.#options.url.replace(/^http/, 'ws')}/processes`, {
      maxPayload: MAX_PAYLOAD,
      perMessageDeflate: false,
      handshakeTimeout: HANDSHAKE_MS,
      finishRequest: (request) => {
        request.on('socket', (raw) => raw.unref());
        request.end();
      },
    });
    this.#socket = socket;
    socket.on('open', () => {
      this.#openedAt = performance.now();
      this.#options.onOpen();
    });
    // `close` follows every error.
    socket.on('error', () => {});
    socket.on('close', () => this.#lost());
  }

  #lost(): void {
    const isStable = this.#openedAt > 0 && performance.now() - this.#openedAt > STABLE_AFTER_MS;
    this.#failures = isStable ? 1 : this.#failures + 1;
    this.#openedAt = 0;
    this.#socket = undefined;
    this.#options.onLost();
    if (this.#isClosed) return;
    const { random = Math.random } = this.#options;
    const waitMs = equalJitterMs(random, this.#failures, PAUSES);
    this.#retry = setTimeout(() => this.#open(), waitMs).unref();
  }
}
