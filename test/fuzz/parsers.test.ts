/**
 * Every parser of the requesting side that faces the outside, under a few hundred inputs each;
 * `npm run fuzz` throws a hundred thousand. `FUZZ_RUNS` and `FUZZ_SEED` say how many, and which.
 */
import { describe, expect, it } from 'vitest';
import { TARGETS } from '../support/fuzz/targets.ts';

const runs = Number(process.env['FUZZ_RUNS'] ?? 200);
const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);

describe('no input breaks, holds up or deceives', () => {
  it.each(TARGETS)(`the parser of $name, seed ${seed}`, { timeout: 600_000 }, async (target) => {
    const report = await target.fuzz({ runs, seed });
    expect(report.failure).toBeUndefined();
    expect(report.inputs).toBe(runs);
    // Inputs that are all refused, or all taken, would try one half of it only.
    if (runs >= 200) expect(Math.min(report.accepted, report.rejected)).toBeGreaterThan(0);
  });
});
