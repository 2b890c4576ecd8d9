/** Walks an embedding along the approval machine, and at random. */
import { STEP_NAMES, type StepName } from './catalogue.ts';
import { CoverageTally } from './coverage.ts';
import { type KnownDivergence, KnownDivergences } from './known.ts';
import type { Model } from './model.ts';
import { openedBy } from './opened.ts';
import { checkOptions, refuseNothing, type TestApprovalsOptions } from './options.ts';
import { within } from './patience.ts';
import { type PlannedWalk, plannedWalks } from './plan.ts';
import { reportOf, type WalkReport } from './report.ts';
import { alongPath, atRandom } from './route.ts';
import { seededRandom } from './seeded-random.ts';
import { shrink } from './shrink.ts';
import type { MakeSystem } from './system.ts';
import { WalkError } from './walk-error.ts';
import { type Limits, type Walk, type Witness, walk } from './walker.ts';

export type { TestApprovalsOptions } from './options.ts';

/**
 * Walks somebody's embedding along every path of the approval machine that it can make happen, and
 * then at random; after every step the system must be where the model is. Needs no test runner.
 *
 * @returns what was covered; `String(report)` is a table
 * @throws WalkError with the shortest walk that shows where the system is somewhere else; Error that
 *   names a known divergence that is none any more, an option or a system that cannot be used, what
 *   took too long, and where nothing was walked
 *
 * @example
 * ```ts
 * const report = await testApprovals(() => machineSystem(machine), { seed: 7 });
 * console.log(String(report));
 * ```
 */
export async function testApprovals(
  makeSystem: MakeSystem,
  options: TestApprovalsOptions = {},
): Promise<WalkReport> {
  checkOptions(options);
  const run = new Run(makeSystem, options);
  await run.all();
  return run.report();
}

class Run {
  readonly #makeSystem: MakeSystem;
  readonly #options: TestApprovalsOptions;
  readonly #limits: Limits;
  readonly #seed: number;
  readonly #tally = new CoverageTally();
  readonly #known: KnownDivergences;
  readonly #witness: Witness;
  readonly #stopped = new Set<string>();
  readonly #ends = new Set<string>();
  readonly #walks = { paths: 0, random: 0 };

  constructor(makeSystem: MakeSystem, options: TestApprovalsOptions) {
    const { seed, patienceMs = 5_000, quietMs = 5, known = [] } = options;
    this.#makeSystem = openedBy(makeSystem, patienceMs);
    this.#options = options;
    this.#limits = { patienceMs, quietMs };
    this.#seed = seed ?? Math.trunc(Math.random() * 2 ** 31);
    this.#known = new KnownDivergences(known);
    const { walked, impossible } = this.#tally;
    this.#witness = { walked, impossible, isKnown: this.#known.has, isNewEnd: this.#isNewEnd };
  }

  async all(): Promise<void> {
    const { paths = 'simple', walks = 20, only } = this.#options;
    if (only !== undefined) return this.#one(only);
    await this.#atOnce(this.#known.entries, this.#check);
    const has = await this.#whatItHas();
    if (paths !== 'none') await this.#atOnce(plannedWalks({ kind: paths }, has), this.#along);
    await this.#atOnce([...Array(walks).keys()], this.#random);
  }

  /** @throws Error where nothing was walked */
  report(): WalkReport {
    if (this.#tally.steps === 0) refuseNothing(this.#options);
    return reportOf({
      coverage: this.#tally.coverage(),
      walks: this.#walks,
      steps: this.#tally.steps,
      seed: this.#seed,
      known: this.#known.names,
    });
  }

  /** What is missing altogether needs no walk to find out. */
  async #whatItHas(): Promise<(step: StepName) => boolean> {
    const system = await this.#makeSystem();
    await within(this.#limits.patienceMs, 'close()', () => system.close());
    const has = (step: StepName): boolean =>
      system.byItself !== undefined || system.steps[step] !== undefined;
    for (const step of STEP_NAMES) if (!has(step)) this.#tally.missing(step);
    return has;
  }

  readonly #isNewEnd = ({ state }: Model, step: StepName): boolean => {
    const before = this.#ends.size;
    return this.#ends.add(`${state.value} + ${step}`).size > before;
  };

  async #atOnce<Item>(items: readonly Item[], each: (item: Item) => Promise<void>): Promise<void> {
    const waiting = [...items];
    const failures: unknown[] = [];
    const work = async (): Promise<void> => {
      for (let item = waiting.shift(); item !== undefined; item = waiting.shift())
        await each(item).catch((error: unknown) => {
          failures.push(error);
          waiting.length = 0;
        });
    };
    await Promise.all(
      Array.from({ length: Math.min(items.length, this.#options.atOnce ?? 1) }, work),
    );
    if (failures.length > 0) throw failures[0];
  }

  async #one(steps: readonly StepName[]): Promise<void> {
    this.#walks.paths += 1;
    const walked = await walk(this.#makeSystem, alongPath(steps), this.#limits, this.#witness);
    await this.#judge(walked, 'the walk that was asked for');
    if (walked.stoppedAt !== undefined)
      throw new Error(`"${walked.stoppedAt}" could not be made to happen on this walk`);
  }

  readonly #check = (entry: KnownDivergence): Promise<void> =>
    this.#known.check(entry, (steps) => walk(this.#makeSystem, alongPath(steps), this.#hurried()));

  readonly #along = async ({ steps, route, rest }: PlannedWalk): Promise<void> => {
    // Another walk was stopped on the same way, and has seen it up to there.
    if (steps.some((_, end) => this.#stopped.has(JSON.stringify(steps.slice(0, end + 1))))) return;
    this.#walks.paths += 1;
    const walked = await walk(this.#makeSystem, route(), this.#limits, this.#witness);
    const made = walked.made.map(({ name }) => name);
    if (walked.stoppedAt !== undefined && made.length < steps.length)
      this.#stopped.add(JSON.stringify([...made, steps[made.length]]));
    await this.#judge(walked, 'a path');
    for (const next of rest()) await this.#along(next);
  };

  readonly #random = async (index: number): Promise<void> => {
    this.#walks.random += 1;
    const random = seededRandom(this.#seed + index);
    const route = atRandom(random, this.#options.longest ?? 12);
    const walked = await walk(this.#makeSystem, route, this.#limits, this.#witness);
    await this.#judge(walked, `random walk ${index + 1}`);
  };

  /** @throws WalkError */
  async #judge({ made, divergence }: Walk, by: string): Promise<void> {
    if (divergence === undefined) return;
    const names = made.map(({ name }) => name);
    const { failure, tries } = await shrink(names, { made, divergence }, async (steps) => {
      const found = await walk(this.#makeSystem, alongPath(steps), this.#hurried());
      if (found.divergence === undefined || !isAlike(found, { made, divergence })) return undefined;
      const failed = { made: found.made, divergence: found.divergence };
      return { steps: found.made.map(({ name }) => name), failure: failed };
    });
    const found = tries === 0 ? by : `${by} of ${names.length} steps and ${tries} shorter tries`;
    throw new WalkError({ ...failure, seed: this.#seed, found });
  }

  /** A walk that is known to fail need not be waited for as long in each of its variants. */
  #hurried(): Limits {
    const { patienceMs } = this.#limits;
    return { ...this.#limits, patienceMs: Math.min(patienceMs, Math.max(500, patienceMs / 4)) };
  }
}

/** A shorter walk that fails at something else shows something else. */
const isAlike = (found: Failed, failed: Failed): boolean =>
  found.made.at(-1)?.name === failed.made.at(-1)?.name &&
  (found.divergence?.problem === undefined) === (failed.divergence?.problem === undefined);

type Failed = Pick<Walk, 'made' | 'divergence'>;
