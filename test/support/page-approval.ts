import type { Approval } from '../../src/platform/page/model/approval.ts';

let made = 0;

/** A request that waits, asked one after the other, five minutes long each. */
export function anApproval(over: Partial<Approval> = {}): Approval {
  made++;
  return {
    id: `id-${made}`,
    workspaceId: 'agent',
    workspaceName: 'agent',
    taskId: null,
    action: `do thing ${made}`,
    reason: '',
    args: null,
    editedArgs: null,
    digest: null,
    createdAt: made * 1_000,
    expiresAt: made * 1_000 + 300_000,
    outcome: null,
    decidedBy: null,
    decidedAt: null,
    note: null,
    asker: null,
    ...over,
  };
}

export const asMap = (...approvals: Approval[]): ReadonlyMap<string, Approval> =>
  new Map(approvals.map((approval) => [approval.id, approval]));
