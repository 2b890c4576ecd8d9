/** Pieces of the chart that stand in it more than once, or would hide it where they stand. */
import {
  afterBreak,
  afterPermission,
  afterWithdrawal,
  brokenWithdrawal,
} from './approval.conclusions.ts';
import type { ApprovalContext } from './approval.situation.ts';
import type { Permission, Submission, Withdrawal } from './ports.ts';

interface Done<Output> {
  readonly context: ApprovalContext;
  readonly event: { readonly output: Output };
}
interface Broke {
  readonly context: ApprovalContext;
  readonly event: { readonly error: unknown };
}

/** What both waiting states make of an answer. Guards are tried in this order. */
export const ON_ANSWER = {
  'decision.received': [
    { guard: 'isApproved', target: 'granted', actions: 'concludeAnswer' },
    { guard: 'isApprovedForOtherArgs', target: 'failed', actions: 'concludeAnswer' },
    { guard: 'isDenied', target: 'denied', actions: 'concludeAnswer' },
    { guard: 'isExpired', target: 'timeout', actions: 'concludeAnswer' },
    { guard: 'isWithdrawnElsewhere', target: 'withdrawing', actions: 'keepWithdrawnElsewhere' },
  ],
  'wait.failed': { target: 'failed', actions: 'concludeAnswer' },
} as const;

/** A service that breaks ends the approval; `reason` goes into the record. */
export const failsFor = (reason: string) =>
  ({
    target: 'failed',
    actions: {
      type: 'conclude',
      params: ({ context, event }: Broke) => afterBreak(context, event.error, reason),
    },
  }) as const;

export const CONCLUDE_PERMISSION = {
  type: 'conclude',
  params: ({ context, event }: Done<Permission>) => afterPermission(context, event.output),
} as const;

/** A guard over what a service returned. */
export const withOutput = <const Guard extends string>(type: Guard) =>
  ({ type, params: <Output>({ event }: { event: { output: Output } }) => event.output }) as const;

/** Both waiting states begin with the id, and with the record of the question. */
export const BEGIN_WAIT = [
  { type: 'keepApprovalId', params: ({ event }: Done<Submission>) => event.output },
  'recordRequested',
] as const;

/** What both waiting services are told. */
export const waitInput = ({ context }: { context: ApprovalContext }) => ({
  request: context.request,
  approvalId: context.approvalId ?? '',
});

export const CONCLUDE_WITHDRAWAL = {
  type: 'conclude',
  params: ({ context, event }: Done<Withdrawal>) => afterWithdrawal(context, event.output),
} as const;
export const CONCLUDE_BROKEN_WITHDRAWAL = {
  type: 'conclude',
  params: ({ context, event }: Broke) => afterWithdrawal(context, brokenWithdrawal(event.error)),
} as const;

/** Taken back or not, the approval ends as the reason to give up says. */
export const endsWith = <const Actions>(actions: Actions) =>
  [
    { guard: 'isPastDeadline', target: 'timeout', actions },
    { target: 'withdrawn', actions },
  ] as const;
