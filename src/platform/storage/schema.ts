/**
 * The tables as the queries see them. Instants are milliseconds since the epoch; JSON is stored as
 * its text, so that what was asked is what is shown, key order and all.
 */
import type { Generated, Insertable, Selectable } from 'kysely';

/** Molecule's three words. */
type ApprovalStatus = 'pending' | 'approved' | 'denied';
/** The exact end, where there is one. */
type ApprovalOutcome = 'granted' | 'denied' | 'timeout' | 'withdrawn';

interface ApprovalTable {
  /** Grows with every request; the order of the lists, and the page mark of `Link`. */
  number: Generated<number>;
  id: string;
  workspace_id: string;
  task_id: string;
  action: string;
  reason: string;
  args: string | null;
  args_schema: string | null;
  digest: string | null;
  status: ApprovalStatus;
  outcome: ApprovalOutcome | null;
  decided_by: string | null;
  decided_at: number | null;
  note: string | null;
  edited_args: string | null;
  created_at: number;
  expires_at: number;
  idempotency_key: string | null;
  /** SHA-256 over the body of the request, to tell a repetition from another request. */
  request_hash: string | null;
}
export type ApprovalRow = Selectable<ApprovalTable>;
export type NewApproval = Pick<
  Insertable<ApprovalTable>,
  | 'id'
  | 'workspace_id'
  | 'task_id'
  | 'action'
  | 'reason'
  | 'args'
  | 'args_schema'
  | 'digest'
  | 'created_at'
  | 'expires_at'
  | 'idempotency_key'
  | 'request_hash'
>;

export type EventName =
  | 'APPROVAL_REQUESTED'
  | 'APPROVAL_DECIDED'
  | 'APPROVAL_WITHDRAWN'
  | 'APPROVAL_EXPIRED';

/** What happened, numbered. What it says of the approval is in the approval's own row. */
interface EventTable {
  /** Only grows, without reuse: what `/ws?since=` counts in. */
  seq: Generated<number>;
  approval_id: string;
  workspace_id: string;
  name: EventName;
  at: number;
}

export type TokenKind = 'approver' | 'workspace';

interface TokenTable {
  id: string;
  /** Hex SHA-256 of the token; the token itself is never stored. */
  hash: string;
  kind: TokenKind;
  /** The approver's name, or the workspace's id. */
  name: string;
  created_at: number;
  revoked_at: number | null;
}
export type TokenRow = Selectable<TokenTable>;

interface SessionTable {
  /** Grows with every session. */
  number: Generated<number>;
  /** Hex SHA-256 of the secret in the cookie. */
  hash: string;
  /** Of the token that signed in. */
  token_hash: string;
  ends_at: number;
}
export type NewSession = Insertable<SessionTable>;

export interface Database {
  approvals: ApprovalTable;
  events: EventTable;
  tokens: TokenTable;
  sessions: SessionTable;
}
