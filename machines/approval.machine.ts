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
import { afterAnswer, afterSubmission, conclusionOf } from './approval.conclusions.ts';
import { secondsOf } from './approval.outcomes.ts';
import {
  allowedEvent,
  fallbackEvent,
  reconnectedEvent,
  requestedEvent,
  terminalEvent,
} from './approval.records.ts';
import {
  type ApprovalContext,
  type ApprovalEmitted,
  type ApprovalEvent,
  type ApprovalInput,
  type Conclusion,
  contextOf,
  type Ending,
  endingOf,
  isWhatWasAsked,
  ourDecision,
} from './approval.situation.ts';
import {
  BEGIN_WAIT,
  CONCLUDE_BROKEN_WITHDRAWAL,
  CONCLUDE_PERMISSION,
  CONCLUDE_WITHDRAWAL,
  endsWith,
  failsFor,
  ON_ANSWER,
  waitInput,
  withOutput,
} from './approval.transitions.ts';
import { createDeadline, systemClock } from './deadline.actor.ts';
import {
  awaitDecision,
  checkPermission,
  type Permission,
  pollDecision,
  type Submission,
  submitRequest,
  withdrawRequest,
} from './ports.ts';
import type { AuditEvent, Outcome } from './vocabulary.ts';

/** What each state invokes, by its id in a snapshot. */
export type ApprovalChildren = {
  deadline: 'deadline';
  permission: 'checkPermission';
  submission: 'submitRequest';
  liveDecision: 'awaitDecision';
  polledDecision: 'pollDecision';
  withdrawal: 'withdrawRequest';
};

const audit = (event: AuditEvent) => ({ type: 'audit' as const, event });

export const approvalMachine = setup({
  types: {
    context: {} as ApprovalContext,
    input: {} as ApprovalInput,
    output: {} as Outcome,
    events: {} as ApprovalEvent,
    emitted: {} as ApprovalEmitted,
    children: {} as ApprovalChildren,
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
    isAllowed: (_, permission: Permission) => permission.status === 'allowed',
    isForbidden: (_, permission: Permission) => permission.status === 'denied',
    isRefused: (_, submission: Submission) => submission.status === 'refused',
    isLive: (_, submission: Submission) =>
      submission.status === 'submitted' && submission.channel === 'live',
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
    isPastDeadline: ({ context }) => context.ending?.by === 'deadline',
  },
  actions: {
    keepApprovalId: assign({
      // Empty ids never get here: `submitRequest` refuses them, and no decision could match one.
      approvalId: (_, submission: Submission) =>
        submission.status === 'submitted' ? submission.approvalId : null,
    }),
    keepEnding: assign({ ending: (_, ending: Ending) => ending }),
    keepWithdrawnElsewhere: assign({
      ending: ({ event }) => ({
        by: 'elsewhere' as const,
        why: (event.type === 'decision.received' && event.decision.note) || 'somebody took it back',
      }),
    }),
    conclude: assign({ conclusion: (_, conclusion: Conclusion) => conclusion }),
    concludeAnswer: assign({ conclusion: afterAnswer }),
    recordAllowed: emit(({ context }, permission: Permission) =>
      audit(allowedEvent(context, permission)),
    ),
    recordRequested: emit(({ context }) => audit(requestedEvent(context))),
    recordFallback: emit(({ context }, { error }: { error: string }) =>
      audit(fallbackEvent(context, error)),
    ),
    recordReconnected: emit(({ context }) => audit(reconnectedEvent(context))),
    recordConclusion: emit(({ context }) =>
      audit(terminalEvent(context.request, conclusionOf(context))),
    ),
    announceWithdrawing: emit(({ context }) => ({
      type: 'withdrawing' as const,
      traceId: context.request.traceId,
      ending: endingOf(context),
    })),
  },
}).createMachine({
  id: 'approval',
  description: 'One question to a person, from the role check to its end.',
  context: ({ input }) => contextOf(input),
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
            guard: withOutput('isAllowed'),
            target: 'submitting',
            actions: { type: 'recordAllowed', params: ({ event }) => event.output },
          },
          { guard: withOutput('isForbidden'), target: 'denied', actions: CONCLUDE_PERMISSION },
          { target: 'failed', actions: CONCLUDE_PERMISSION },
        ],
        onError: failsFor('rbac_failed'),
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
            guard: withOutput('isRefused'),
            target: 'failed',
            actions: {
              type: 'conclude',
              params: ({ context, event }) => afterSubmission(context, event.output),
            },
          },
          { guard: withOutput('isLive'), target: 'awaitingWS', actions: BEGIN_WAIT },
          { target: 'fallbackPolling', actions: BEGIN_WAIT },
        ],
        onError: failsFor('submit_failed'),
      },
    },
    awaitingWS: {
      description: 'The live channel is up; a decision comes as a frame. Reads catch lost frames.',
      invoke: {
        id: 'liveDecision',
        src: 'awaitDecision',
        input: waitInput,
        onError: failsFor('wait_failed'),
      },
      on: {
        ...ON_ANSWER,
        'channel.lost': {
          target: 'fallbackPolling',
          actions: { type: 'recordFallback', params: ({ event }) => ({ error: event.error }) },
        },
      },
    },
    fallbackPolling: {
      description: 'The channel is down: decisions are read while it is being reconnected.',
      invoke: {
        id: 'polledDecision',
        src: 'pollDecision',
        input: waitInput,
        onError: failsFor('wait_failed'),
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
        onDone: endsWith(CONCLUDE_WITHDRAWAL),
        onError: endsWith(CONCLUDE_BROKEN_WITHDRAWAL),
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
