/** G3: the states that a process goes through and the audit records that it makes; one end each. */
import type { AuditEvent } from '../../machines/index.ts';
import type { Approvals, StateEvent } from '../../src/index.ts';
import type { Ledger, Watched } from './ledger.ts';
import type { Life } from './life.ts';
import type { Politeness } from './politeness.ts';
import type { Scheduler } from './scheduler.ts';
import type { TimeLimits } from './time-limits.ts';

export interface StatesAndRecordsOptions {
  readonly scheduler: Scheduler;
  readonly ledger: Ledger;
  readonly politeness: Politeness;
  readonly timeLimits: TimeLimits;
  readonly fail: (violation: string) => void;
}

const ENDS: ReadonlySet<string> = new Set(['granted', 'denied', 'timeout', 'withdrawn', 'failure']);

export class StatesAndRecords {
  readonly #options: StatesAndRecordsOptions;

  constructor(options: StatesAndRecordsOptions) {
    this.#options = options;
  }

  watch(life: Life, approvals: Approvals): void {
    approvals.on('state', (event) => this.#onState(life, event));
    approvals.on('audit', (event) => this.#onAudit(life, event));
  }

  #onState(life: Life, { traceId, action, deadlineAt, state }: StateEvent): void {
    if (!life.isAlive) return;
    const { ledger, scheduler, politeness } = this.#options;
    const deadline = scheduler.now + (deadlineAt - life.time.wall);
    const isNew = ledger.find(life, traceId) === undefined;
    const watched = ledger.watch(life, { traceId, action, deadline });
    if (watched.state !== state) politeness.disturbed(life);
    watched.state = state;
    if (isWaiting(watched)) watched.waitsSince ??= scheduler.now;
    if (isNew) life.say(`begins ${action} ${traceId}`);
    // A key that nobody named is the trace id.
    ledger.deadlines.set(traceId, Math.max(deadline, ledger.deadlines.get(traceId) ?? 0));
    if (state === 'awaitingWS') life.trace.hit('state.awaitingWS');
    if (state === 'withdrawing') life.trace.hit('state.withdrawing');
  }

  #onAudit(life: Life, event: AuditEvent): void {
    if (!life.isAlive) return;
    const { ledger, scheduler, timeLimits, fail } = this.#options;
    const { outcome, trace_id: traceId, extras } = event;
    life.say(`records ${outcome} ${traceId}`);
    this.#countRecord(life, event);
    const watched = ledger.find(life, traceId);
    if (watched === undefined) return;
    if (typeof extras['approval_id'] === 'string') watched.approvalId = extras['approval_id'];
    if (!ENDS.has(outcome)) return;
    watched.ends.push(outcome);
    watched.endedAt = scheduler.now;
    const isUnwritable = outcome === 'failure' && extras['code'] === 'audit';
    if (watched.ends.length > 1 && !isUnwritable)
      fail(`G3: ${traceId} ends twice: ${watched.ends.join(', ')}`);
    timeLimits.ended(watched, outcome);
  }

  #countRecord(life: Life, { outcome, event_type, action }: AuditEvent): void {
    const { trace } = life;
    if (outcome === 'fallback') trace.hit('fallback.entered');
    if (outcome === 'reconnected') trace.hit('fallback.left');
    if (event_type === 'rbac' && action === 'rbac.deny') trace.hit('outcome.denied_by_roles');
  }
}

export const isWaiting = ({ state }: Watched): boolean =>
  state === 'awaitingWS' || state === 'fallbackPolling';
