/**
 * Random runs of commands. `COMMAND_RUNS` multiplies how many there are; `COMMAND_SEED`, with
 * `COMMAND_PATH` and `COMMAND_REPLAY` out of the report of a failure, runs that failure again.
 */
import type { AsyncCommand } from 'fast-check';

const numberOf = (name: string): number | undefined => {
  const value = process.env[name];
  return value === undefined ? undefined : Number(value);
};

const MULTIPLIER = numberOf('COMMAND_RUNS') ?? 1;
const PATH = process.env['COMMAND_PATH'];
const REPLAY = process.env['COMMAND_REPLAY'];

/** Of every random run in this process; stands in the names of the tests. */
export const SEED = numberOf('COMMAND_SEED') ?? Math.trunc(Math.random() * 2 ** 31);

/** For `fc.assert`. */
export const runs = (count: number) => ({
  seed: SEED,
  numRuns: Math.ceil(count * MULTIPLIER),
  ...(PATH === undefined ? {} : { path: PATH, endOnFailure: true }),
});

/** For `fc.commands`. */
export const commandsOf = (most: number) => ({
  maxCommands: most,
  size: 'max' as const,
  ...(REPLAY === undefined ? {} : { replayPath: REPLAY }),
});

/** For `it`: so long may the runs and the shrinking of a failure take, milliseconds. */
export const patience = { timeout: 60_000 * Math.max(1, MULTIPLIER) };

/** A command that a failure's report shows by its name. */
export const command = <Model extends object, Real>(
  name: string,
  run: (model: Model, real: Real) => Promise<void>,
  check: (model: Readonly<Model>) => boolean = () => true,
): AsyncCommand<Model, Real> => ({ check, run, toString: () => name });
