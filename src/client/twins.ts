/**
 * A POST whose answer was lost may arrive after the one that was sent in its place: then there are
 * two rows of one key. Ours is the one that we know; the other is taken back, and counts for nothing.
 */
import type { ApprovalRequest } from '../../machines/index.ts';
import type { Row } from '../protocol/rows.ts';
import { type Debts, isPendingTwin } from './debts.ts';

export interface Twin {
  readonly request: ApprovalRequest;
  /** Ours. */
  readonly approvalId: string;
  /** The other row. */
  readonly twinId: string;
}

interface Suspect {
  readonly request: ApprovalRequest;
  readonly approvalId: string;
  readonly found: Set<string>;
}

export class Twins {
  readonly #debts: Debts;
  readonly #onTwin: (twin: Twin) => void;
  /** By key. Only approvals whose POST was sent twice: another process may use a key of its own. */
  readonly #suspects = new Map<string, Suspect>();

  constructor(debts: Debts, onTwin: (twin: Twin) => void) {
    this.#debts = debts;
    this.#onTwin = onTwin;
  }

  /** From here on another row of this key is a twin. */
  expect(request: ApprovalRequest, approvalId: string): void {
    this.#suspects.set(request.key, { request, approvalId, found: new Set() });
  }

  isExpected(key: string): boolean {
    return this.#suspects.has(key);
  }

  look(row: Row): void {
    const suspect = this.#suspects.get(row.task_id ?? '');
    if (suspect === undefined || suspect.found.has(row.id)) return;
    const { request, approvalId, found } = suspect;
    if (!isPendingTwin(row, request.key, approvalId)) return;
    found.add(row.id);
    this.#debts.owe({ request, approvalId: row.id, why: whyTwin(approvalId) });
    this.#onTwin({ request, approvalId, twinId: row.id });
  }

  /** The approval has ended; a twin that comes only now is looked for once more. */
  release(traceId: string): void {
    for (const [key, { request, approvalId }] of this.#suspects) {
      if (request.traceId !== traceId) continue;
      this.#suspects.delete(key);
      this.#debts.owe({ request, approvalId: null, why: whyTwin(approvalId), isUnsure: true });
    }
  }
}

const whyTwin = (approvalId: string): string => `the same request stands as ${approvalId}`;
