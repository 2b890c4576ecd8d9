/**
 * What the machines invoke. Each port refuses until somebody fills it with `.provide()`: a machine
 * that was not wired up must fail, not wait for ever.
 */
import { type EventObject, fromCallback, fromPromise } from 'xstate';
import type { ApprovalRequest, ChannelStatus, Decision, Problem } from './vocabulary.ts';

/** May this workspace ask? A refusal is a result; a rejection means something unexpected. */
export type Permission =
  | { readonly status: 'allowed'; readonly roles: readonly string[] }
  | { readonly status: 'denied'; readonly roles: readonly string[] }
  | { readonly status: 'unreadable'; readonly problem: Problem };

/** What became of the POST. */
export type Submission =
  | { readonly status: 'submitted'; readonly approvalId: string; readonly channel: ChannelStatus }
  | { readonly status: 'refused'; readonly problem: Problem };

/**
 * What the platform said when the request was taken back.
 * `readError`: why decisions could not be read before, where they could not.
 */
export type Withdrawal = { readonly readError?: string } & (
  | { readonly status: 'withdrawn' | 'not_submitted' | 'already_decided' | 'already_expired' }
  | { readonly status: 'unknown'; readonly error: string }
);

export interface WithdrawInput {
  readonly request: ApprovalRequest;
  /** `null` while the answer to the POST is not there yet: the row may exist all the same. */
  readonly approvalId: string | null;
  /** Stored on the platform as `withdrawn: <why>`. */
  readonly why: string;
}

export interface WaitInput {
  readonly request: ApprovalRequest;
  readonly approvalId: string;
}

/** Facts that the services of the two waiting states report. */
export type WaitEvent =
  | { readonly type: 'decision.received'; readonly decision: Decision }
  | { readonly type: 'channel.live' }
  | { readonly type: 'channel.lost'; readonly error: string }
  | { readonly type: 'wait.failed'; readonly problem: Problem };

const refuse = (port: string) => () =>
  Promise.reject(new Error(`the service "${port}" is not provided; use machine.provide()`));

/** rbacCheck: may this workspace ask? */
export const checkPermission = fromPromise<Permission, ApprovalRequest>(refuse('checkPermission'));

/** submitting: `POST` the request once, whatever the network does. */
export const submitRequest = fromPromise<Submission, ApprovalRequest>(refuse('submitRequest'));

/** awaitingWS: decisions from the live channel, and from the reads that catch lost frames. */
export const awaitDecision = fromCallback<EventObject, WaitInput>(() => {
  throw new Error('the service "awaitDecision" is not provided; use machine.provide()');
});

/** fallbackPolling: decisions from reads alone; says when the channel is live again. */
export const pollDecision = fromCallback<EventObject, WaitInput>(() => {
  throw new Error('the service "pollDecision" is not provided; use machine.provide()');
});

/** withdrawing: take the request back. Settles within one request timeout. */
export const withdrawRequest = fromPromise<Withdrawal, WithdrawInput>(refuse('withdrawRequest'));

/** Opens one socket and reports its life; delivers frames outside the machine. */
export interface SocketInput {
  readonly url: string;
}
export type SocketEvent =
  | { readonly type: 'socket.opened' }
  | { readonly type: 'socket.refused'; readonly error: string }
  | { readonly type: 'socket.lost'; readonly error: string };
export const openSocket = fromCallback<EventObject, SocketInput>(() => {
  throw new Error('the service "openSocket" is not provided; use machine.provide()');
});

/** Waits before the next try; full jitter over an exponentially growing ceiling. */
export const backOff = fromPromise<void, { readonly attempt: number }>(refuse('backOff'));
