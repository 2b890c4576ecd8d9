/** Records beyond the machine's own: what was refused before it, what came after it, what outlived it. */
import type {
  ApprovalRequest,
  AuditEvent,
  Failed,
  JsonObject,
  Outcome,
} from '../../machines/index.ts';
import type { EndRecord } from '../audit/index.ts';
import type { Twin } from '../client/twins.ts';
import type { Contradiction } from '../client/waiters.ts';
import type { JournalEntry } from '../journal/index.ts';

/**
 * A request that was refused before there was an approval.
 * @param action what was asked for, as far as it could be read
 */
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

/** An approval whose actor broke, which is a defect: the chart itself records every other end. */
export const defectEvent = (request: ApprovalRequest, { approvalId, error }: Failed): AuditEvent =>
  recordOf(request, 'failure', {
    ...(approvalId === undefined ? {} : { approval_id: approvalId }),
    reason: 'broken',
    error: error.message,
    code: error.code,
  });

/** Somebody who shared an approval by its key, and has an end of their own. */
export const leftEvent = (outcome: Outcome, request: ApprovalRequest): AuditEvent =>
  recordOf(request, 'left', {
    status: outcome.status,
    error: 'an end of its own, beside the approval that it shared by its key',
  });

/** What every record of this approval shares. */
function recordOf(request: ApprovalRequest, outcome: string, extras: JsonObject): AuditEvent {
  return {
    event_type: 'approval',
    workspace_id: request.workspaceId,
    actor: request.workspaceId,
    action: 'approve',
    resource: request.action,
    outcome,
    trace_id: request.traceId,
    extras,
  };
}

/** A process before this one asked; this one goes on. */
export const resumedEvent = ({ request, approvalId }: JournalEntry): AuditEvent =>
  recordOf(request, 'resumed', { approval_id: approvalId });

/**
 * A process before this one asked, and had ended it. Its record may be on no disk, because its own
 * sync failed before it died: what is told from it stands here once more.
 */
export const endedBeforeEvent = (
  { request, approvalId }: JournalEntry,
  { outcome, timestamp, ...end }: EndRecord,
): AuditEvent => {
  const known = END_EXTRAS.flatMap((name) => {
    const value = end[name];
    return typeof value === 'string' ? [[name, value] as const] : [];
  });
  const ended = { outcome, timestamp, ...Object.fromEntries(known) };
  return recordOf(request, 'resumed', { approval_id: approvalId, ended });
};

/** What an outcome is made of again. */
const END_EXTRAS = ['approval_id', 'cause', 'code', 'decided_by', 'digest', 'error', 'note'];

/** Two processes asked with one key; the one that is gone is one with the one that is here. */
export const joinedEvent = (request: ApprovalRequest, goesOn: ApprovalRequest): AuditEvent =>
  recordOf(request, 'left', {
    status: 'joined',
    error: `the approval goes on under the trace ${goesOn.traceId}`,
  });

/** A grant that nobody used before the process ended, and that is not handed over any more. */
export const staleEvent = (
  request: ApprovalRequest,
  approvalId: string,
  error: string,
): AuditEvent => recordOf(request, 'grant_dropped', { approval_id: approvalId, error });

/** An entry of the journal that cannot be believed. */
export const brokenEvent = (outcome: Failed, workspaceId: string): AuditEvent => ({
  ...refusalEvent(outcome, '', workspaceId),
  extras: { reason: 'journal', error: outcome.error.message, code: outcome.error.code },
});

/** Another row that our own POST made, and that was taken back. */
export const twinEvent = ({ request, approvalId, twinId }: Twin): AuditEvent =>
  recordOf(request, 'twin', { approval_id: approvalId, twin_id: twinId });

export const contradictionEvent = ({
  request,
  approvalId,
  first,
  later,
}: Contradiction): AuditEvent =>
  recordOf(request, 'platform_inconsistent', {
    approval_id: approvalId,
    error: `the platform said "${first}", then "${later}"`,
  });
