/** What an agent is told through an adapter is where the machine is. */
import { expect, it } from 'vitest';
import { expectCleanFinish, openHandles, testApprovals } from '../../src/testing/index.ts';
import { LEAVES_AT_ONCE } from './leaves-at-once.ts';
import { patience, SEED, walksOf } from './walk-runs.ts';
import { WALKED_SYSTEMS } from './walked-systems.ts';

it.each([
  { name: 'LangChain', system: WALKED_SYSTEMS.langchain },
  { name: 'MCP', system: WALKED_SYSTEMS.mcp },
])(`tells an agent through $name what happened (seed ${SEED})`, patience, async ({ system }) => {
  const before = openHandles();
  const { coverage, known } = await testApprovals(system.make, {
    ...walksOf(5),
    ...system.options,
  });
  expect(coverage.states.walked).toHaveLength(10);
  const open = [...coverage.pairs.open, ...coverage.ignored.open];
  expect(open.filter((pair) => !pair.endsWith(' + the caller withdraws'))).toEqual([]);
  expect(known).toHaveLength(LEAVES_AT_ONCE.length);
  await expectCleanFinish(before);
});
