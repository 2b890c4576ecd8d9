import { expect, it } from 'vitest';
import { retryAfterMs } from '../../src/client/retry-after.ts';

const answer = (status: number, retryAfter?: string) => ({
  status,
  headers: new Headers(retryAfter === undefined ? {} : { 'retry-after': retryAfter }),
});

it.each([
  ['0', 1_000],
  ['1', 1_000],
  ['59', 59_000],
  ['61', 60_000],
  ['1000000000', 60_000],
  ['-1', 1_000],
  ['abc', 1_000],
  ['1e3', 1_000],
  ['Sun, 22 Nov 2026 18:00:00 GMT', 1_000],
])('F9: Retry-After %j is a wait of %d ms', (written, ms) => {
  expect(retryAfterMs(answer(429, written))).toBe(ms);
  expect(retryAfterMs(answer(503, written))).toBe(ms);
});

it('F9: without a Retry-After only a 429 asks for a wait', () => {
  expect(retryAfterMs(answer(429))).toBe(1_000);
  expect(retryAfterMs(answer(500))).toBeUndefined();
});
