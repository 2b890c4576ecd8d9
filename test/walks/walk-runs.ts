/**
 * Random walks: `WALK_RUNS` multiplies how many there are, and `WALK_SEED` sets their seed. What a
 * failure prints with `only` is walked again by `testApprovals(makeSystem, { only })`.
 */
import { loadParts } from '../../src/approvals/lazy-parts.ts';

// The first client of a process loads its code while the walk goes on.
await loadParts();

const numberOf = (name: string): number | undefined => {
  const value = process.env[name];
  return value === undefined ? undefined : Number(value);
};

/** Of every random walk in this process; stands in the names of the tests. */
export const SEED = numberOf('WALK_SEED') ?? Math.trunc(Math.random() * 2 ** 31);

const MULTIPLIER = numberOf('WALK_RUNS') ?? 1;

/**
 * For `testApprovals`. Paths of any length only where there is time for many walks.
 * @param walks random ones
 */
export const walksOf = (walks: number) => ({
  paths: MULTIPLIER > 1 ? ('simple' as const) : ('shortest' as const),
  walks: Math.ceil(walks * MULTIPLIER),
  seed: SEED,
  // Most of a walk is waiting for sockets.
  atOnce: 8,
  patienceMs: 10_000,
});

/** For `it`: a failure is shrunk before it is told, milliseconds. */
export const patience = { timeout: 60_000 * Math.max(1, MULTIPLIER) };
