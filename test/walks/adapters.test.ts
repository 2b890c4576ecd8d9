/** What an agent is told through an adapter is where the machine is. */
import { describe, expect, it } from 'vitest';
import {
  expectCleanFinish,
  type KnownDivergence,
  openHandles,
  type StepName,
  testApprovals,
} from '../../src/testing/index.ts';
import { langchain, mcp } from './askers.ts';
import { clientSystem } from './client-system.ts';
import { patience, SEED, walksOf } from './walk-runs.ts';
import { walkedFake } from './walked-platform.ts';

const ASKED: readonly StepName[] = ['the roles allow asking', 'submitted, channel live'];

/** Where an agent can be when its run is aborted. */
const PLACES: readonly (readonly StepName[])[] = [
  ['the roles allow asking'],
  ['the roles allow asking', 'the deadline passes'],
  ['the roles allow asking', 'submitted, channel down'],
  ASKED,
  [...ASKED, 'the deadline passes'],
  [...ASKED, 'somebody else withdraws it'],
];

const LEAVES_AT_ONCE = PLACES.map(
  (place): KnownDivergence => ({
    name: `an aborted run ends at once: ${place.at(-1)}`,
    at: [...place, 'the caller withdraws'],
    why: 'the runtime rejects it; the request is taken back without it',
  }),
);

describe.each([
  { name: 'LangChain', asker: langchain },
  { name: 'MCP', asker: mcp },
])('an agent through $name', ({ asker }) => {
  it(`is told what happened (seed ${SEED})`, patience, async () => {
    const before = openHandles();
    const { coverage, known } = await testApprovals(
      () => clientSystem({ platform: walkedFake, asker }),
      { ...walksOf(10), known: LEAVES_AT_ONCE },
    );
    expect(coverage.states.walked).toHaveLength(10);
    expect(coverage.pairs.open.filter((pair) => !pair.endsWith('the caller withdraws'))).toEqual(
      [],
    );
    expect(known).toHaveLength(PLACES.length);
    await expectCleanFinish(before);
  });
});
