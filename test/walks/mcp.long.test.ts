/** What an agent is told through MCP is where the machine is. */
import { expect, it } from 'vitest';
import { expectCleanFinish, openHandles, testApprovals } from '../../src/testing/index.ts';
import { LEAVES_AT_ONCE } from './leaves-at-once.ts';
import { patience, SEED, walksOf } from './walk-runs.ts';
import { WALKED_SYSTEMS } from './walked-systems.ts';

it(`tells an agent through MCP what happened (seed ${SEED})`, patience, async () => {
  const before = openHandles();
  const { make, options } = WALKED_SYSTEMS.mcp;
  const { coverage, known } = await testApprovals(make, { ...walksOf(5), ...options });
  expect(coverage.states.walked).toHaveLength(10);
  const open = [...coverage.pairs.open, ...coverage.ignored.open];
  expect(open.filter((pair) => !pair.endsWith(' + the caller withdraws'))).toEqual([]);
  expect(known).toHaveLength(LEAVES_AT_ONCE.length);
  await expectCleanFinish(before);
});
