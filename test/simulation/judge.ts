/**
 * Watches every process and compares what it says with what really happened. The first thing that
 * is not as it must be ends the run.
 */
import type { Outcome } from '../../machines/index.ts';
import type { Approvals } from '../../src/index.ts';
import type { AuditView } from './audit-view.ts';
import type { ExchangeRecord } from './exchange.ts';
import type { FaultMix } from './fault-mix.ts';
import type { Ask, Ledger } from './ledger.ts';
import type { Life } from './life.ts';
import type { Politeness } from './politeness.ts';
import { ReadDecisions } from './read-decisions.ts';
import type { Scheduler } from './scheduler.ts';
import { StatesAndRecords } from './states-and-records.ts';
import { TimeLimits } from './time-limits.ts';
import { ToldOutcomes } from './told-outcomes.ts';
import type { Trace } from './trace.ts';
import { violationOf } from './violation-of.ts';

export interface JudgeOptions {
  readonly scheduler: Scheduler;
  readonly trace: Trace;
  readonly ledger: Ledger;
  readonly audit: AuditView;
  readonly faults: FaultMix;
  readonly politeness: Politeness;
  readonly fail: (violation: string) => void;
}

export class Judge {
  readonly politeness: Politeness;
  readonly #options: JudgeOptions;
  readonly #toldOutcomes: ToldOutcomes;
  readonly #timeLimits: TimeLimits;
  readonly #readDecisions: ReadDecisions;
  readonly #statesAndRecords: StatesAndRecords;

  constructor(options: JudgeOptions) {
    this.#options = options;
    this.politeness = options.politeness;
    this.#toldOutcomes = new ToldOutcomes(options);
    this.#timeLimits = new TimeLimits(options);
    this.#readDecisions = new ReadDecisions(options);
    this.#statesAndRecords = new StatesAndRecords({ ...options, timeLimits: this.#timeLimits });
  }

  watch(life: Life, approvals: Approvals): void {
    this.#statesAndRecords.watch(life, approvals);
  }

  asked(ask: Ask): void {
    const { ledger } = this.#options;
    const isShared = ledger.asks.some(
      ({ key, life }) => key === ask.key && life.name.charAt(0) !== ask.life.name.charAt(0),
    );
    if (ask.key !== undefined && isShared) ask.life.trace.hit('key.shared_by_processes');
    ledger.asks.push(ask);
    const deadline = ask.at + ask.timeoutMs;
    if (ask.key !== undefined && !ask.isResumed)
      ledger.deadlines.set(ask.key, Math.max(deadline, ledger.deadlines.get(ask.key) ?? 0));
    this.#timeLimits.asked(ask);
  }

  answered(ask: Ask, outcome: Outcome): void {
    if (!ask.life.isAlive) return;
    const { status, traceId } = outcome;
    const why =
      outcome.status === 'failed' ? ` (${outcome.error.code}: ${outcome.error.message})` : '';
    ask.life.say(`answers ${ask.action}: ${status}${why} ${traceId}`);
    this.#toldOutcomes.told(ask, outcome);
  }

  rejected(ask: Ask, error: unknown): void {
    if (ask.life.isAlive) this.#fail('request() must not reject', ask, String(error));
  }

  /** @returns whether nothing may go wrong any more */
  resuming(life: Life): boolean {
    life.trace.hit('resume.called');
    return this.#options.faults.isHealed;
  }

  resumed(life: Life, count: number): void {
    if (count > 0) life.trace.hit('resume.took_up');
  }

  resumeFailed(life: Life, error: unknown, onSoundDisk: boolean): void {
    if (!life.isAlive) return;
    life.say(`cannot resume: ${String(error)}`);
    life.trace.hit('resume.refused');
    if (onSoundDisk) this.#options.fail(`resume() rejects on a sound disk: ${String(error)}`);
  }

  /** An answer of the platform reached a process. */
  heard(record: ExchangeRecord): void {
    this.#readDecisions.heard(record);
  }

  closing(life: Life): void {
    const { ledger } = this.#options;
    ledger.closing.add(life);
    if (ledger.waiting().some((ask) => ask.life === life)) life.trace.hit('close.while_waiting');
    this.#timeLimits.closing(life);
  }

  closed(life: Life): void {
    const { ledger, politeness } = this.#options;
    politeness.closed(life);
    const open = ledger.waiting().find((ask) => ask.life === life);
    if (open !== undefined) this.#fail('close() resolved', open, 'and the outcome is not there');
  }

  /**
   * The deadline of an approval as this process sees it, true time. Another one of its key that it was
   * joined with has its own.
   */
  deadlineOf(life: Life, of: { traceId: string; action: string; key: string }): number {
    const { ledger, scheduler } = this.#options;
    const watched = ledger.find(life, of.traceId) ?? ledger.findAction(life, of.action);
    return watched?.deadline ?? ledger.deadlines.get(of.key) ?? scheduler.now;
  }

  #fail(guarantee: string, ask: Ask, what: string): void {
    this.#options.fail(violationOf(guarantee, ask, what));
  }
}
