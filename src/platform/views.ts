/** From rows to what goes over the wire. */
import type { JsonObject, JsonValue } from '../../machines/index.ts';
import type { ApprovalEvent } from './storage/events.ts';
import type { ApprovalRow } from './storage/schema.ts';

/** A row of a workspace's list: Molecule's fields, and how it ended exactly. */
export const rowView = (row: ApprovalRow): JsonObject => ({
  id: row.id,
  task_id: row.task_id,
  action: row.action,
  reason: row.reason,
  ...endView(row),
  created_at: iso(row.created_at),
  expires_at: iso(row.expires_at),
  note: row.note,
  digest: row.digest,
  ...(row.edited_args === null ? {} : { edited_args: json(row.edited_args) }),
});

/** Everything that an approver sees. */
export const approverView = (row: ApprovalRow): JsonObject => ({
  ...rowView(row),
  workspace_id: row.workspace_id,
  // Workspaces have no names here; the field is there for programs that show one.
  workspace_name: row.workspace_id,
  args: json(row.args),
  args_schema: json(row.args_schema),
  edited_args: json(row.edited_args),
});

/** How it ended; nulls while it has not. */
export const endView = (row: ApprovalRow): JsonObject => ({
  status: row.status,
  outcome: row.outcome,
  decided_by: row.decided_by,
  decided_at: row.decided_at === null ? null : iso(row.decided_at),
});

/** The frame that tells of an event. */
export function frameOf({ seq, name, at, approval }: ApprovalEvent): string {
  const payload = name === 'APPROVAL_REQUESTED' ? requestedPayload(approval) : endPayload(approval);
  const envelope = {
    event: name,
    seq,
    workspace_id: approval.workspace_id,
    timestamp: iso(at),
    payload,
  };
  return JSON.stringify(
    name === 'APPROVAL_DECIDED' ? { ...envelope, ...flatFields(approval) } : envelope,
  );
}

/** As it was asked: a replay may come long after the end. */
const requestedPayload = (row: ApprovalRow): JsonObject => ({
  approval_id: row.id,
  ...approverView({ ...row, ...NOT_ENDED }),
});

const NOT_ENDED = {
  status: 'pending',
  outcome: null,
  decided_by: null,
  decided_at: null,
  note: null,
  edited_args: null,
} as const;

const endPayload = (row: ApprovalRow): JsonObject => {
  const { status, ...end } = endView(row);
  return { approval_id: row.id, decision: status ?? null, ...end, ...decidedOn(row) };
};

/** The dialect that readers of the flat form understand. */
const flatFields = (row: ApprovalRow): JsonObject => ({
  approval_id: row.id,
  ...endView(row),
  ...decidedOn(row),
});

const decidedOn = (row: ApprovalRow): JsonObject => ({
  note: row.note,
  digest: row.digest,
  ...(row.edited_args === null ? {} : { edited_args: json(row.edited_args) }),
});

const iso = (at: number): string => new Date(at).toISOString();

/** Our own text: it was checked before it was stored. */
function json(text: string | null): JsonValue {
  const value: JsonValue = text === null ? null : JSON.parse(text);
  return value;
}
