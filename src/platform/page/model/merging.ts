import { type Approval, type End, isWaiting } from './approval.ts';
import type { Approvals } from './ordering.ts';

/** What a read of both lists brought. */
export interface Snapshot {
  readonly pending: readonly Approval[];
  readonly recent: readonly Approval[];
}

/**
 * What is known after a read. An end is never taken back by an older answer: a list that was
 * written before a decision may arrive after its frame.
 */
export function mergeSnapshot(approvals: Approvals, { pending, recent }: Snapshot): Approvals {
  const merged = new Map(approvals);
  for (const approval of [...pending, ...recent]) merged.set(approval.id, newer(merged, approval));
  return merged;
}

export const mergeOne = (approvals: Approvals, approval: Approval): Approvals =>
  new Map(approvals).set(approval.id, newer(approvals, approval));

function newer(approvals: Approvals, approval: Approval): Approval {
  const known = approvals.get(approval.id);
  if (known === undefined) return approval;
  return isWaiting(approval) ? known : approval;
}

/** An end that a frame told of; the first one stands. */
export function mergeEnd(approvals: Approvals, end: End): Approvals {
  const known = approvals.get(end.id);
  if (known === undefined || !isWaiting(known)) return approvals;
  return new Map(approvals).set(end.id, { ...known, ...end });
}

/**
 * Requests that were waiting and that a later read no longer lists: their end was missed and has
 * to be asked for. `since`: ids that arrived while the read was under way.
 */
export function missingFrom(
  approvals: Approvals,
  { pending, recent }: Snapshot,
  since: ReadonlySet<string>,
): string[] {
  const listed = new Set([...pending, ...recent].map(({ id }) => id));
  return [...approvals.values()]
    .filter(
      (approval) => isWaiting(approval) && !listed.has(approval.id) && !since.has(approval.id),
    )
    .map(({ id }) => id);
}
