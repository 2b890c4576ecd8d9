import { type Approval, isWaiting, type Verdict } from './approval.ts';
import { unseenBlocks } from './arguments.ts';
import type { Attempt, PageState } from './state.ts';

/** How long buttons and keys are dead after something moved under the reader, milliseconds. */
export const DEAD_TIME_MS = 500;

/** Why a request cannot be decided now. */
export type Hindrance =
  | 'ended'
  | 'sending'
  | 'uncertain'
  | 'timeIsUp'
  | 'unreachable'
  | 'unseen'
  | 'settling';

export interface Moment {
  /** The server's clock, milliseconds since the epoch. */
  readonly serverNow: number;
  /** Milliseconds since the page was opened. */
  readonly uptime: number;
}

/** What stands in the way of a verdict, the lasting things first; `null` when nothing does. */
export function hindranceOf(
  state: PageState,
  approval: Approval,
  verdict: Verdict,
  { serverNow, uptime }: Moment,
): Hindrance | null {
  const attempt = state.attempts.get(approval.id);
  if (!isWaiting(approval)) return 'ended';
  if (attempt?.at === 'sending' || attempt?.at === 'stored') return 'sending';
  if (attempt?.at === 'unknown') return 'uncertain';
  if (approval.expiresAt !== null && serverNow >= approval.expiresAt) return 'timeIsUp';
  if (state.link.at === 'unreachable') return 'unreachable';
  if (verdict === 'approved' && unseenBlocks(approval, state.opened).length > 0) return 'unseen';
  return uptime < state.armedAt ? 'settling' : null;
}

/**
 * What becomes of a click whose answer was lost, once the stored request is known.
 * @param me the approver who clicked
 */
export function settled(attempt: Attempt, approval: Approval, me: string): Attempt {
  const { verdict } = attempt;
  if (isWaiting(approval)) return { verdict, at: 'notStored' };
  const wanted = verdict === 'approved' ? 'granted' : 'denied';
  const isMine = approval.outcome === wanted && approval.decidedBy === me;
  return { verdict, at: isMine ? 'stored' : 'late' };
}
