/** From what happened to the typed outcome and to the audit record: pure, one function an end. */
import type { Withdrawal } from './ports.ts';
import type {
  ApprovalRequest,
  AuditEvent,
  Decision,
  Denied,
  Failed,
  Granted,
  JsonObject,
  Outcome,
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
  const message = `Timed out after ${secondsOf(subject.request)}s waiting for human decision`;
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

type Entry = Pick<AuditEvent, 'outcome' | 'extras'> &
  Partial<Pick<AuditEvent, 'event_type' | 'action' | 'actor'>>;

/** An audit event of this approval; `entry` says what is particular to it. */
export function auditEvent(request: ApprovalRequest, entry: Entry): AuditEvent {
  return {
    event_type: 'approval',
    action: 'approve',
    workspace_id: request.workspaceId,
    actor: request.workspaceId,
    resource: request.action,
    trace_id: request.traceId,
    ...entry,
  };
}

/** The one terminal record of an approval; `detail` is what it says beyond the outcome. */
export function terminalEvent(
  request: ApprovalRequest,
  { outcome, detail = {} }: { readonly outcome: Outcome; readonly detail?: JsonObject },
): AuditEvent {
  const id = outcome.approvalId === undefined ? {} : { approval_id: outcome.approvalId };
  switch (outcome.status) {
    case 'granted':
      return auditEvent(request, decisionEntry(outcome));
    case 'denied':
      return auditEvent(
        request,
        outcome.cause === 'rbac' ? forbiddenEntry(detail) : decisionEntry(outcome),
      );
    case 'timeout':
      return auditEvent(request, {
        outcome: 'timeout',
        extras: { ...id, timeout_seconds: secondsOf(request), cause: outcome.cause, ...detail },
      });
    case 'withdrawn':
      return auditEvent(request, {
        outcome: 'withdrawn',
        extras: { ...id, error: outcome.error.message, ...detail },
      });
    case 'failed':
      return auditEvent(request, {
        outcome: 'failure',
        extras: { ...id, ...detail, error: outcome.error.message, code: outcome.error.code },
      });
  }
}

function decisionEntry(outcome: Granted | Denied): Entry {
  const { status, approvalId, decidedBy, digest, note } = outcome;
  return {
    outcome: status,
    ...(decidedBy === undefined ? {} : { actor: decidedBy }),
    extras: {
      approval_id: approvalId ?? null,
      decided_by: decidedBy ?? null,
      ...(digest === undefined ? {} : { digest }),
      ...(note === undefined ? {} : { note }),
    },
  };
}

const forbiddenEntry = (detail: JsonObject): Entry => ({
  event_type: 'rbac',
  action: 'rbac.deny',
  outcome: 'denied',
  extras: { attempted_action: 'approve', ...detail },
});
