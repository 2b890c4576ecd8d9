/**
 * One actor of this machine is one approval: one question to a person, from the role check to its
 * end. It is the requesting side's view; the platform has its own truth, the row.
 *
 * Final states, each with a typed `output`: `granted`, `denied`, `timeout`, `withdrawn`, `failed`.
 * Only `granted` allows anything. Every other state has a way to an end that allows nothing.
 *
 * Survives a restart: the context (plain JSON) and the state. Invoked services run again, so each
 * must find what its predecessor did: `submitRequest` looks for the row of this key before it
 * makes another one; the deadline is an absolute instant.
 *
 * Must never: grant for another approval or another digest than the one asked; end twice; name a
 * person for what no person did; touch the world. All effects are in the invoked services
 * (`ports.ts`), filled in with `.provide()`. Every transition emits one event: an `audit` event
 * for the log, or `withdrawing`, whose record is written when it is known how it went.
 */
import { assign, emit, setup } from 'xstate';
import {
  auditEvent,
  causeOf,
  deniedBy,
  deniedByRoles,
  failed,
  grantedBy,
  secondsOf,
  terminalEvent,
  timedOut,
  withdrawn,
} from './approval.outcomes.ts';
import { createDeadline, type DeadlineEvent, systemClock } from './deadline.actor.ts';
import {
  awaitDecision,
  checkPermission,
  type Permission,
  pollDecision,
  type Submission,
  submitRequest,
  type WaitEvent,
  type Withdrawal,
  withdrawRequest,
} from './ports.ts';
import type {
  ApprovalRequest,
  AuditEvent,
  Decision,
  DecisionStatus,
  JsonObject,
  Outcome,
  Problem,
} from './vocabulary.ts';

export type ApprovalInput = ApprovalRequest;

/** Why the request is being taken back. `elsewhere`: the row was withdrawn by somebody else. */
export interface Ending {
  readonly by: 'deadline' | 'caller' | 'elsewhere';
  readonly why: string;
}

export interface ApprovalContext {
  readonly request: ApprovalRequest;
  /** The platform's id; `null` until the POST was answered. */
  readonly approvalId: string | null;
  readonly ending: Ending | null;
  /** Set by every transition into a final state, `null` before. */
  readonly conclusion: Conclusion | null;
}

/** How it ended, and what the audit record says beyond the outcome. */
export interface Conclusion {
  readonly outcome: Outcome;
  readonly detail?: JsonObject;
}

export type ApprovalEvent =
  | WaitEvent
  | DeadlineEvent
  | { readonly type: 'approval.withdraw'; readonly why: string };

export type ApprovalEmitted =
  | { readonly type: 'audit'; readonly event: AuditEvent }
  | { readonly type: 'withdrawing'; readonly traceId: string; readonly ending: Ending };

interface Situation {
  readonly context: ApprovalContext;
  readonly event: ApprovalEvent;
}

/** The decision of a `decision.received` for this very approval: the id, character by character. */
function ourDecision({ context, event }: Situation, status: DecisionStatus): Decision | undefined {
  if (event.type !== 'decision.received' || context.approvalId === null) return undefined;
  const { decision } = event;
  return decision.approvalId === context.approvalId && decision.status === status
    ? decision
    : undefined;
}

/** Edited arguments are not what was asked: nobody offered to run anything else. */
const isWhatWasAsked = ({ request }: ApprovalContext, { digest, editedArgs }: Decision): boolean =>
  editedArgs === undefined && (digest === null || digest === request.digest);

const internal = (error: unknown): Problem => ({
  code: 'internal',
  message: error instanceof Error ? error.message : String(error),
});

/** Unreachable: every transition into a final state concludes first (shown by the graph tests). */
const NEVER_CONCLUDED: Problem = { code: 'internal', message: 'ended without a conclusion' };
const conclusionOf = (context: ApprovalContext): Conclusion =>
  context.conclusion ?? { outcome: failed(context, NEVER_CONCLUDED) };

const endingOf = ({ ending }: ApprovalContext): Ending =>
  ending ?? { by: 'caller', why: 'no reason was given' };

/** The end that a decision brings. The guards have seen already that it is ours. */
function concludeDecision({ context, event }: Situation): Conclusion | null {
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

const OTHER_ARGS: Problem = {
  code: 'protocol',
  message: 'the platform reports an approval of other arguments than the ones that were asked',
};

/** How a request that was taken back ends: by the deadline that passed, or by the one who gave up. */
function concludeWithdrawal(context: ApprovalContext, withdrawal: Withdrawal): Conclusion {
  const ending = endingOf(context);
  const detail: JsonObject = withdrawal.status === 'unknown' ? { error: withdrawal.error } : {};
  if (ending.by === 'deadline') return { outcome: timedOut(context, causeOf(withdrawal)), detail };
  return {
    outcome: withdrawn(context, ending.why),
    detail: { withdrawal: withdrawal.status },
  };
}

const rolesOf = (permission: Permission): readonly string[] =>
  permission.status === 'unreadable' ? [] : permission.roles;

const problemOf = (result: Permission | Submission): Problem =>
  'problem' in result ? result.problem : internal('no problem was named');

/** Empty ids never get here: `submitRequest` refuses them, and no decision could match one. */
const approvalIdOf = (submission: Submission): string =>
  submission.status === 'submitted' ? submission.approvalId : '';

const failedToAnswer = (error: unknown): Withdrawal => ({
  status: 'unknown',
  error: internal(error).message,
});

/** What both waiting states make of an answer. Guards are tried in this order. */
const ON_ANSWER = {
  'decision.received': [
    { guard: 'isApproved', target: 'granted', actions: 'concludeDecision' },
    { guard: 'isApprovedForOtherArgs', target: 'failed', actions: 'concludeDecision' },
    { guard: 'isDenied', target: 'denied', actions: 'concludeDecision' },
    { guard: 'isExpired', target: 'timeout', actions: 'concludeDecision' },
    { guard: 'isWithdrawnElsewhere', target: 'withdrawing', actions: 'keepWithdrawnElsewhere' },
  ],
  'wait.failed': { target: 'failed', actions: 'concludeWaitFailed' },
} as const;

const onServiceError = (reason: string) =>
  ({ target: 'failed', actions: { type: 'concludeServiceError', params: { reason } } }) as const;

export const approvalMachine = setup({
  types: {
    context: {} as ApprovalContext,
    input: {} as ApprovalInput,
    output: {} as Outcome,
    events: {} as ApprovalEvent,
    emitted: {} as ApprovalEmitted,
  },
  actors: {
    deadline: createDeadline(systemClock),
    checkPermission,
    submitRequest,
    awaitDecision,
    pollDecision,
    withdrawRequest,
  },
  guards: {
    isApproved: (situation) => {
      const decision = ourDecision(situation, 'approved');
      return decision !== undefined && isWhatWasAsked(situation.context, decision);
    },
    isApprovedForOtherArgs: (situation) => {
      const decision = ourDecision(situation, 'approved');
      return decision !== undefined && !isWhatWasAsked(situation.context, decision);
    },
    isDenied: (situation) => ourDecision(situation, 'denied') !== undefined,
    isExpired: (situation) => ourDecision(situation, 'expired') !== undefined,
    isWithdrawnElsewhere: (situation) => ourDecision(situation, 'withdrawn') !== undefined,
    isAllowed: (_, params: { permission: Permission }) => params.permission.status === 'allowed',
    isForbidden: (_, params: { permission: Permission }) => params.permission.status === 'denied',
    isRefused: (_, params: { submission: Submission }) => params.submission.status === 'refused',
    isLive: (_, params: { submission: Submission }) =>
      params.submission.status === 'submitted' && params.submission.channel === 'live',
    isPastDeadline: ({ context }) => context.ending?.by === 'deadline',
  },
  actions: {
    keepApprovalId: assign({
      approvalId: (_, params: { approvalId: string }) => params.approvalId,
    }),
    keepEnding: assign({ ending: (_, params: Ending) => params }),
    conclude: assign({ conclusion: (_, params: Conclusion) => params }),
    concludeDecision: assign({ conclusion: concludeDecision }),
    concludeWaitFailed: assign({
      conclusion: ({ context, event }) =>
        event.type === 'wait.failed'
          ? { outcome: failed(context, event.problem), detail: { reason: 'wait_failed' } }
          : null,
    }),
    concludeServiceError: assign({
      conclusion: ({ context, event }, detail: { reason: string }) => ({
        outcome: failed(context, internal('error' in event ? event.error : 'a service failed')),
        detail,
      }),
    }),
    keepWithdrawnElsewhere: assign({
      ending: ({ event }) => ({
        by: 'elsewhere' as const,
        why:
          (event.type === 'decision.received' && event.decision.decidedBy) || 'by another process',
      }),
    }),
    recordAllowed: emit(({ context }, params: { roles: readonly string[] }) => ({
      type: 'audit' as const,
      event: auditEvent(context.request, {
        event_type: 'rbac',
        outcome: 'allowed',
        extras: { roles: params.roles },
      }),
    })),
    recordRequested: emit(({ context }) => ({
      type: 'audit' as const,
      event: auditEvent(context.request, {
        outcome: 'requested',
        extras: {
          approval_id: context.approvalId,
          reason_text: context.request.reason,
          ...(context.request.digest === null ? {} : { digest: context.request.digest }),
        },
      }),
    })),
    recordFallback: emit(({ context }, params: { error: string }) => ({
      type: 'audit' as const,
      event: auditEvent(context.request, {
        outcome: 'fallback',
        extras: { approval_id: context.approvalId, error: params.error },
      }),
    })),
    recordReconnected: emit(({ context }) => ({
      type: 'audit' as const,
      event: auditEvent(context.request, {
        outcome: 'reconnected',
        extras: { approval_id: context.approvalId },
      }),
    })),
    recordConclusion: emit(({ context }) => ({
      type: 'audit' as const,
      event: terminalEvent(context.request, conclusionOf(context)),
    })),
    announceWithdrawing: emit(({ context }) => ({
      type: 'withdrawing' as const,
      traceId: context.request.traceId,
      ending: endingOf(context),
    })),
  },
}).createMachine({
  id: 'approval',
  description: 'One question to a person, from the role check to its end.',
  context: ({ input }) => ({ request: input, approvalId: null, ending: null, conclusion: null }),
  output: ({ context }) => conclusionOf(context).outcome,
  invoke: {
    id: 'deadline',
    src: 'deadline',
    input: ({ context }) => ({ deadlineAt: context.request.deadlineAt }),
  },
  on: {
    'deadline.passed': {
      target: '.withdrawing',
      actions: {
        type: 'keepEnding',
        params: ({ context }) => ({
          by: 'deadline' as const,
          why: `timed out after ${secondsOf(context.request)}s`,
        }),
      },
    },
    'approval.withdraw': {
      target: '.withdrawing',
      actions: {
        type: 'keepEnding',
        params: ({ event }) => ({ by: 'caller' as const, why: event.why }),
      },
    },
  },
  initial: 'rbacCheck',
  states: {
    rbacCheck: {
      description: 'May this workspace ask at all?',
      invoke: {
        id: 'permission',
        src: 'checkPermission',
        input: ({ context }) => context.request,
        onDone: [
          {
            guard: { type: 'isAllowed', params: ({ event }) => ({ permission: event.output }) },
            target: 'submitting',
            actions: {
              type: 'recordAllowed',
              params: ({ event }) => ({ roles: rolesOf(event.output) }),
            },
          },
          {
            guard: { type: 'isForbidden', params: ({ event }) => ({ permission: event.output }) },
            target: 'denied',
            actions: {
              type: 'conclude',
              params: ({ context, event }) => ({
                outcome: deniedByRoles(context, rolesOf(event.output)),
                detail: { roles: rolesOf(event.output) },
              }),
            },
          },
          {
            target: 'failed',
            actions: {
              type: 'conclude',
              params: ({ context, event }) => ({
                outcome: failed(context, problemOf(event.output)),
                detail: { reason: 'rbac_failed' },
              }),
            },
          },
        ],
        onError: onServiceError('rbac_failed'),
      },
    },
    submitting: {
      description: 'POST the request, once, whatever the network does.',
      invoke: {
        id: 'submission',
        src: 'submitRequest',
        input: ({ context }) => context.request,
        onDone: [
          {
            guard: { type: 'isRefused', params: ({ event }) => ({ submission: event.output }) },
            target: 'failed',
            actions: {
              type: 'conclude',
              params: ({ context, event }) => ({
                outcome: failed(context, problemOf(event.output)),
                detail: { reason: 'submit_failed' },
              }),
            },
          },
          {
            guard: { type: 'isLive', params: ({ event }) => ({ submission: event.output }) },
            target: 'awaitingWS',
            actions: [
              {
                type: 'keepApprovalId',
                params: ({ event }) => ({ approvalId: approvalIdOf(event.output) }),
              },
              'recordRequested',
            ],
          },
          {
            target: 'fallbackPolling',
            actions: [
              {
                type: 'keepApprovalId',
                params: ({ event }) => ({ approvalId: approvalIdOf(event.output) }),
              },
              'recordRequested',
            ],
          },
        ],
        onError: onServiceError('submit_failed'),
      },
    },
    awaitingWS: {
      description:
        'The live channel is up; a decision arrives as a frame. Reads catch lost frames.',
      invoke: {
        id: 'liveDecision',
        src: 'awaitDecision',
        input: ({ context }) => ({
          request: context.request,
          approvalId: context.approvalId ?? '',
        }),
        onError: onServiceError('wait_failed'),
      },
      on: {
        ...ON_ANSWER,
        'channel.lost': {
          target: 'fallbackPolling',
          actions: {
            type: 'recordFallback',
            params: ({ event }) => ({ error: event.error }),
          },
        },
      },
    },
    fallbackPolling: {
      description: 'The channel is down: decisions are read while it is being reconnected.',
      invoke: {
        id: 'polledDecision',
        src: 'pollDecision',
        input: ({ context }) => ({
          request: context.request,
          approvalId: context.approvalId ?? '',
        }),
        onError: onServiceError('wait_failed'),
      },
      on: {
        ...ON_ANSWER,
        'channel.live': { target: 'awaitingWS', actions: 'recordReconnected' },
      },
    },
    withdrawing: {
      description: 'Take the request back, so that nobody approves into the void.',
      entry: 'announceWithdrawing',
      invoke: {
        id: 'withdrawal',
        src: 'withdrawRequest',
        input: ({ context }) => ({
          request: context.request,
          approvalId: context.approvalId,
          why: endingOf(context).why,
        }),
        onDone: [
          {
            guard: 'isPastDeadline',
            target: 'timeout',
            actions: {
              type: 'conclude',
              params: ({ context, event }) => concludeWithdrawal(context, event.output),
            },
          },
          {
            target: 'withdrawn',
            actions: {
              type: 'conclude',
              params: ({ context, event }) => concludeWithdrawal(context, event.output),
            },
          },
        ],
        onError: [
          {
            guard: 'isPastDeadline',
            target: 'timeout',
            actions: {
              type: 'conclude',
              params: ({ context, event }) =>
                concludeWithdrawal(context, failedToAnswer(event.error)),
            },
          },
          {
            target: 'withdrawn',
            actions: {
              type: 'conclude',
              params: ({ context, event }) =>
                concludeWithdrawal(context, failedToAnswer(event.error)),
            },
          },
        ],
      },
      // The first reason to give up stands; a second one must not start over.
      on: { 'deadline.passed': {}, 'approval.withdraw': {} },
    },
    granted: { type: 'final', entry: 'recordConclusion' },
    denied: { type: 'final', entry: 'recordConclusion' },
    timeout: { type: 'final', entry: 'recordConclusion' },
    withdrawn: { type: 'final', entry: 'recordConclusion' },
    failed: { type: 'final', entry: 'recordConclusion' },
  },
});
