/**
 * Watches every process and compares what it says with what really happened. The first thing that
 * is not as it must be ends the run.
 */
import { z } from 'zod';
import type { AuditEvent, Outcome } from '../../machines/index.ts';
import type { Approvals, StateEvent } from '../../src/index.ts';
import type { AuditView } from './audit-view.ts';
import type { ExchangeRecord } from './exchange.ts';
import type { FaultMix } from './fault-mix.ts';
import { SLOW_DISK_MS } from './files-of.ts';
import type { Ask, Ledger, Watched } from './ledger.ts';
import type { Life } from './life.ts';
import type { Politeness } from './politeness.ts';
import type { Scheduler } from './scheduler.ts';
import type { Trace } from './trace.ts';

export interface JudgeOptions {
  readonly scheduler: Scheduler;
  readonly trace: Trace;
  readonly ledger: Ledger;
  readonly audit: AuditView;
  readonly faults: FaultMix;
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

const ENDS: ReadonlySet<string> = new Set(['granted', 'denied', 'timeout', 'withdrawn', 'failure']);

export class Judge {
  readonly politeness: Politeness;
  readonly #options: JudgeOptions;
  /** What the disk may add to anything: some thirty operations. */
  readonly slackMs: number;

  constructor(options: JudgeOptions) {
    this.#options = options;
    this.politeness = options.politeness;
    this.slackMs = options.faults.has('disk.slow') ? 40 * SLOW_DISK_MS : 250;
  }

  watch(life: Life, approvals: Approvals): void {
    approvals.on('state', (event) => this.#onState(life, event));
    approvals.on('audit', (event) => this.#onAudit(life, event));
  }

  asked(ask: Ask): void {
    const { ledger, scheduler } = this.#options;
    const isShared = ledger.asks.some(
      ({ key, life }) => key === ask.key && life.name.charAt(0) !== ask.life.name.charAt(0),
    );
    if (ask.key !== undefined && isShared) ask.life.trace.hit('key.shared_by_processes');
    ledger.asks.push(ask);
    const deadline = ask.at + ask.timeoutMs;
    if (ask.key !== undefined && !ask.isResumed)
      ledger.deadlines.set(ask.key, Math.max(deadline, ledger.deadlines.get(ask.key) ?? 0));
    const limit = deadline + REQUEST_TIMEOUT_MS + this.slackMs;
    scheduler.at(limit + 1, JUDGE_LANE, () => this.#refuseLongWait(ask, limit));
  }

  answered(ask: Ask, outcome: Outcome): void {
    if (!ask.life.isAlive) return;
    const { status, traceId } = outcome;
    const why =
      outcome.status === 'failed' ? ` (${outcome.error.code}: ${outcome.error.message})` : '';
    ask.life.say(`answers ${ask.action}: ${status}${why} ${traceId}`);
    if (ask.outcome !== undefined) this.#fail('G3', ask, 'answered twice');
    ask.outcome = outcome;
    this.#count(ask, outcome);
    this.#refuseUnrecorded(ask, outcome);
    if (outcome.status === 'granted')
      this.#refuseFalseGrant(ask, outcome.traceId, outcome.approvalId);
    if (outcome.status === 'denied' && outcome.cause === 'human')
      this.#refuseInventedDenial(ask, outcome.approvalId ?? '');
    if (outcome.status === 'failed' && outcome.error.code === 'internal')
      this.#fail('defect', ask, outcome.error.message);
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
  heard({ life, kind, answer, sentAt }: ExchangeRecord): void {
    if (kind !== 'list' || answer?.status !== 200 || 'age' in answer.headers) return;
    const { ledger } = this.#options;
    const all = [...ledger.watched.values()].filter((watched) => watched.life === life);
    for (const watched of all) {
      if (watched.life !== life || watched.ends.length > 0 || !isWaiting(watched)) continue;
      // A read is for those who waited when it began.
      if (watched.waitsSince === undefined || watched.waitsSince >= sentAt) continue;
      const known = ledger.rows.get(watched.approvalId ?? '');
      if (known === undefined || !holdsDecision(answer.body, known.row.id)) continue;
      this.#expectEnd(watched);
    }
  }

  /** G1: a decision that was read is told. */
  #expectEnd(watched: Watched): void {
    const { scheduler, fail, ledger } = this.#options;
    const { life, traceId, approvalId } = watched;
    if (ledger.lostFrames.has(`${life.name} ${approvalId}`))
      life.trace.hit('frame.lost_found_by_read');
    life.arrival(1, 'agent', () => {
      if (watched.ends.length === 0 && isWaiting(watched))
        fail(`G1: ${traceId} still waits at ${scheduler.now}, and its decision was read`);
    });
  }

  closing(life: Life): void {
    const { ledger, scheduler } = this.#options;
    if (ledger.waiting().some((ask) => ask.life === life)) life.trace.hit('close.while_waiting');
    scheduler.after(CLOSES_WITHIN_MS + this.slackMs, JUDGE_LANE, () => this.#refuseLongClose(life));
  }

  closed(life: Life): void {
    const { ledger, politeness } = this.#options;
    politeness.closed(life);
    const open = ledger.waiting().find((ask) => ask.life === life);
    if (open !== undefined) this.#fail('close() resolved', open, 'and the outcome is not there');
  }

  /** G6: a shutdown takes back what waits, and does not wait for people. */
  #refuseLongClose(life: Life): void {
    const { scheduler, fail } = this.#options;
    const later = life.time.awakeAt + CLOSES_WITHIN_MS + this.slackMs;
    if (!life.isAlive || this.politeness.isClosed(life)) return;
    if (later > scheduler.now)
      scheduler.at(later + 1, JUDGE_LANE, () => this.#refuseLongClose(life));
    else fail(`G6: ${life.name} does not close`);
  }

  /** The deadline of an approval as this process sees it, true time. */
  deadlineOf(life: Life, traceId: string, key: string): number {
    const { ledger, scheduler } = this.#options;
    const deadline = ledger.find(life, traceId)?.deadline ?? ledger.deadlines.get(key);
    return deadline ?? scheduler.now;
  }

  #onState(life: Life, { traceId, action, deadlineAt, state }: StateEvent): void {
    if (!life.isAlive) return;
    const { ledger, scheduler } = this.#options;
    const deadline = scheduler.now + (deadlineAt - life.time.wall);
    const isNew = ledger.find(life, traceId) === undefined;
    const watched = ledger.watch(life, { traceId, action, deadline });
    if (watched.state !== state) this.politeness.disturbed(life);
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
    const { outcome, trace_id: traceId, extras } = event;
    life.say(`records ${outcome} ${traceId}`);
    this.#countRecord(life, event);
    const watched = this.#options.ledger.find(life, traceId);
    if (watched === undefined) return;
    if (typeof extras['approval_id'] === 'string') watched.approvalId = extras['approval_id'];
    if (!ENDS.has(outcome)) return;
    watched.ends.push(outcome);
    watched.endedAt = this.#options.scheduler.now;
    const isUnwritable = outcome === 'failure' && extras['code'] === 'audit';
    if (watched.ends.length > 1 && !isUnwritable)
      this.#options.fail(`G3: ${traceId} ends twice: ${watched.ends.join(', ')}`);
    if (outcome === 'granted') this.#refuseLateGrant(watched);
    if (outcome !== 'withdrawn' && outcome !== 'failure') this.#refuseSlowness(watched);
  }

  /** G4. A machine that slept gets a second after it woke up. */
  #refuseLongWait(ask: Ask, limit: number): void {
    const { scheduler } = this.#options;
    if (ask.outcome !== undefined || !ask.life.isAlive) return;
    const { awakeAt } = ask.life.time;
    const later = awakeAt + WAKE_MS + REQUEST_TIMEOUT_MS + this.slackMs;
    if (awakeAt >= ask.at && later > scheduler.now)
      scheduler.at(later + 1, JUDGE_LANE, () => this.#refuseLongWait(ask, later));
    else
      this.#fail(
        'G4',
        ask,
        `no outcome ${scheduler.now - limit} ms after timeout and request timeout`,
      );
  }

  /** G8. */
  #refuseUnrecorded(ask: Ask, outcome: Outcome): void {
    const { audit, trace } = this.#options;
    // A client that was closed has no log any more.
    if (outcome.status === 'failed' && outcome.error.code === 'closed') return;
    if (this.#failedToRecord(outcome)) return;
    if (outcome.status === 'failed' && outcome.error.code === 'audit') {
      trace.hit('outcome.failed_audit');
      return;
    }
    const records = audit
      .safeRecords(outcome.traceId)
      .map((line) => line.ended?.outcome ?? line.outcome);
    const word = outcome.status === 'failed' ? 'failure' : outcome.status;
    if (records.includes(word) || (outcome.status !== 'granted' && records.includes('left')))
      return;
    if (
      outcome.status === 'failed' &&
      (records.includes('grant_dropped') || records.includes('granted'))
    )
      return;
    this.#fail(
      'G8',
      ask,
      `${outcome.status} is told, and on the disk is only: ${records.join(', ')}`,
    );
  }

  /** What could not be recorded was told as such before, and is told again by the next process. */
  #failedToRecord(outcome: Outcome): boolean {
    if (outcome.status !== 'failed' || outcome.error.code !== 'journal') return false;
    return this.#options.ledger.asks.some(
      (ask) =>
        ask.outcome?.status === 'failed' &&
        ask.outcome.traceId === outcome.traceId &&
        ask.outcome.error.code === 'audit',
    );
  }

  /** G2: the person approved this row, which asks for this, with this key. */
  #refuseFalseGrant(ask: Ask, traceId: string, approvalId: string): void {
    const { ledger } = this.#options;
    const known = ledger.rows.get(approvalId);
    if (known === undefined) {
      this.#fail('G2', ask, `granted by a row ${approvalId} that never was`);
      return;
    }
    const { row, said } = known;
    if (!said.some(({ decision }) => decision === 'approved'))
      this.#fail('G2', ask, 'granted, and the person did not approve');
    if (row.action !== ask.action) this.#fail('G2', ask, `granted by a row for ${row.action}`);
    if (row.task_id !== (ask.key ?? traceId))
      this.#fail('G2', ask, `granted by a row of the key ${row.task_id}`);
  }

  #refuseInventedDenial(ask: Ask, approvalId: string): void {
    const said = this.#options.ledger.rows.get(approvalId)?.said ?? [];
    if (!said.some(({ decision }) => decision === 'denied'))
      this.#fail('D7', ask, 'denied, and the person did not deny');
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

  #count(ask: Ask, outcome: Outcome): void {
    const { trace } = this.#options;
    if (ask.isResumed) trace.hit(outcome.status === 'granted' ? 'resume.granted' : 'resume.ended');
    if (outcome.status === 'timeout') trace.hit(`timeout.${outcome.cause}`);
    else if (outcome.status === 'failed') trace.hit(failedAs(outcome.error.code));
    else trace.hit(`outcome.${outcome.status}`);
  }

  #countRecord(life: Life, { outcome, event_type, action }: AuditEvent): void {
    const { trace } = life;
    if (outcome === 'fallback') trace.hit('fallback.entered');
    if (outcome === 'reconnected') trace.hit('fallback.left');
    if (event_type === 'rbac' && action === 'rbac.deny') trace.hit('outcome.denied_by_roles');
  }

  #fail(guarantee: string, ask: Ask, what: string): void {
    const traceId = ask.outcome === undefined ? '' : ` ${ask.outcome.traceId}`;
    this.#options.fail(`${guarantee}: ${ask.life.name} ${ask.action}${traceId}: ${what}`);
  }
}

const isWaiting = ({ state }: Watched): boolean =>
  state === 'awaitingWS' || state === 'fallbackPolling';

const rowsSchema = z.array(z.object({ id: z.string(), status: z.string() }));

/** Whether this row stands in a list as decided. */
function holdsDecision(body: string, id: string): boolean {
  if (!body.includes(id)) return false;
  const rows = rowsSchema.safeParse(JSON.parse(body));
  const found = rows.data?.find((row) => row.id === id);
  return found !== undefined && found.status !== 'pending';
}

function failedAs(code: string) {
  switch (code) {
    case 'transport':
    case 'auth':
    case 'protocol':
    case 'conflict':
    case 'audit':
    case 'journal':
      return `failed.${code}` as const;
    default:
      return 'failed.otherwise';
  }
}
