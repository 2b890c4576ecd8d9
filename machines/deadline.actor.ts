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
 * includes sleep, looked at every {@link LOOK_EVERY_MS}.
 */
import { type EventObject, fromCallback } from 'xstate';

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

/** Timers stand still while the machine sleeps, so a long one is taken in pieces of this size. */
export const LOOK_EVERY_MS = 5_000;

/** Makes the deadline service over a clock of your own (a simulated one, or one that knows sleep). */
export function createDeadline(clock: DeadlineClock) {
  return fromCallback<EventObject, DeadlineInput>(({ sendBack, input }) => {
    const endsAt = clock.monotonic() + (input.deadlineAt - clock.now());
    let handle: unknown;
    const look = (): void => {
      const left = endsAt - clock.monotonic();
      if (left <= 0) sendBack({ type: 'deadline.passed' } satisfies DeadlineEvent);
      else handle = clock.setTimeout(look, Math.min(left, LOOK_EVERY_MS));
    };
    look();
    return () => clock.clearTimeout(handle);
  });
}

/** The clock of the running process. Its `monotonic` stands still while the machine sleeps. */
export const systemClock: DeadlineClock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout: (callback, ms) => setTimeout(callback, ms),
  clearTimeout: (handle) => clearTimeout(handle as ReturnType<typeof setTimeout>),
};
