import type { Environment } from '../environment.ts';
import { type Exchange, NoAnswerError } from './exchange.ts';
import { pause } from './pause.ts';
import { retryAfterMs } from './retry-after.ts';

/**
 * An exchange that waits as long as any answer before it has asked for: a platform that is busy is
 * busy for all kinds of requests. A call that has less time than that is not sent.
 */
export function heedRetryAfter(exchange: Exchange, environment: Environment): Exchange {
  const { clock } = environment;
  let notBefore = Number.NEGATIVE_INFINITY;
  return async (call) => {
    const waitMs = notBefore - clock.monotonic();
    const leftMs = call.withinMs === undefined ? undefined : call.withinMs - Math.max(0, waitMs);
    if (leftMs !== undefined && leftMs <= 0)
      throw new NoAnswerError(
        `the platform asked us to wait for ${Math.ceil(waitMs / 1000)}s`,
        false,
      );
    if (waitMs > 0) await pause(environment, waitMs, call.signal ?? NEVER);
    if (call.signal?.aborted === true) throw new NoAnswerError('the call was given up', false);
    const answer = await exchange(leftMs === undefined ? call : { ...call, withinMs: leftMs });
    const askedMs = retryAfterMs(answer);
    if (askedMs !== undefined) notBefore = Math.max(notBefore, clock.monotonic() + askedMs);
    return answer;
  };
}

const NEVER = new AbortController().signal;
