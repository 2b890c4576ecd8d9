/**
 * Deadline: one absolute instant.
 *
 * One actor is the deadline of one approval, invoked at the root of the machine, so that it holds
 * in every state. It sends `deadline.passed` once and then does nothing.
 *
 * Survives a restart: the instant is in the parent's context and the actor is invoked again from
 * it. (`after` and delayed `raise` are lost when a snapshot is restored, and a delay of 2^31 ms or
 * more fires at once; this actor has neither problem.)
 *
 * Must never: fire early because somebody set the wall clock, or late because the machine slept.
 * Wall time is read once, at the start; from there a clock counts that cannot be set and that
 * includes sleep, looked at every second by one timer for all ({@link DeadlineQueue}).
 */
import { type EventObject, fromCallback } from 'xstate';
import { DeadlineQueue } from './deadline-queue.ts';

/** What the deadline needs to know of time. */
export interface DeadlineClock {
  /** Wall time, milliseconds since the epoch. */
  readonly now: () => number;
  /** Milliseconds from any origin; never set by anybody; counts while the machine sleeps. */
  readonly monotonic: () => number;
  readonly setTimeout: (callback: () => void, ms: number) => unknown;
  readonly clearTimeout: (handle: unknown) => void;
}

export interface DeadlineInput {
  /** Milliseconds since the epoch. */
  readonly deadlineAt: number;
}

export type DeadlineEvent = { readonly type: 'deadline.passed' };

/**
 * Makes the deadline service over a clock of your own (a simulated one, or one that knows sleep).
 * @param queue shared by all approvals of a process; default: one of this service
 */
export function createDeadline(clock: DeadlineClock, queue = new DeadlineQueue(clock)) {
  return fromCallback<EventObject, DeadlineInput>(({ sendBack, input }) =>
    queue.add(input.deadlineAt, () =>
      sendBack({ type: 'deadline.passed' } satisfies DeadlineEvent),
    ),
  );
}

/** The clock of the running process. Its `monotonic` stands still while the machine sleeps. */
export const systemClock: DeadlineClock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout: (callback, ms) => setTimeout(callback, ms),
  clearTimeout: (handle) => clearTimeout(handle as ReturnType<typeof setTimeout>),
};
