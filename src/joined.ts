/** Somebody who asks with a key that is under way waits for the same answer, by their own clock. */
import type { ApprovalRequest, Outcome, TimedOut, Withdrawn } from '../machines/index.ts';
import type { Environment } from './environment.ts';

/** Beyond it a timer fires at once; the shared approval has its own deadline anyway. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * What a joiner gets: the shared outcome, or an end of their own where that comes first. The shared
 * approval goes on for the one who asked first.
 */
export function joined(
  shared: Promise<Outcome>,
  request: ApprovalRequest,
  signal: AbortSignal | undefined,
  { clock }: Environment,
): Promise<Outcome> {
  return new Promise((resolve) => {
    const settle = (outcome: Outcome): void => {
      clock.clearTimeout(timer);
      signal?.removeEventListener('abort', giveUp);
      resolve(outcome);
    };
    const giveUp = (): void => settle(leaves(request));
    const timer = clock.setTimeout(
      () => settle(givesUpWaiting(request)),
      Math.min(request.timeoutMs, LONGEST_TIMER_MS),
    );
    signal?.addEventListener('abort', giveUp, { once: true });
    if (signal?.aborted === true) giveUp();
    void shared.then(settle);
  });
}

const leaves = ({ traceId }: ApprovalRequest): Withdrawn => ({
  traceId,
  status: 'withdrawn',
  approved: false,
  error: { code: 'withdrawn', message: 'Withdrawn: the caller gave up' },
});

const givesUpWaiting = ({ traceId, timeoutMs }: ApprovalRequest): TimedOut => ({
  traceId,
  status: 'timeout',
  approved: false,
  cause: 'deadline',
  error: {
    code: 'timeout',
    message: `Timed out after ${timeoutMs / 1000}s waiting for human decision`,
  },
});
