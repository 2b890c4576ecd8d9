/** Ends without a machine: what was refused before one existed, and what came after its end. */
import type { AuditEvent, Failed, ProblemCode } from '../machines/index.ts';
import type { Contradiction } from './client/waiters.ts';
import { CountersignError, messageOf } from './errors.ts';
import type { RequestInput } from './request.ts';

/** `failed`, with the code and the message of what was thrown. */
export function refusedOutcome(
  error: unknown,
  ids: { readonly traceId: string; readonly approvalId?: string },
): Failed {
  return {
    ...ids,
    status: 'failed',
    approved: false,
    error: { code: codeOf(error), message: messageOf(error) },
  };
}

function codeOf(error: unknown): ProblemCode {
  if (!(error instanceof CountersignError) || error.code === 'not_approved') return 'internal';
  return error.code;
}

export function refusalEvent(
  outcome: Failed,
  { action }: RequestInput,
  workspaceId: string,
): AuditEvent {
  return {
    event_type: 'approval',
    workspace_id: workspaceId,
    actor: workspaceId,
    action: 'approve',
    resource: typeof action === 'string' ? action : '',
    outcome: 'failure',
    trace_id: outcome.traceId,
    extras: { reason: 'refused', error: outcome.error.message, code: outcome.error.code },
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
