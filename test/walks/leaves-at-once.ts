/** Where an agent that aborts is not where the machine is: its runtime does not wait. */
import type { KnownDivergence, StepName } from '../../src/testing/index.ts';

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

export const LEAVES_AT_ONCE = PLACES.map(
  (place): KnownDivergence => ({
    name: `an aborted run ends at once: ${place.slice(-2).join(', ')}`,
    at: [...place, 'the caller withdraws'],
    why: 'the runtime rejects it; the request is taken back without it',
  }),
);
