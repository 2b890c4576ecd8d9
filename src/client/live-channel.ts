/**
 * The live channel around its machine: opened by the first who needs it, closed with the last, and
 * the same for all in between.
 */
import { type ActorRefFrom, createActor, fromPromise, type InspectionEvent } from 'xstate';
import { type ChannelStatus, channelMachine, type DeadlineClock } from '../../machines/index.ts';
import { equalJitterMs, fullJitterMs, pause } from './pause.ts';
import { type SocketOptions, socketActor } from './socket.actor.ts';

export interface LiveChannelOptions extends SocketOptions {
  /** How often decisions are read while there is no connection, milliseconds. */
  readonly pollIntervalMs: number;
  readonly onLive: () => void;
  /** The connection that there was is lost. */
  readonly onDown: (error: string) => void;
  /** Diagnostics: why there is no connection, once for each reason in a row. */
  readonly onTrouble: (trouble: string) => void;
  readonly inspect?: (event: InspectionEvent) => void;
}

/**
 * When a platform restarts, everybody loses the channel at once. The first tries are spread over
 * this many poll intervals, and at the most over {@link FIRST_MOST_MS}: reads go on meanwhile.
 */
const FIRST_POLL_INTERVALS = 8;
const FIRST_MOST_MS = 40_000;
/** Ceiling of any pause between two connections. */
const MOST_MS = 60_000;

/**
 * How long to wait before a connection is tried again, milliseconds.
 * @param attempt from 1, since the last connection that was stable
 */
export function reconnectAfterMs(
  random: () => number,
  attempt: number,
  pollIntervalMs: number,
): number {
  const firstMs = Math.min(FIRST_MOST_MS, FIRST_POLL_INTERVALS * pollIntervalMs);
  const jitterMs = attempt === 1 ? fullJitterMs : equalJitterMs;
  return jitterMs(random, attempt, { firstMs, mostMs: MOST_MS });
}

export class LiveChannel {
  readonly #options: LiveChannelOptions;
  readonly #machine;
  #actor: ActorRefFrom<typeof channelMachine> | undefined;
  #status: ChannelStatus = 'down';
  readonly #settling = new Set<() => void>();

  constructor(options: LiveChannelOptions) {
    this.#options = options;
    this.#machine = channelMachine.provide({
      actors: {
        openSocket: socketActor(options),
        backOff: fromPromise<void, { readonly attempt: number }>(({ input, signal }) =>
          pause(
            options.environment,
            reconnectAfterMs(options.environment.random, input.attempt, options.pollIntervalMs),
            signal,
          ),
        ),
      },
    });
  }

  get status(): ChannelStatus {
    return this.#status;
  }

  /** Why there is no connection. */
  lastError = 'the live channel is not connected yet';

  /** Connects, where that is not under way already. */
  open(): void {
    if (this.#actor !== undefined) return;
    const { clock } = this.#options.environment;
    const inspect = this.#options.inspect;
    this.#actor = createActor(this.#machine, {
      input: { url: this.#options.url },
      clock: timersOf(clock),
      ...(inspect === undefined ? {} : { inspect }),
    });
    this.#actor.on('live', () => this.#settle('live', ''));
    this.#actor.on('down', ({ error }) => this.#settle('down', error));
    this.#actor.start();
  }

  /** Resolves when the connection that is being made is there or failed, or after `limitMs`. */
  settled(limitMs: number): Promise<void> {
    if (this.#actor?.getSnapshot().matches({ open: 'connecting' }) !== true)
      return Promise.resolve();
    const { clock } = this.#options.environment;
    return new Promise((resolve) => {
      const done = (): void => {
        clock.clearTimeout(timer);
        this.#settling.delete(done);
        resolve();
      };
      const timer = clock.setTimeout(done, limitMs);
      this.#settling.add(done);
    });
  }

  close(): void {
    this.#actor?.send({ type: 'channel.close' });
    this.#actor = undefined;
    this.#status = 'down';
    this.#wake();
  }

  #settle(status: ChannelStatus, error: string): void {
    const before = this.#status;
    this.#status = status;
    if (status === 'down' && error !== this.lastError)
      this.#options.onTrouble(`no live channel: ${error}`);
    if (status === 'down') this.lastError = error;
    if (status === 'live') this.#options.onLive();
    else if (before === 'live') this.#options.onDown(error);
    this.#wake();
  }

  #wake(): void {
    for (const done of Array.from(this.#settling)) done();
  }
}

const timersOf = ({ setTimeout, clearTimeout }: DeadlineClock) => ({
  setTimeout: (callback: () => void, ms: number) => setTimeout(callback, ms),
  clearTimeout: (handle: unknown) => clearTimeout(handle),
});
