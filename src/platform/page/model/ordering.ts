import { type Approval, isWaiting } from './approval.ts';

/** How many ended requests are kept in sight. */
export const RECENT = 50;

export type Approvals = ReadonlyMap<string, Approval>;

const byId = (a: Approval, b: Approval): number => (a.id < b.id ? -1 : 1);

/**
 * What waits, oldest first, so that arrivals move nothing. `heldId` is one that ended while it was
 * being read: it keeps its place until the reader goes on.
 */
export const waitingOf = (approvals: Approvals, heldId: string | null): Approval[] =>
  [...approvals.values()]
    .filter((approval) => isWaiting(approval) || approval.id === heldId)
    .sort((a, b) => a.createdAt - b.createdAt || byId(a, b));

/** What ended, the newest end first. */
export const recentOf = (approvals: Approvals, heldId: string | null): Approval[] =>
  [...approvals.values()]
    .filter((approval) => !isWaiting(approval) && approval.id !== heldId)
    .sort((a, b) => endedAt(b) - endedAt(a) || byId(a, b))
    .slice(0, RECENT);

const endedAt = ({ decidedAt, createdAt }: Approval): number => decidedAt ?? createdAt;

/** Where to go on after an end: the next request that waits, from the start again after the last. */
export function onwardsFrom(approvals: Approvals, { createdAt }: Approval): Approval | undefined {
  const waiting = waitingOf(approvals, null);
  return waiting.find((approval) => approval.createdAt >= createdAt) ?? waiting[0];
}

/**
 * The id `steps` further down the list; it stops at the ends. From nowhere it starts at the first
 * one down, or the last one up.
 */
export function neighbour(
  list: readonly Approval[],
  id: string | null,
  steps: 1 | -1,
): string | null {
  const index = list.findIndex((approval) => approval.id === id);
  if (index === -1) return (steps === 1 ? list[0] : list.at(-1))?.id ?? null;
  return list[Math.min(list.length - 1, Math.max(0, index + steps))]?.id ?? null;
}
