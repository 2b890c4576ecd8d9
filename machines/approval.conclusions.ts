/** How an approval ends, from what happened last: one function for each service and event. */
import {
  causeOf,
  deniedBy,
  deniedByRoles,
  failed,
  grantedBy,
  timedOut,
  withdrawn,
} from './approval.outcomes.ts';
import {
  type ApprovalContext,
  type Conclusion,
  endingOf,
  isWhatWasAsked,
  type Situation,
} from './approval.situation.ts';
import type { Permission, Submission, Withdrawal } from './ports.ts';
import type { Problem } from './vocabulary.ts';

const problem = (code: Problem['code'], message: string): Problem => ({ code, message });

/** Unreachable: every transition into a final state concludes first (shown by the graph tests). */
const NEVER_CONCLUDED = problem('internal', 'ended without a conclusion');
const OTHER_ARGS = problem(
  'protocol',
  'the platform reports an approval of other arguments than the ones that were asked',
);

export const conclusionOf = (context: ApprovalContext): Conclusion =>
  context.conclusion ?? { outcome: failed(context, NEVER_CONCLUDED) };

export function afterPermission(context: ApprovalContext, permission: Permission): Conclusion {
  if (permission.status === 'unreadable')
    return { outcome: failed(context, permission.problem), detail: { reason: 'rbac_failed' } };
  const { roles } = permission;
  return { outcome: deniedByRoles(context, roles), detail: { roles } };
}

export function afterSubmission(context: ApprovalContext, submission: Submission): Conclusion {
  const why = submission.status === 'refused' ? submission.problem : NEVER_CONCLUDED;
  return { outcome: failed(context, why), detail: { reason: 'submit_failed' } };
}

/** The guards have seen already that a decision is ours. */
export function afterAnswer({ context, event }: Situation): Conclusion | null {
  if (event.type === 'wait.failed')
    return { outcome: failed(context, event.problem), detail: { reason: 'wait_failed' } };
  if (event.type !== 'decision.received') return null;
  const { decision } = event;
  switch (decision.status) {
    case 'approved':
      return isWhatWasAsked(context, decision)
        ? { outcome: grantedBy(context, decision) }
        : { outcome: failed(context, OTHER_ARGS), detail: { reason: 'digest_mismatch' } };
    case 'denied':
      return { outcome: deniedBy(context, decision) };
    case 'expired':
      return { outcome: timedOut(context, 'platform_expired') };
    case 'withdrawn':
      return null;
  }
}

/** By the deadline that passed, or by the one who gave up. */
export function afterWithdrawal(context: ApprovalContext, withdrawal: Withdrawal): Conclusion {
  const { by, why } = endingOf(context);
  const error = withdrawal.status === 'unknown' ? withdrawal.error : undefined;
  const whyUnheard = error ?? withdrawal.readError;
  if (by === 'deadline')
    return {
      outcome: timedOut(context, causeOf(withdrawal)),
      detail: whyUnheard === undefined ? {} : { error: whyUnheard },
    };
  return {
    outcome: withdrawn(context, why),
    detail: {
      withdrawal: withdrawal.status,
      ...(error === undefined ? {} : { withdrawal_error: error }),
    },
  };
}

/** A service that broke, which none should: a defect, and an end that grants nothing. */
export const afterBreak = (
  context: ApprovalContext,
  error: unknown,
  reason: string,
): Conclusion => ({
  outcome: failed(context, problem('internal', messageOf(error))),
  detail: { reason },
});

/** A withdrawal that broke tells nothing about the row. */
export const brokenWithdrawal = (error: unknown): Withdrawal => ({
  status: 'unknown',
  error: messageOf(error),
});

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
