import { expect, it } from 'vitest';
import { testApprovals } from '../../src/testing/index.ts';
import { patience, SEED, walksOf } from './walk-runs.ts';
import { WALKED_SYSTEMS } from './walked-systems.ts';

it(`walks everything that there is in the machine alone (seed ${SEED})`, patience, async () => {
  const { coverage } = await testApprovals(WALKED_SYSTEMS.machine.make, {
    ...walksOf(50),
    paths: 'simple',
    quietMs: 0,
  });
  for (const { open, impossible } of Object.values(coverage))
    expect([...open, ...impossible]).toEqual([]);
});
