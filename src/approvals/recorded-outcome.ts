/** The outcome that a record of the audit log tells of, for an approval that a crash left open. */
import {
  type ApprovalRequest,
  deniedBy,
  failed,
  grantedBy,
  type Outcome,
  type ProblemCode,
  timedOut,
  withdrawn,
} from '../../machines/index.ts';
import type { EndRecord } from '../audit/index.ts';

const CAUSES = ['deadline', 'platform_expired', 'decided_late', 'indeterminate'] as const;

/** What else a record says, or a later version wrote, is told as `journal`. */
const CODES = {
  config: true,
  input: true,
  auth: true,
  transport: true,
  protocol: true,
  conflict: true,
  audit: true,
  journal: true,
  capacity: true,
  closed: true,
  internal: true,
} as const satisfies Record<ProblemCode, true>;

const isCode = (value: unknown): value is ProblemCode =>
  typeof value === 'string' && Object.hasOwn(CODES, value);

/** What is not certainly a grant of exactly this request is none. */
export function recordedOutcome(request: ApprovalRequest, record: EndRecord): Outcome {
  const approvalId = textOf(record['approval_id']);
  const subject = { request, approvalId };
  const message = textOf(record['error']) ?? '';
  const decision = {
    approvalId: approvalId ?? '',
    decidedBy: textOf(record['decided_by']),
    decidedAt: null,
    note: textOf(record['note']),
    edited: false,
  };
  switch (record.outcome) {
    case 'granted':
      return approvalId !== null && (textOf(record['digest']) ?? null) === request.digest
        ? grantedBy(subject, { ...decision, status: 'approved' })
        : failed(subject, { code: 'journal', message: 'the recorded grant is for something else' });
    case 'denied':
      return deniedBy(subject, { ...decision, status: 'denied' });
    case 'timeout':
      return timedOut(subject, CAUSES.find((cause) => cause === record['cause']) ?? 'deadline');
    case 'withdrawn':
      return withdrawn(subject, message.replace(/^Withdrawn: /, ''));
    default:
      return failed(subject, {
        code: isCode(record['code']) ? record['code'] : 'journal',
        message: `it had failed before: ${message}`,
      });
  }
}

const textOf = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' ? value : null;
