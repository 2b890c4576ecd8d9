/** Where a system is known not to be where the model is: a list that must stay true. */
import type { StepName } from './catalogue.ts';
import { keyOfState, type Model } from './model.ts';
import { modelAlong } from './shrink.ts';
import type { Walk } from './walker.ts';

export interface KnownDivergence {
  /** In a few words; named when it is out of date. */
  readonly name: string;
  /** The walk that shows it, with its last step. */
  readonly at: readonly StepName[];
  /** Why it is left as it is. */
  readonly why: string;
}

export class KnownDivergences {
  readonly entries: readonly KnownDivergence[];
  readonly #places: ReadonlySet<string>;

  constructor(entries: readonly KnownDivergence[]) {
    this.entries = entries;
    this.#places = new Set(entries.map(placeOf));
  }

  get names(): readonly string[] {
    return this.entries.map(({ name, why }) => `${name} (${why})`);
  }

  /** Whether the step, taken where the model stands, is one that is known to lead astray. */
  readonly has = (at: Model, step: StepName): boolean =>
    this.#places.has(JSON.stringify([keyOfState(at.state), step]));

  /** @throws Error where the last step of this entry's walk does not lead astray any more */
  async check(
    { name, at }: KnownDivergence,
    attempt: (steps: readonly StepName[]) => Promise<Walk>,
  ): Promise<void> {
    const walked = await attempt(at);
    const { divergence, made } = walked;
    if (divergence === undefined || made.length !== at.length)
      throw new Error(`The known divergence "${name}" is out of date: ${insteadOf(walked)}.`);
  }
}

function insteadOf({ divergence, made, stoppedAt }: Walk): string {
  if (divergence !== undefined)
    return `the system is somewhere else already after "${made.at(-1)?.name ?? 'nothing'}"`;
  return stoppedAt === undefined
    ? 'the system is where the model is; take the entry off the list'
    : `"${stoppedAt}" cannot be made to happen`;
}

function placeOf({ name, at }: KnownDivergence): string {
  const step = at.at(-1);
  const before = modelAlong(at.slice(0, -1));
  if (step === undefined || before === undefined)
    throw new Error(`The known divergence "${name}" is no walk of the machine.`);
  return JSON.stringify([keyOfState(before.state), step]);
}
