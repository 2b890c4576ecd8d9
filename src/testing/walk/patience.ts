/** Nothing that somebody else wrote is waited for without an end. */
import { messageOf } from '../../errors.ts';

/** What was called did not come to an end in time. */
class LateError extends Error {
  override readonly name = 'LateError';
}

/**
 * @param what is named in the error
 * @throws Error where it takes longer than this, and whatever the call throws
 */
export async function within<Value>(
  patienceMs: number,
  what: string,
  call: () => Value | Promise<Value>,
): Promise<Value> {
  const late = Promise.withResolvers<never>();
  const message = `${what} did not come to an end within ${patienceMs} ms`;
  const timer = setTimeout(() => late.reject(new LateError(message)), patienceMs);
  try {
    return await Promise.race([call(), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** In one sentence, why a call within its patience failed. */
export const problemOf = (what: string, error: unknown): string =>
  error instanceof LateError ? error.message : `${what} threw: ${messageOf(error)}`;
