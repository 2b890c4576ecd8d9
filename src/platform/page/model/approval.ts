import type { JsonValue } from '../../../../machines/index.ts';
import type { AskerStep } from './asker.ts';

/** How an approval ended. `unknown`: it is over, in a way that this page has no word for. */
export type Outcome = 'granted' | 'denied' | 'timeout' | 'withdrawn' | 'unknown';

/** One request as the platform stores it. Instants are milliseconds since the epoch, its clock. */
export interface Approval {
  readonly id: string;
  readonly workspaceId: string;
  readonly workspaceName: string;
  readonly taskId: string | null;
  readonly action: string;
  readonly reason: string;
  /** `null` when the agent gave words only. */
  readonly args: JsonValue;
  readonly editedArgs: JsonValue;
  readonly digest: string | null;
  readonly createdAt: number;
  /** `null` where the platform states no deadline. */
  readonly expiresAt: number | null;
  /** `null` while it waits. */
  readonly outcome: Outcome | null;
  readonly decidedBy: string | null;
  readonly decidedAt: number | null;
  readonly note: string | null;
  /** Where its asker was when it was read; `null` where that tells nothing. */
  readonly asker: AskerStep | null;
}

/** The part of a request that its end fills in. */
export type End = Pick<Approval, 'decidedBy' | 'decidedAt' | 'note'> & {
  readonly id: string;
  readonly outcome: Outcome;
};

export type Verdict = 'approved' | 'denied';

export const isWaiting = (approval: Approval): boolean => approval.outcome === null;

/** What a decision is bound to: what was on the screen, not a place in a list. */
export const keyOf = ({ id, digest }: Approval): string => `${id} ${digest ?? ''}`;
