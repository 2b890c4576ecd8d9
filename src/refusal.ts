/** Ends without a machine: what was refused before one existed, and what came after its end. */
import type { ApprovalRequest, AuditEvent, Failed, Outcome } from '../machines/index.ts';
import type { Contradiction } from './client/waiters.ts';
import { messageOf, problemCodeOf } from './errors.ts';

/** `failed`, with the code and the message of what was thrown. */
export function refusedOutcome(
  error: unknown,
  ids: { readonly traceId: string; readonly approvalId?: string },
): Failed {
  return {
    ...ids,
    status: 'failed',
    approved: false,
    error: { code: problemCodeOf(error), message: messageOf(error) },
  };
}

/** @param action what was asked for, as far as it could be read */
export function refusalEvent(outcome: Failed, action: string, workspaceId: string): AuditEvent {
  return {
    event_type: 'approval',
    workspace_id: workspaceId,
    actor: workspaceId,
    action: 'approve',
    resource: action,
    outcome: 'failure',
    trace_id: outcome.traceId,
    extras: { reason: 'refused', error: outcome.error.message, code: outcome.error.code },
  };
}

/** Somebody who shared an approval by its key, and ended before it. */
export function leftEvent(outcome: Outcome, request: ApprovalRequest): AuditEvent {
  return {
    event_type: 'approval',
    workspace_id: request.workspaceId,
    actor: request.workspaceId,
    action: 'approve',
    resource: request.action,
    outcome: 'left',
    trace_id: request.traceId,
    extras: { status: outcome.status, error: 'the approval goes on for others who share its key' },
  };
}

export function contradictionEvent({
  request,
  approvalId,
  first,
  later,
}: Contradiction): AuditEvent {
  return {
    event_type: 'approval',
    workspace_id: request.workspaceId,
    actor: request.workspaceId,
    action: 'approve',
    resource: request.action,
    outcome: 'platform_inconsistent',
    trace_id: request.traceId,
    extras: { approval_id: approvalId, error: `the platform said "${first}", then "${later}"` },
  };
}
