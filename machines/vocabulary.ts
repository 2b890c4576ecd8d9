/**
 * The words of the model: plain, readonly, JSON all the way down, so that a snapshot of any machine
 * can be written to disk and read back.
 */

/** What `JSON.parse` can return. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** One question to a person, complete before anything is sent. */
export interface ApprovalRequest {
  /** UUID v4 that links every audit record of this approval. */
  readonly traceId: string;
  /** The agent that asks. */
  readonly workspaceId: string;
  /** What the agent wants to do, in words that a person decides on. */
  readonly action: string;
  /** Why; empty when nothing was said. */
  readonly reason: string;
  /** Idempotency key: one key, one approval. Sent as `task_id` and as `Idempotency-Key`. */
  readonly key: string;
  /** The arguments that will run, bound to the approval by `digest`; `null` when only text was given. */
  readonly args: JsonValue;
  /** `sha256:…` over action, args and workspace; `null` when no args were given. */
  readonly digest: string | null;
  /** The longest wait, milliseconds, > 0. */
  readonly timeoutMs: number;
  /** The same as an absolute instant, milliseconds since the epoch. */
  readonly deadlineAt: number;
}

/** What became of the row on the platform. Only the first two are a person's. */
export type DecisionStatus = 'approved' | 'denied' | 'expired' | 'withdrawn';

/** One end of a row, as a frame or a read told it. */
export interface Decision {
  readonly approvalId: string;
  readonly status: DecisionStatus;
  /** `null` where the platform does not name anybody. */
  readonly decidedBy: string | null;
  /** ISO 8601, the platform's clock: shown, never compared. */
  readonly decidedAt: string | null;
  readonly note: string | null;
  /** True when the platform says that the approver changed the arguments. */
  readonly edited: boolean;
  /**
   * The digest that the platform stored with the request: `null` where it was asked without
   * arguments, absent where the platform stores none.
   */
  readonly digest?: string | null;
}

/** A coded error, safe to log: `message` never holds a secret. */
export interface Problem {
  readonly code: ProblemCode;
  readonly message: string;
}

/**
 * - `config` settings, `config.yaml` or an address is wrong; ask a person to mend it
 * - `input` the request itself was refused before anything was sent
 * - `auth` the platform did not accept our credentials for the whole retry time
 * - `transport` the platform could not be reached
 * - `protocol` the platform's answer was not what the protocol says
 * - `conflict` the same key was used for something else
 * - `audit` the audit log could not be written
 * - `journal` the journal could not be written or read
 * - `capacity` too many approvals wait already
 * - `closed` the client was closed
 * - `internal` a defect of this library
 */
export type ProblemCode =
  | 'config'
  | 'input'
  | 'auth'
  | 'transport'
  | 'protocol'
  | 'conflict'
  | 'audit'
  | 'journal'
  | 'capacity'
  | 'closed'
  | 'internal';

/**
 * - `deadline` nobody answered in time, and the request was taken back
 * - `platform_expired` the platform gave up first
 * - `decided_late` a person answered, but no answer reached us before the deadline
 * - `indeterminate` the platform could not be asked at the deadline, or does not know the row
 */
export type TimeoutCause = 'deadline' | 'platform_expired' | 'decided_late' | 'indeterminate';

interface OutcomeBase {
  readonly traceId: string;
  readonly approvalId?: string;
  readonly digest?: string;
}

/** A person said yes, to exactly this, in time. The only outcome with `approved: true`. */
export interface Granted extends OutcomeBase {
  readonly status: 'granted';
  readonly approved: true;
  readonly approvalId: string;
  readonly decidedBy?: string;
  readonly decidedAt?: string;
  readonly note?: string;
  /** What may run: the arguments as asked. Absent when none were given. */
  readonly args?: JsonValue;
  /** True when the approver changed the arguments. No request offers that yet: never set. */
  readonly edited?: boolean;
}

interface DeniedByPerson extends OutcomeBase {
  readonly status: 'denied';
  readonly approved: false;
  readonly cause: 'human';
  readonly decidedBy?: string;
  readonly decidedAt?: string;
  readonly note?: string;
  readonly error?: never;
}

interface DeniedByRoles extends OutcomeBase {
  readonly status: 'denied';
  readonly approved: false;
  readonly cause: 'rbac';
  readonly decidedBy?: never;
  readonly decidedAt?: never;
  readonly note?: never;
  readonly error: { readonly code: 'rbac'; readonly message: string };
}

/** A person said no (`cause: 'human'`), or the roles forbid asking (`cause: 'rbac'`). */
export type Denied = DeniedByPerson | DeniedByRoles;

/** Nobody answered in time. Never names a person. */
export interface TimedOut extends OutcomeBase {
  readonly status: 'timeout';
  readonly approved: false;
  readonly cause: TimeoutCause;
  readonly error: { readonly code: 'timeout'; readonly message: string };
}

/** The asker gave up. */
export interface Withdrawn extends OutcomeBase {
  readonly status: 'withdrawn';
  readonly approved: false;
  readonly error: { readonly code: 'withdrawn'; readonly message: string };
}

/** It could not be asked, or could not be recorded. */
export interface Failed extends OutcomeBase {
  readonly status: 'failed';
  readonly approved: false;
  readonly error: Problem;
}

/** How an approval ended, for the one who asked. `approved` is true for `granted` alone. */
export type Outcome = Granted | Denied | TimedOut | Withdrawn | Failed;
export type OutcomeStatus = Outcome['status'];

/** One line of the audit log, before it gets its timestamp and its place in the chain. */
export interface AuditEvent {
  readonly event_type: 'approval' | 'rbac';
  readonly workspace_id: string;
  /** Who did it: the approver where known, else the workspace; never the other way round. */
  readonly actor: string;
  readonly action: string;
  /** The action that was asked for. */
  readonly resource: string;
  readonly outcome: string;
  readonly trace_id: string;
  /** What this kind of event adds. Cannot override the fields above. */
  readonly extras: JsonObject;
}

/** The live connection as an approval sees it when it starts to wait. */
export type ChannelStatus = 'live' | 'down';
