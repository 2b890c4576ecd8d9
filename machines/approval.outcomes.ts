/** The typed outcomes, one function an end. Pure. */
import type { Withdrawal } from './ports.ts';
import type {
  ApprovalRequest,
  Decision,
  Denied,
  Failed,
  Granted,
  Problem,
  TimedOut,
  TimeoutCause,
  Withdrawn,
} from './vocabulary.ts';

/** What an approval knows of itself when it ends. */
export interface Subject {
  readonly request: ApprovalRequest;
  readonly approvalId: string | null;
}

const base = ({ request, approvalId }: Subject) => ({
  traceId: request.traceId,
  ...(approvalId === null ? {} : { approvalId }),
  ...(request.digest === null ? {} : { digest: request.digest }),
});

const decided = (decision: Decision) => ({
  ...(decision.decidedBy === null ? {} : { decidedBy: decision.decidedBy }),
  ...(decision.decidedAt === null ? {} : { decidedAt: decision.decidedAt }),
  ...(decision.note === null ? {} : { note: decision.note }),
});

export function grantedBy(subject: Subject, decision: Decision): Granted {
  return {
    ...base(subject),
    ...decided(decision),
    status: 'granted',
    approved: true,
    approvalId: decision.approvalId,
    ...(subject.request.digest === null ? {} : { args: subject.request.args }),
  };
}

export function deniedBy(subject: Subject, decision: Decision): Denied {
  return {
    ...base(subject),
    ...decided(decision),
    status: 'denied',
    approved: false,
    cause: 'human',
  };
}

export function deniedByRoles(subject: Subject, roles: readonly string[]): Denied {
  const message =
    "RBAC: this workspace does not have the 'approve' permission. " +
    `Current roles: ${roles.length === 0 ? 'none' : roles.join(', ')}`;
  return {
    ...base(subject),
    status: 'denied',
    approved: false,
    cause: 'rbac',
    error: { code: 'rbac', message },
  };
}

export function timedOut(subject: Subject, cause: TimeoutCause): TimedOut {
  const message =
    cause === 'platform_expired'
      ? 'Timed out waiting for human decision: the platform expired the request'
      : `Timed out after ${secondsOf(subject.request)}s waiting for human decision`;
  return {
    ...base(subject),
    status: 'timeout',
    approved: false,
    cause,
    error: { code: 'timeout', message },
  };
}

export function withdrawn(subject: Subject, why: string): Withdrawn {
  return {
    ...base(subject),
    status: 'withdrawn',
    approved: false,
    error: { code: 'withdrawn', message: `Withdrawn: ${why}` },
  };
}

export function failed(subject: Subject, error: Problem): Failed {
  return { ...base(subject), status: 'failed', approved: false, error };
}

/** Why nobody's answer counts, from what the platform said when the request was taken back. */
export function causeOf(withdrawal: Withdrawal): TimeoutCause {
  switch (withdrawal.status) {
    case 'withdrawn':
    case 'not_submitted':
      return 'deadline';
    case 'already_expired':
      return 'platform_expired';
    case 'already_decided':
      return 'decided_late';
    case 'unknown':
      return 'indeterminate';
  }
}

/** Seconds, as people write them: `300`, `1.5`. */
export const secondsOf = (request: ApprovalRequest): number => request.timeoutMs / 1000;
