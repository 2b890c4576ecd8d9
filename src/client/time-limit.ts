/** A limit on work that may not notice by itself that it was given up. */
import type { DeadlineClock } from '../../machines/index.ts';

export interface TimeLimit {
  /** Aborted when the time is over, or the work was given up. */
  readonly signal: AbortSignal;
  /** The work; rejects with the reason of the signal once it is aborted, whatever the work does then. */
  readonly hold: <Value>(work: Promise<Value>) => Promise<Value>;
  /** The work is done: the timer is stopped. */
  readonly end: () => void;
}

/**
 * `fetch` passes an abort on through a weak reference: once the Request object was collected, which
 * may happen while its body is read, it reaches nobody (nodejs/node#55428). So whoever waits is told
 * here.
 * @param ms milliseconds
 * @param givenUp ends it before that; not aborted yet
 */
export function limitTime(clock: DeadlineClock, ms: number, givenUp?: AbortSignal): TimeLimit {
  const controller = new AbortController();
  const { promise: over, reject } = Promise.withResolvers<never>();
  over.catch(() => undefined);
  const end = (why: string): void => {
    const reason = new Error(why);
    reject(reason);
    controller.abort(reason);
  };
  const giveUp = (): void => end('the call was given up');
  const timer = clock.setTimeout(() => end(`no answer within ${Math.round(ms) / 1000}s`), ms);
  givenUp?.addEventListener('abort', giveUp, { once: true });
  return {
    signal: controller.signal,
    hold: (work) => Promise.race([work, over]),
    end: () => {
      clock.clearTimeout(timer);
      givenUp?.removeEventListener('abort', giveUp);
    },
  };
}
