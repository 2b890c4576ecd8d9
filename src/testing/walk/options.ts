/** How an embedding is to be walked, and what cannot be meant by that. */
import type { StepName } from './catalogue.ts';
import type { KnownDivergence } from './known.ts';
import type { PathOptions } from './paths.ts';
import { checkNames, quoted } from './refusals.ts';

export interface TestApprovalsOptions {
  /**
   * The paths that are walked. `simple` (default): all that meet no situation twice. `shortest`: one
   * to each situation, and from there everything that can happen. `none`: only what chance brings.
   */
  readonly paths?: PathOptions['kind'] | 'none' | undefined;
  /** How many random walks. Default 20. */
  readonly walks?: number | undefined;
  /** The most steps of a random walk. From 1, default 12. */
  readonly longest?: number | undefined;
  /** Of the random walks. Default: a new one, which the report and every failure name. */
  readonly seed?: number | undefined;
  /**
   * How long a step, and what follows from it, may take, and each call of `makeSystem`, `observe`
   * and `close`, milliseconds. From 1, default 5,000.
   */
  readonly patienceMs?: number | undefined;
  /**
   * How long nothing more may happen after a step, milliseconds. Default 5. At the end of a walk ten
   * times as long, for the first walk that ends with a step in a state.
   */
  readonly quietMs?: number | undefined;
  /** Walks at the same time, each over a system of its own. From 1, default 1. */
  readonly atOnce?: number | undefined;
  /** Where the system is known not to be where the model is. Each must still be so. */
  readonly known?: readonly KnownDivergence[] | undefined;
  /** Only this walk, as a failure prints it. */
  readonly only?: readonly StepName[] | undefined;
}

/** The longest that a timer can wait. */
const LONGEST_MS = 2 ** 31 - 1;
const MOST = 1_000_000;

const RANGES = {
  walks: [0, MOST],
  longest: [1, MOST],
  seed: [0, Number.MAX_SAFE_INTEGER],
  patienceMs: [1, LONGEST_MS],
  quietMs: [0, LONGEST_MS],
  atOnce: [1, MOST],
} as const satisfies Partial<Record<keyof TestApprovalsOptions, readonly [number, number]>>;

const RANGED = ['walks', 'longest', 'seed', 'patienceMs', 'quietMs', 'atOnce'] as const;
const PATHS: readonly unknown[] = ['simple', 'shortest', 'none', undefined];

/** @throws Error that names the option */
export function checkOptions(options: TestApprovalsOptions): void {
  for (const name of RANGED) checkNumber(name, options[name]);
  const { paths, only = [], known = [] } = options;
  if (!PATHS.includes(paths))
    throw new Error(`paths is ${quoted(paths)}; give 'simple', 'shortest' or 'none'`);
  checkNames('only', only);
  for (const { name, at } of known) checkNames(`the known divergence "${name}"`, at);
}

function checkNumber(name: keyof typeof RANGES, value: number | undefined): void {
  const [least, most] = RANGES[name];
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return;
  throw new Error(`${name} is ${quoted(value)}; give a whole number from ${least} to ${most}`);
}

/** @throws Error */
export const refuseNothing = ({ only, paths, walks }: TestApprovalsOptions): never => {
  throw new Error(`nothing was walked: ${whyNothing({ only, paths, walks })}`);
};

function whyNothing({ only, paths, walks }: TestApprovalsOptions): string {
  if (only !== undefined) return 'only is an empty list; name the steps, or leave it out';
  if (paths === 'none' && walks === 0) return "paths is 'none' and walks is 0; allow one of them";
  return "each step that can come first is missing, said IMPOSSIBLE or is known to lead astray; give the system steps for it, as 'the roles allow asking', or say in byItself what happens without being told";
}
