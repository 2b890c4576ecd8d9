/** The client over our own platform is where the machine is, whatever happens to it. */
import { expect, it } from 'vitest';
import { expectCleanFinish, openHandles, testApprovals } from '../../src/testing/index.ts';
import { NEVER_OURS } from './never-ours.ts';
import { patience, SEED, walksOf } from './walk-runs.ts';
import { WALKED_SYSTEMS } from './walked-systems.ts';

/** Our platform does not lie. */
const NEVER = ['awaitingWS:decision.received:1', 'fallbackPolling:decision.received:1'];

it(`walks with one who asks (seed ${SEED})`, patience, async () => {
  const before = openHandles();
  const { coverage } = await testApprovals(WALKED_SYSTEMS.real.make, {
    ...walksOf(8),
  });
  expect(coverage.states.walked).toHaveLength(10);
  expect(coverage.transitions.open).toEqual([]);
  expect([...coverage.transitions.impossible].sort()).toEqual([...NEVER_OURS, ...NEVER].sort());
  expect([...coverage.pairs.open, ...coverage.ignored.open]).toEqual([]);
  await expectCleanFinish(before);
});
