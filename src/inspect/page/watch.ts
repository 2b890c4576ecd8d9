import { backOffMs } from '../../page/backoff.ts';
import type { ViewMessage } from '../wire.ts';
import { readMessage } from './message.ts';
import type { Link } from './model/link.ts';

/** An upgrade takes this long at most, milliseconds. */
const OPEN_MS = 10_000;

export interface WatchInput {
  readonly onMessage: (message: ViewMessage) => void;
  readonly onLink: (at: Link['at']) => void;
}

/** The page's connection to the view, made again whenever it is lost. */
export class Watch {
  readonly #input: WatchInput;
  #socket: WebSocket | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #actor: string | null = null;

  constructor(input: WatchInput) {
    this.#input = input;
    this.#connect();
  }

  /** Asks for the timeline of an actor, now and after every new connection. */
  watch(actor: string | null): void {
    this.#actor = actor;
    if (this.#socket?.readyState === WebSocket.OPEN)
      this.#socket.send(JSON.stringify({ type: 'watch', actor }));
  }

  /** The next try comes now: the tab was hidden, the reader asked. */
  nudge(): void {
    if (this.#socket === null) this.#connect();
  }

  #connect(): void {
    clearTimeout(this.#timer);
    const socket = new WebSocket(address());
    this.#socket = socket;
    this.#timer = setTimeout(() => this.#lose(socket), OPEN_MS);
    socket.addEventListener('open', () => this.#opened(socket));
    socket.addEventListener('close', () => this.#lose(socket));
    socket.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      const message = this.#socket === socket ? readMessage(data) : undefined;
      if (message) this.#input.onMessage(message);
    });
  }

  #opened(socket: WebSocket): void {
    if (this.#socket !== socket) return;
    clearTimeout(this.#timer);
    this.#failures = 0;
    this.#input.onLink('live');
    if (this.#actor !== null) this.watch(this.#actor);
  }

  #lose(socket: WebSocket): void {
    if (this.#socket !== socket) return;
    clearTimeout(this.#timer);
    this.#socket = null;
    socket.close();
    this.#failures++;
    this.#input.onLink('lost');
    this.#timer = setTimeout(() => this.#connect(), backOffMs(this.#failures, Math.random()));
  }
}

function address(): URL {
  const url = new URL('watch', document.baseURI);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url;
}
