/** The live channel: both ends of a socket, and what happens between them. */
import type { LiveSocket, RefusedUpgrade, SocketData } from '../../src/environment.ts';
import type { FaultMix } from './fault-mix.ts';
import type { Life } from './life.ts';
import type { Random } from './random.ts';

/** As in `ws`. */
const CONNECTING = 0;
const OPEN = 1;
const CLOSING = 2;
const CLOSED = 3;
const CLOSE_PATIENCE_MS = 30_000;

interface Listeners {
  readonly open: (() => void)[];
  readonly pong: (() => void)[];
  readonly message: ((data: SocketData, isBinary: boolean) => void)[];
  readonly close: ((code: number, reason: Buffer) => void)[];
  readonly error: ((error: Error) => void)[];
  readonly 'unexpected-response': ((request: unknown, response: RefusedUpgrade) => void)[];
}

export interface SocketOptions {
  readonly life: Life;
  readonly faults: FaultMix;
  readonly random: Random;
  readonly onChange: () => void;
}

/** The end of the process that asks; a part of what `ws` does. */
export class SimulatedSocket implements LiveSocket {
  readonly OPEN = OPEN;
  readyState = CONNECTING;
  /** Nothing comes through any more, and no side was told. */
  isHalfOpen = false;
  readonly life: Life;
  readonly #options: SocketOptions;
  readonly #listeners: Listeners = {
    open: [],
    pong: [],
    message: [],
    close: [],
    error: [],
    'unexpected-response': [],
  };
  #lastArrival = 0;

  constructor(options: SocketOptions) {
    this.life = options.life;
    this.#options = options;
  }

  /** Whether the process holds a connection, or is making one. */
  get isHeld(): boolean {
    return this.life.isAlive && this.readyState <= OPEN;
  }

  on<Name extends keyof Listeners>(event: Name, listener: Listeners[Name][number]): this {
    const list: Listeners[Name][number][] = this.#listeners[event];
    list.push(listener);
    return this;
  }

  ping(): void {
    if (this.readyState !== OPEN || this.isHalfOpen) return;
    this.#arrive(() => {
      if (this.readyState === OPEN && !this.isHalfOpen)
        for (const listener of this.#listeners.pong) listener();
    });
  }

  close(code: number): void {
    if (this.readyState === CONNECTING) this.terminate();
    if (this.readyState !== OPEN) return;
    this.readyState = CLOSING;
    this.#options.onChange();
    const ms = this.isHalfOpen ? CLOSE_PATIENCE_MS : this.#latency();
    this.life.arrival(ms, 'socket', () => this.#closed(code, ''));
  }

  terminate(): void {
    if (this.readyState === CLOSED) return;
    const before = this.readyState;
    this.readyState = CLOSING;
    this.#options.onChange();
    this.life.arrival(0, 'socket', () => {
      if (before === CONNECTING)
        this.#emitError(new Error('WebSocket was closed before the connection was established'));
      this.#closed(1006, '');
    });
  }

  /** The platform accepts. */
  opened(): void {
    if (this.readyState !== CONNECTING) return;
    this.readyState = OPEN;
    for (const listener of this.#listeners.open) listener();
  }

  refused(statusCode: number): void {
    if (this.readyState !== CONNECTING) return;
    for (const listener of this.#listeners['unexpected-response'])
      listener(undefined, { statusCode, resume: () => undefined });
  }

  failed(message: string): void {
    if (this.readyState !== CONNECTING) return;
    this.readyState = CLOSING;
    this.#options.onChange();
    this.#emitError(new Error(message));
    this.#closed(1006, '');
  }

  /** A frame is on its way. @param inOrder as on one connection */
  deliver(frame: string, isBinary: boolean, inOrder: boolean): void {
    if (this.isHalfOpen) return;
    this.#arrive(() => {
      if (this.readyState !== OPEN || this.isHalfOpen) return;
      const data = Buffer.from(frame, 'utf8');
      for (const listener of this.#listeners.message) listener(data, isBinary);
    }, inOrder);
  }

  /** The other end closes, or the connection is reset (1006). */
  closedByPeer(code: number, reason: string): void {
    this.#arrive(() => this.#closed(code, reason));
  }

  #closed(code: number, reason: string): void {
    if (this.readyState === CLOSED) return;
    this.readyState = CLOSED;
    this.#options.onChange();
    for (const listener of this.#listeners.close) listener(code, Buffer.from(reason, 'utf8'));
  }

  #emitError(error: Error): void {
    for (const listener of this.#listeners.error) listener(error);
  }

  #arrive(run: () => void, inOrder = true): void {
    const now = this.life.time.monotonic;
    const at = now + this.#latency();
    const arrival = inOrder ? Math.max(at, this.#lastArrival) : at;
    if (inOrder) this.#lastArrival = arrival;
    this.life.arrival(arrival - now, 'socket', run);
  }

  #latency(): number {
    const { faults, random } = this.#options;
    return faults.strikes('http.slow') ? random.between(50, 3_000) : random.between(1, 20);
  }
}
