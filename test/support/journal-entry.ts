import type { ApprovalRequest } from '../../machines/index.ts';
import type { JournalEntry } from '../../src/journal/index.ts';
import { digestOf } from '../../src/protocol/digest.ts';

const ASKED = { action: 'Refund order 4711', args: { eur: 5 }, workspaceId: 'billing-agent' };

/** An entry as it is written before anything is sent. */
export const journalEntry = (request: Partial<ApprovalRequest> = {}): JournalEntry => ({
  request: {
    traceId: '6a0f1f3c-8f0e-4c1e-9a51-2f8d1c9a7b11',
    reason: 'The parcel was lost.',
    key: 'refund-4711',
    digest: digestOf(ASKED),
    timeoutMs: 300_000,
    deadlineAt: 1_800_000_000_000,
    ...ASKED,
    ...request,
  },
  approvalId: null,
  givenUp: null,
});
