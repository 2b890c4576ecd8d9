/** The person who decides: soon, late, never, twice. */
import type { FakeRow } from '../../src/testing/fake/rows.ts';
import type { FaultMix } from './fault-mix.ts';
import type { Ledger } from './ledger.ts';
import type { ModelPlatform } from './model-platform.ts';
import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';
import type { Trace } from './trace.ts';

export interface PersonOptions {
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly faults: FaultMix;
  readonly trace: Trace;
  readonly ledger: Ledger;
  readonly platform: ModelPlatform;
}

const PERSON_LANE = 1_000_001;

export class Person {
  readonly #options: PersonOptions;

  constructor(options: PersonOptions) {
    this.#options = options;
  }

  /** Sees a new request, before the one who asked knows that it arrived. */
  sees(row: FakeRow): void {
    const { faults, random, scheduler, trace } = this.#options;
    if (faults.strikes('person.never')) return;
    const decision = random.chance(0.65) ? 'approved' : 'denied';
    if (faults.strikes('person.at_once')) {
      trace.hit('decision.before_post_answer');
      this.#decide(row, decision);
      return;
    }
    scheduler.at(this.#when(row), PERSON_LANE, () => this.#decide(row, decision));
  }

  #when(row: FakeRow): number {
    const { faults, random, scheduler, ledger } = this.#options;
    const deadline = ledger.deadlines.get(row.task_id);
    const soon = scheduler.now + random.between(50, random.pick([1_000, 8_000, 40_000]));
    if (deadline === undefined || !faults.strikes('person.at_deadline')) return soon;
    const spread = random.pick([1, 20, 1_500]);
    return deadline + random.between(-spread, spread);
  }

  #decide(row: FakeRow, decision: 'approved' | 'denied'): void {
    const { faults, platform, scheduler, ledger, trace, random } = this.#options;
    const undo = faults.strikes('person.contradicts') ? platform.rows.backUp() : undefined;
    const decided = platform.decide(row.id, decision);
    trace.add('person', `${decision} ${row.id}: ${decided === undefined ? 'too late' : 'stored'}`);
    const deadline = ledger.deadlines.get(row.task_id);
    if (decided === undefined) {
      trace.hit('decision.too_late');
      return;
    }
    ledger.said(row.id, { decision, at: scheduler.now });
    if (deadline !== undefined && Math.abs(deadline - scheduler.now) <= 20)
      trace.hit('decision.at_deadline');
    if (deadline !== undefined && deadline < scheduler.now) trace.hit('decision.after_deadline');
    if (undo === undefined) return;
    scheduler.after(random.between(10, 8_000), PERSON_LANE, () =>
      this.#again(row, decision === 'approved' ? 'denied' : 'approved', undo),
    );
  }

  /** The database is restored from a back-up, and the person decides once more. */
  #again(row: FakeRow, decision: 'approved' | 'denied', undo: () => void): void {
    const { trace, ledger, scheduler, random } = this.#options;
    trace.hit('decision.contradicted');
    trace.add('platform', 'is restored from a back-up');
    ledger.platformForgot = true;
    undo();
    scheduler.after(random.between(10, 4_000), PERSON_LANE, () => this.#decide(row, decision));
  }
}
