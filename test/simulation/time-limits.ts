/** G1, G2, G4, G6: what has to happen within a time, or before one. */
import type { FaultMix } from './fault-mix.ts';
import { SLOW_DISK_MS } from './files-of.ts';
import type { Ask, Ledger, Watched } from './ledger.ts';
import type { Life } from './life.ts';
import type { Politeness } from './politeness.ts';
import type { Scheduler } from './scheduler.ts';
import { violationOf } from './violation-of.ts';

export interface TimeLimitsOptions {
  readonly scheduler: Scheduler;
  readonly ledger: Ledger;
  readonly faults: FaultMix;
  /** Knows who has closed. */
  readonly politeness: Politeness;
  readonly fail: (violation: string) => void;
}

const JUDGE_LANE = 2_000_000;
/** G4: one request timeout beyond the approval's own. */
const REQUEST_TIMEOUT_MS = 10_000;
const WAKE_MS = 1_000;
/** A withdrawal and a last try in the background, with a read each. */
const CLOSES_WITHIN_MS = 4 * REQUEST_TIMEOUT_MS;
/** A poll interval and its exchange. */
const CALM_MS = 5_000 + 500;
/** Between reads while the channel is live, and an exchange. */
const LIVE_READS_MS = 30_000 + 500;

export class TimeLimits {
  readonly #options: TimeLimitsOptions;
  /** What the disk may add to anything: some thirty operations. */
  readonly #slackMs: number;

  constructor(options: TimeLimitsOptions) {
    this.#options = options;
    this.#slackMs = options.faults.has('disk.slow') ? 40 * SLOW_DISK_MS : 250;
  }

  asked(ask: Ask): void {
    const limit = ask.at + ask.timeoutMs + REQUEST_TIMEOUT_MS + this.#slackMs;
    this.#options.scheduler.at(limit + 1, JUDGE_LANE, () => this.#refuseLongWait(ask, limit));
  }

  closing(life: Life): void {
    this.#options.scheduler.after(CLOSES_WITHIN_MS + this.#slackMs, JUDGE_LANE, () =>
      this.#refuseLongClose(life),
    );
  }

  /** A process records how an approval ends. */
  ended(watched: Watched, outcome: string): void {
    if (outcome === 'granted') this.#refuseLateGrant(watched);
    if (outcome !== 'withdrawn' && outcome !== 'failure') this.#refuseSlowness(watched);
  }

  /** G4. A machine that slept gets a second after it woke up. */
  #refuseLongWait(ask: Ask, limit: number): void {
    const { scheduler, fail } = this.#options;
    if (ask.outcome !== undefined || !ask.life.isAlive) return;
    const { awakeAt } = ask.life.time;
    const later = awakeAt + WAKE_MS + REQUEST_TIMEOUT_MS + this.#slackMs;
    if (awakeAt >= ask.at && later > scheduler.now)
      scheduler.at(later + 1, JUDGE_LANE, () => this.#refuseLongWait(ask, later));
    else
      fail(
        violationOf(
          'G4',
          ask,
          `no outcome ${scheduler.now - limit} ms after timeout and request timeout`,
        ),
      );
  }

  /** G6: a shutdown takes back what waits, and does not wait for people. */
  #refuseLongClose(life: Life): void {
    const { scheduler, politeness, fail } = this.#options;
    const later = life.time.awakeAt + CLOSES_WITHIN_MS + this.#slackMs;
    if (!life.isAlive || politeness.isClosed(life)) return;
    if (later > scheduler.now)
      scheduler.at(later + 1, JUDGE_LANE, () => this.#refuseLongClose(life));
    else fail(`G6: ${life.name} does not close`);
  }

  /** G2: approved before the deadline, and believed before it. */
  #refuseLateGrant({ approvalId = '', deadline, traceId }: Watched): void {
    const { ledger, scheduler, fail } = this.#options;
    const said = ledger.rows.get(approvalId)?.said ?? [];
    if (scheduler.now > deadline)
      fail(`G2: ${traceId} is granted ${scheduler.now - deadline} ms after its deadline`);
    if (!said.some(({ decision, at }) => decision === 'approved' && at <= deadline))
      fail(`G2: ${traceId} is granted, and nobody approved before the deadline`);
  }

  /** G1 where nothing fails: the next read is the latest that a decision may come. */
  #refuseSlowness({ approvalId = '', waitsSince, traceId }: Watched): void {
    const { ledger, scheduler, faults, fail } = this.#options;
    const said = ledger.rows.get(approvalId)?.said[0]?.at;
    // What was undone is decided again at any time.
    if (!faults.losesFramesAlone || ledger.platformForgot) return;
    if (said === undefined || waitsSince === undefined) return;
    const ms = scheduler.now - Math.max(said, waitsSince);
    if (ms > (faults.isCalm ? CALM_MS : LIVE_READS_MS))
      fail(`G1: ${traceId} waits ${ms} ms for its decision, and nothing else fails`);
  }
}
