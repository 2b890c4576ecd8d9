import * as fc from 'fast-check';
import { retryAfterMs } from '../../../../src/client/retry-after.ts';
import { headersOf, headerTexts } from '../headers.ts';
import { demand, returned, target } from '../target.ts';

const values = fc.oneof(
  fc.constant(undefined),
  fc.integer({ min: -2, max: 120 }).map(String),
  fc.bigInt().map(String),
  fc.double().map(String),
  fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
  fc.constantFrom('0', '00059', '1e3', '0x10', '59.9', '+5', '٣', '1_000', '59, 60', '1;2'),
  headerTexts('59'),
);

const inputs = fc
  .tuple(fc.constantFrom(200, 401, 429, 500, 503), values)
  .map(([status, value]) => ({ status, headers: headersOf({ 'retry-after': value }) }));

/** Digits and nothing else count, within a second and a minute. */
function expectedMs({ status, headers }: { status: number; headers: Headers }): number | undefined {
  const value = headers.get('retry-after')?.trim();
  if (value === undefined) return status === 429 ? 1_000 : undefined;
  const seconds = /^[0-9]+$/.test(value) ? BigInt(value) : 0n;
  if (seconds <= 1n) return 1_000;
  return seconds >= 60n ? 60_000 : Number(seconds) * 1_000;
}

export const retryAfter = target({
  name: 'Retry-After',
  inputs,
  parse: retryAfterMs,
  judge: (input, attempt) => {
    const ms = returned(attempt);
    const expected = expectedMs(input);
    demand(ms === expected, `${ms} ms in place of ${expected}`);
    return ms === undefined || ms === 1_000 ? 'rejected' : 'accepted';
  },
});
