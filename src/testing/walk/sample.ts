/** The one request and the one decision that the walks are about. */
import type { ApprovalRequest, Decision } from '../../../machines/index.ts';

/** Who decides in the model. */
export const APPROVER = 'alice@example.com';

/** A request as the client makes it; fields may be replaced. */
export const sampleRequest = (fields: Partial<ApprovalRequest> = {}): ApprovalRequest => ({
  traceId: '7b1f3c52-93d0-4c5e-a9f0-0d2f6a3c9e11',
  workspaceId: 'ws-1',
  action: 'Drop table users',
  reason: 'GDPR erasure request 4711',
  key: 'key-1',
  args: { table: 'users' },
  digest: `sha256:${'a'.repeat(64)}`,
  timeoutMs: 300_000,
  deadlineAt: 1_000_300_000,
  ...fields,
});

/** A decision as a frame or a row tells it; fields may be replaced. */
export const sampleDecision = (fields: Partial<Decision> = {}): Decision => ({
  approvalId: 'approval-1',
  status: 'approved',
  decidedBy: APPROVER,
  decidedAt: '2026-11-22T16:09:59Z',
  note: null,
  edited: false,
  ...fields,
});
