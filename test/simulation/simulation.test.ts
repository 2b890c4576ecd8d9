import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { keptSeeds } from './kept-seeds.ts';
import { simulate } from './simulate.ts';

const FIRST = 1;
const LAST = 40;
/** Far more than it takes, for machines that do other things as well. */
const PATIENCE_MS = 60_000;

async function violations(seeds: Iterable<number>): Promise<string[]> {
  const found: string[] = [];
  for (const seed of seeds) {
    const { violation } = await simulate(seed);
    if (violation !== undefined) found.push(`seed ${seed}: ${violation}`);
  }
  return found;
}

function* range(first: number, last: number): Generator<number> {
  for (let seed = first; seed <= last; seed += 1) yield seed;
}

describe('the requesting side in simulated worlds', { timeout: PATIENCE_MS }, () => {
  // All of them come first in `npm run simulate`.
  it('stands some of the seeds that failed once', async () => {
    const some = keptSeeds.filter((_, index) => index % 8 === 0);
    expect(await violations(some.map(({ seed }) => seed))).toEqual([]);
  });

  it(`stands the seeds ${FIRST} to ${LAST}`, async () => {
    expect(await violations(range(FIRST, LAST))).toEqual([]);
  });

  it('goes the same way again with the same seed, byte for byte', async () => {
    for (const seed of range(1, 10)) {
      const [once, again] = [await simulate(seed, true), await simulate(seed, true)];
      expect(again.lines).toEqual(once.lines);
      expect(again.digest).toBe(once.digest);
    }
  });

  it('goes the same way in another process', async () => {
    const script = fileURLToPath(new URL('../../scripts/simulate.ts', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [
      script,
      '--trace',
      '--seed',
      '7',
    ]);
    const { digest } = await simulate(7);
    expect(stdout).toContain(`trace ${digest}\n`);
  });

  it('goes another way with another seed', async () => {
    const [one, other] = [await simulate(1), await simulate(2)];
    expect(one.digest).not.toBe(other.digest);
  });
});
