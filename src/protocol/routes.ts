/** Paths below the platform's base address, and the headers of the wire. */

const segment = encodeURIComponent;

export const routes = {
  /** `POST` creates, `GET` lists. */
  approvals: (workspaceId: string) => `workspaces/${segment(workspaceId)}/approvals`,
  /** `GET`; platforms may not have it. */
  approval: (workspaceId: string, id: string) =>
    `workspaces/${segment(workspaceId)}/approvals/${segment(id)}`,
  /** `POST` decides (an approver) or withdraws (a requester). */
  decide: (workspaceId: string, id: string) =>
    `workspaces/${segment(workspaceId)}/approvals/${segment(id)}/decide`,
  /** `POST` says where the asker is; our platform only. */
  state: (workspaceId: string, id: string) =>
    `workspaces/${segment(workspaceId)}/approvals/${segment(id)}/state`,
  /** `GET`, for approvers. */
  pending: 'approvals/pending',
  live: 'ws',
} as const;

export const WORKSPACE_HEADER = 'x-workspace-id';
export const IDEMPOTENCY_HEADER = 'idempotency-key';

/** `decided_by` of a row that nobody decided. */
export const AUTO_EXPIRED = 'auto-expired';
/** `decided_by` of a row that its asker took back starts with this. */
export const WITHDRAWN_PREFIX = 'withdrawn: ';

/** The most that a platform lists at once where it does not page. */
export const LIST_WINDOW = 50;
/** Largest answer body that is read, bytes. */
export const MAX_ANSWER_BYTES = 2 * 1024 * 1024;
/** Largest request body, bytes. */
export const MAX_REQUEST_BYTES = 256 * 1024;
/** Largest frame, bytes: a frame may echo a request of any agent on a platform without limits. */
export const MAX_FRAME_BYTES = 8 * 1024 * 1024;
