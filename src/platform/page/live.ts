import { backOffMs } from '../../page/backoff.ts';
import { routes } from '../../protocol/routes.ts';
import type { Link } from './model/state.ts';

/** An upgrade takes this long at most, milliseconds. */
const OPEN_MS = 10_000;
/** A connection that held this long was a good one: the next failure is the first again. */
const STABLE_MS = 30_000;
/** How often the lists are read while live: a frame can be lost, a socket can be half open. */
const READ_MS = 30_000;

export interface LiveInput {
  /** Reads the lists; false where they could not be read. */
  readonly read: () => Promise<boolean>;
  /** The number of the last event that is known; `null` before the first. */
  readonly since: () => number | null;
  readonly onFrame: (data: string) => void;
  readonly onLink: (at: Link['at']) => void;
}

/** One live channel for as long as the page is signed in, that says truly how it is. */
export class Live {
  readonly #input: LiveInput;
  #socket: WebSocket | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #openedAt: number | null = null;
  #isLive = false;
  #isStopped = false;

  constructor(input: LiveInput) {
    this.#input = input;
    this.#connect();
  }

  /** Look again now: the tab was hidden, the network came back, the reader asked. */
  nudge(): void {
    if (this.#isStopped) return;
    if (this.#isLive) void this.#confirm();
    else if (this.#socket === null) this.#connect();
  }

  stop(): void {
    this.#isStopped = true;
    this.#abandon();
  }

  #connect(): void {
    clearTimeout(this.#timer);
    const socket = new WebSocket(addressOf(this.#input.since()));
    this.#socket = socket;
    this.#openedAt = null;
    this.#timer = setTimeout(() => this.#lose(socket), OPEN_MS);
    socket.addEventListener('open', () => this.#opened(socket));
    socket.addEventListener('close', () => this.#lose(socket));
    socket.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      if (this.#socket === socket && typeof data === 'string') this.#input.onFrame(data);
    });
  }

  #opened(socket: WebSocket): void {
    if (this.#socket !== socket) return;
    this.#openedAt = performance.now();
    void this.#confirm();
  }

  /** The channel is live once the lists were read on it: only then nothing was missed. */
  async #confirm(): Promise<void> {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    const isRead = await this.#input.read();
    if (socket === null || this.#socket !== socket) return;
    if (!isRead) return this.#lose(socket);
    this.#isLive = true;
    this.#input.onLink('live');
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#confirm(), READ_MS);
  }

  #lose(socket: WebSocket): void {
    if (this.#socket !== socket) return;
    const wasLive = this.#isLive;
    const heldMs = this.#openedAt === null ? 0 : performance.now() - this.#openedAt;
    this.#abandon();
    this.#failures = heldMs > STABLE_MS ? 1 : this.#failures + 1;
    // One try in silence: most drops are over before anybody could read of them.
    if (wasLive) this.#input.onLink('connecting');
    else void this.#explain();
    this.#timer = setTimeout(() => this.#connect(), backOffMs(this.#failures, Math.random()));
  }

  /** Gives the socket up without waiting for its closing handshake, which may never come. */
  #abandon(): void {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = null;
    this.#isLive = false;
    socket?.close();
  }

  /** No channel: is it the channel alone, or does nothing answer? */
  async #explain(): Promise<void> {
    const isRead = await this.#input.read();
    if (!this.#isStopped && !this.#isLive) this.#input.onLink(isRead ? 'reading' : 'unreachable');
  }
}

function addressOf(since: number | null): URL {
  const address = new URL(routes.live, document.baseURI);
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
  if (since !== null) address.searchParams.set('since', String(since));
  return address;
}
