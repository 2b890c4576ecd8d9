/**
 * The reads: one list request at a time for all who wait, whatever their number.
 *
 * Reads come every poll interval while somebody polls, every 30 s while the channel is live, at
 * once when a wait or a connection begins, and later and later while the platform fails.
 */
import type { Decision, Problem } from '../../machines/index.ts';
import type { Environment } from '../environment.ts';
import { messageOf } from '../errors.ts';
import { decisionOfRow, type Row } from '../protocol/rows.ts';
import type { CatchUp } from './catch-up.ts';
import { asksForOther } from './find.ts';
import { ReadError } from './list.ts';
import { equalJitterMs } from './pause.ts';
import type { Waiter, Waiters } from './waiters.ts';

export interface ReaderOptions {
  readonly catchUp: CatchUp;
  readonly environment: Environment;
  readonly waiters: Waiters;
  readonly pollIntervalMs: number;
  /** For diagnostics. */
  readonly onError: (error: string) => void;
}

/** Between reads while the channel is live: they only catch frames that were lost. */
export const LIVE_INTERVAL_MS = 30_000;
/** Between two reads at the least, so that many new waits share one. */
const LEAST_GAP_MS = 1_000;
/** Between two tries in an outage at the most: some twenty in ten minutes. */
const OUTAGE_INTERVAL_MS = 60_000;
/** How long 401 may be transient. */
const AUTH_PATIENCE_MS = 30_000;

export class Reader {
  readonly #options: ReaderOptions;
  #timer: unknown;
  #dueAt = Number.POSITIVE_INFINITY;
  #reading = false;
  #wanted = false;
  #closed = false;
  readonly #stop = new AbortController();
  #lastStart = Number.NEGATIVE_INFINITY;
  #failures = 0;
  #unauthorizedSince: number | undefined;

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  /** Why the last read failed; `undefined` after one that did not, and where nobody waits. */
  lastError: string | undefined;

  /** Read as soon as that is polite. */
  request(): void {
    if (this.#reading) this.#wanted = true;
    else this.#schedule(this.#failures > 0 ? this.#interval() : 0);
  }

  /** Somebody waits: the next read comes within one interval. */
  arm(): void {
    if (!this.#reading) this.#schedule(this.#interval());
  }

  /** Nobody waits any more. What was wrong then says nothing about the next wait. */
  rest(): void {
    this.#disarm();
    this.#wanted = false;
    this.#forgetFailures();
    this.#options.catchUp.forget();
  }

  close(): void {
    this.#closed = true;
    this.#stop.abort();
    this.rest();
  }

  #disarm(): void {
    this.#options.environment.clock.clearTimeout(this.#timer);
    this.#dueAt = Number.POSITIVE_INFINITY;
  }

  /** Arms the timer, unless an earlier read is due already. */
  #schedule(delayMs: number): void {
    if (this.#closed) return;
    const { clock } = this.#options.environment;
    const gap = Math.min(LEAST_GAP_MS, this.#options.pollIntervalMs);
    const dueAt = Math.max(clock.monotonic() + delayMs, this.#lastStart + gap);
    if (dueAt >= this.#dueAt) return;
    clock.clearTimeout(this.#timer);
    this.#dueAt = dueAt;
    this.#timer = clock.setTimeout(() => void this.#run(), Math.max(0, dueAt - clock.monotonic()));
  }

  async #run(): Promise<void> {
    this.#disarm();
    if (this.#closed || this.#options.waiters.size === 0) return;
    this.#reading = true;
    this.#wanted = false;
    this.#lastStart = this.#options.environment.clock.monotonic();
    const pause = await this.#read();
    this.#reading = false;
    if (this.#options.waiters.size === 0) return this.rest();
    this.#schedule(this.#wanted && this.#failures === 0 ? 0 : pause);
  }

  /** One read; the result is the pause before the next, milliseconds. Never rejects. */
  async #read(): Promise<number> {
    try {
      await this.#options.catchUp.read(this.#stop.signal);
      this.#forgetFailures();
      return this.#interval();
    } catch (error) {
      return this.#failed(error);
    }
  }

  /** Tells what a row says to the one who waits for it, whoever asked for the read. */
  look(row: Row): void {
    const waiter = this.#options.waiters.get(row.id);
    if (waiter === undefined) return;
    const problem = strangerThan(waiter, row);
    if (problem !== undefined) {
      waiter.report({ type: 'wait.failed', problem });
      return;
    }
    const decision: Decision | undefined = decisionOfRow(row);
    if (decision !== undefined) this.#options.waiters.deliver(decision);
  }

  #interval(): number {
    const { pollIntervalMs, waiters, environment } = this.#options;
    if (this.#failures === 0) return waiters.anyPolling ? pollIntervalMs : LIVE_INTERVAL_MS;
    const mostMs = Math.max(pollIntervalMs, OUTAGE_INTERVAL_MS);
    const pauses = { firstMs: 2 * pollIntervalMs, mostMs };
    return equalJitterMs(environment.random, this.#failures, pauses);
  }

  #forgetFailures(): void {
    this.#failures = 0;
    this.#unauthorizedSince = undefined;
    this.lastError = undefined;
  }

  #failed(error: unknown): number {
    this.#failures += 1;
    this.lastError = messageOf(error);
    try {
      if (error instanceof ReadError && error.status === 401) this.#unauthorized();
      else this.#unauthorizedSince = undefined;
      this.#options.onError(this.lastError);
    } catch {
      // Whoever is told and throws must not keep the others from the next read.
    }
    const asked = error instanceof ReadError ? (error.retryAfterMs ?? 0) : 0;
    return Math.max(asked, this.#interval());
  }

  #unauthorized(): void {
    const now = this.#options.environment.clock.monotonic();
    this.#unauthorizedSince ??= now;
    if (now - this.#unauthorizedSince < AUTH_PATIENCE_MS) return;
    this.#unauthorizedSince = undefined;
    this.#options.waiters.fail({
      code: 'auth',
      message: `${this.lastError ?? ''}: the token was not accepted for ${AUTH_PATIENCE_MS / 1000}s`,
    });
  }
}

/** A row with our id that asks for something else is not our row. */
function strangerThan({ request }: Waiter, row: Row): Problem | undefined {
  if (!asksForOther(row, request)) return undefined;
  return {
    code: 'protocol',
    message: "the platform stores another action or digest under our approval's id",
  };
}
