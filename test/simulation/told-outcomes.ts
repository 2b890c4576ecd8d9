/** G2, G3, G8: an outcome that a process tells is one, is on the disk, and is the person's. */
import type { Outcome } from '../../machines/index.ts';
import type { AuditView } from './audit-view.ts';
import type { Ask, Ledger } from './ledger.ts';
import type { Trace } from './trace.ts';
import { violationOf } from './violation-of.ts';

export interface ToldOutcomesOptions {
  readonly trace: Trace;
  readonly ledger: Ledger;
  readonly audit: AuditView;
  readonly fail: (violation: string) => void;
}

export class ToldOutcomes {
  readonly #options: ToldOutcomesOptions;

  constructor(options: ToldOutcomesOptions) {
    this.#options = options;
  }

  /** Notes what was told, and judges it. */
  told(ask: Ask, outcome: Outcome): void {
    if (ask.outcome !== undefined) this.#fail('G3', ask, 'answered twice');
    ask.outcome = outcome;
    this.#count(ask, outcome);
    this.#refuseUnrecorded(ask, outcome);
    if (outcome.status === 'granted')
      this.#refuseFalseGrant(ask, outcome.traceId, outcome.approvalId);
    if (outcome.status === 'denied' && outcome.cause === 'human')
      this.#refuseInventedDenial(ask, outcome.approvalId ?? '');
    if (outcome.status === 'withdrawn') this.#refuseCauselessWithdrawal(ask, outcome.error.message);
    if (outcome.status === 'failed' && outcome.error.code === 'internal')
      this.#fail('defect', ask, outcome.error.message);
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

  /** G6: the last word belongs to who asked, to other processes with its key, and to nobody else. */
  #refuseCauselessWithdrawal(ask: Ask, message: string): void {
    const { asks, closing } = this.#options.ledger;
    // After the end of a key's approval whoever asks again gets what became of its row.
    const isCause = ({ gaveUp, life, outcome }: Ask): boolean =>
      gaveUp === true || life !== ask.life || (outcome !== undefined && hadRow(outcome));
    const isSharer = (other: Ask): boolean =>
      ask.key !== undefined && other.key === ask.key && other !== ask;
    const isCaused = ask.gaveUp === true || asks.filter(isSharer).some(isCause);
    if (isCaused || ask.isResumed || closing.has(ask.life)) return;
    this.#fail('G6', ask, `withdrawn (${message}), and nobody gave up`);
  }

  #count(ask: Ask, outcome: Outcome): void {
    const { trace } = this.#options;
    if (ask.isResumed) trace.hit(outcome.status === 'granted' ? 'resume.granted' : 'resume.ended');
    if (outcome.status === 'timeout') trace.hit(`timeout.${outcome.cause}`);
    else if (outcome.status === 'failed') trace.hit(failedAs(outcome.error.code));
    else trace.hit(`outcome.${outcome.status}`);
  }

  #fail(guarantee: string, ask: Ask, what: string): void {
    this.#options.fail(violationOf(guarantee, ask, what));
  }
}

/** Whose record could not be written took its row back before it failed. */
const hadRow = (outcome: Outcome): boolean =>
  outcome.status !== 'failed' || outcome.error.code === 'audit';

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
