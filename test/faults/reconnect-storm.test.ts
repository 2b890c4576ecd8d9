/** A thousand agents lose their channel in one moment, and must not come back in one. */
import { describe, expect, it } from 'vitest';
import { reconnectAfterMs } from '../../src/client/live-channel.ts';
import { seededRandom } from '../../src/testing/walk/seeded-random.ts';

const CLIENTS = 1_000;
/** The default of `APPROVAL_POLL_INTERVAL`. */
const POLL_INTERVAL_MS = 5_000;

/** How many of the clients come in the fullest second of their n-th try; all were lost at once. */
function fullestSecond(seed: number, tries: number): number {
  const random = seededRandom(seed);
  const buckets = new Map<number, number>();
  for (let client = 0; client < CLIENTS; client += 1) {
    let at = 0;
    for (let attempt = 1; attempt <= tries; attempt += 1)
      at += reconnectAfterMs(random, attempt, POLL_INTERVAL_MS);
    const second = Math.floor(at / 1_000);
    buckets.set(second, (buckets.get(second) ?? 0) + 1);
  }
  return Math.max(...buckets.values());
}

describe('F29 a thousand clients that lost the channel in one moment', () => {
  const seeds = Array.from({ length: 20 }, (_, index) => index + 1);

  it.each(seeds)('F29 no second takes more than 5 %% of them (seed %i)', (seed) => {
    for (const tries of [1, 2, 3, 5])
      expect(fullestSecond(seed, tries), `try ${tries}`).toBeLessThanOrEqual(CLIENTS / 20);
  });

  it('F29 and no second stays without any for long: the first tries begin at once', () => {
    const random = seededRandom(1);
    const first = Array.from({ length: CLIENTS }, () =>
      reconnectAfterMs(random, 1, POLL_INTERVAL_MS),
    );
    expect(Math.min(...first)).toBeLessThan(1_000);
    expect(Math.max(...first)).toBeLessThanOrEqual(8 * POLL_INTERVAL_MS);
  });
});
