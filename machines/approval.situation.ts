/** What an approval knows, what can happen to it, and what it can tell about the two. */
import type { DeadlineEvent } from './deadline.actor.ts';
import type { WaitEvent } from './ports.ts';
import type {
  ApprovalRequest,
  AuditEvent,
  Decision,
  DecisionStatus,
  JsonObject,
  Outcome,
} from './vocabulary.ts';

/** A new request; or one that a process before this one made, with the id where it is known. */
export type ApprovalInput =
  | ApprovalRequest
  | { readonly request: ApprovalRequest; readonly approvalId: string | null };

export const contextOf = (input: ApprovalInput): ApprovalContext => ({
  ...('request' in input ? input : { request: input, approvalId: null }),
  ending: null,
  conclusion: null,
});

/** Why the request is being taken back. `elsewhere`: the row was withdrawn by somebody else. */
export interface Ending {
  readonly by: 'deadline' | 'caller' | 'elsewhere';
  readonly why: string;
}

/** How it ended, and what the audit record says beyond the outcome. */
export interface Conclusion {
  readonly outcome: Outcome;
  readonly detail?: JsonObject;
}

export interface ApprovalContext {
  readonly request: ApprovalRequest;
  /** The platform's id; `null` until the POST was answered. */
  readonly approvalId: string | null;
  readonly ending: Ending | null;
  /** Set by every transition into a final state, `null` before. */
  readonly conclusion: Conclusion | null;
}

export type ApprovalEvent =
  | WaitEvent
  | DeadlineEvent
  | { readonly type: 'approval.withdraw'; readonly why: string };

export type ApprovalEmitted =
  | { readonly type: 'audit'; readonly event: AuditEvent }
  | { readonly type: 'withdrawing'; readonly traceId: string; readonly ending: Ending };

export interface Situation {
  readonly context: ApprovalContext;
  readonly event: ApprovalEvent;
}

/** The decision of a `decision.received` for this very approval: the id, character by character. */
export function ourDecision(
  { context, event }: Situation,
  status: DecisionStatus,
): Decision | undefined {
  if (event.type !== 'decision.received' || context.approvalId === null) return undefined;
  const { decision } = event;
  const isOurs = decision.approvalId === context.approvalId && decision.status === status;
  return isOurs ? decision : undefined;
}

/** Edited arguments are not what was asked: nobody offered to run anything else. */
export const isWhatWasAsked = (
  { request }: ApprovalContext,
  { digest, edited }: Decision,
): boolean => !edited && (digest === undefined || digest === request.digest);

export const endingOf = ({ ending }: ApprovalContext): Ending =>
  ending ?? { by: 'caller', why: 'no reason was given' };
