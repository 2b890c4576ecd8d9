/** The audit records of an approval: pure, from what it knows to one line of the log. */
import { secondsOf } from './approval.outcomes.ts';
import type { ApprovalContext, Conclusion } from './approval.situation.ts';
import type { Permission } from './ports.ts';
import type { ApprovalRequest, AuditEvent, Denied, Granted, JsonObject } from './vocabulary.ts';

type Entry = Pick<AuditEvent, 'outcome' | 'extras'> &
  Partial<Pick<AuditEvent, 'event_type' | 'action' | 'actor'>>;

/** What every record of this approval shares; `entry` says what is particular to it. */
function auditEvent(request: ApprovalRequest, entry: Entry): AuditEvent {
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

export const allowedEvent = ({ request }: ApprovalContext, permission: Permission): AuditEvent =>
  auditEvent(request, {
    event_type: 'rbac',
    outcome: 'allowed',
    extras: { roles: permission.status === 'unreadable' ? [] : permission.roles },
  });

export const requestedEvent = ({ request, approvalId }: ApprovalContext): AuditEvent =>
  auditEvent(request, {
    outcome: 'requested',
    extras: {
      approval_id: approvalId,
      reason_text: request.reason,
      ...(request.digest === null ? {} : { digest: request.digest }),
    },
  });

export const fallbackEvent = (
  { request, approvalId }: ApprovalContext,
  error: string,
): AuditEvent =>
  auditEvent(request, { outcome: 'fallback', extras: { approval_id: approvalId, error } });

export const reconnectedEvent = ({ request, approvalId }: ApprovalContext): AuditEvent =>
  auditEvent(request, { outcome: 'reconnected', extras: { approval_id: approvalId } });

/** The one terminal record of an approval; `detail` is what it says beyond the outcome. */
export function terminalEvent(
  request: ApprovalRequest,
  { outcome, detail = {} }: Conclusion,
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
