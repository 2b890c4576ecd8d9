import type { Answer } from './exchange.ts';

/** What a platform may make us wait at least and at most, milliseconds. */
const LEAST_MS = 1_000;
const MOST_MS = 60_000;

/**
 * The wait that a 429 or 503 asks for, within [1 s, 60 s]; `undefined` where the answer asks for
 * none. A `Retry-After` that is no number of seconds (a date, words) counts as the least.
 */
export function retryAfterMs({
  status,
  headers,
}: Pick<Answer, 'status' | 'headers'>): number | undefined {
  const value = headers.get('retry-after');
  if (value === null) return status === 429 ? LEAST_MS : undefined;
  const seconds = /^\d+$/.test(value.trim()) ? Number(value) : 0;
  return Math.min(Math.max(seconds * 1000, LEAST_MS), MOST_MS);
}
