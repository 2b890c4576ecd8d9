/** One walk: a step at a time, model and system brought to one shape and compared after each. */
import { STEP_NAMES, type StepName } from './catalogue.ts';
import { type Model, modelAfter, startOfModel } from './model.ts';
import { expectedOf } from './observed.ts';
import { problemOf, within } from './patience.ts';
import type { Route } from './route.ts';
import { type Divergence, together } from './sight.ts';
import { type ApprovalSystem, IMPOSSIBLE, type MakeSystem } from './system.ts';

export type { Divergence } from './sight.ts';

export interface Limits {
  /** How long the system may take to be where the model is, milliseconds. */
  readonly patienceMs: number;
  /** How long it must stay there, milliseconds. */
  readonly quietMs: number;
}

export interface MadeStep {
  readonly name: StepName;
  /** It was not told to happen. */
  readonly byItself: boolean;
}

export interface Walk {
  readonly made: readonly MadeStep[];
  /** What could not be made to happen, and was next on the way. */
  readonly stoppedAt: StepName | undefined;
  readonly divergence: Divergence | undefined;
}

/** Is told what a walk meets. */
export interface Witness {
  /** A step happened, and the system was found where the model is. */
  readonly walked: (from: Model, step: MadeStep, to: Model) => void;
  readonly impossible: (at: Model, step: StepName) => void;
  /** Whether a step is known to lead away from the model, and not to be walked. */
  readonly isKnown: (at: Model, step: StepName) => boolean;
  /** Whether a walk that ends with this step is to be looked at for longer before it is over. */
  readonly isNewEnd: (from: Model, step: StepName) => boolean;
}

export const NOBODY: Witness = {
  walked: () => undefined,
  impossible: () => undefined,
  isKnown: () => false,
  isNewEnd: () => true,
};

/** What goes wrong late must still be seen: the last look of a walk waits as many times as long. */
const LAST_LOOK = 10;

/** Makes a system, walks, and closes it. */
export async function walk(
  makeSystem: MakeSystem,
  route: Route,
  limits: Limits,
  witness: Witness = NOBODY,
): Promise<Walk> {
  const system = await makeSystem();
  const walker = new Walker(system, route, limits, witness);
  const walked = await walker.run().catch(async (error: unknown) => {
    await closed(system, limits);
    throw error;
  });
  const problem = await closed(system, limits);
  if (problem === undefined) return walked;
  return { ...walked, divergence: walked.divergence ?? walker.broken(problem) };
}

/** @returns what went wrong */
async function closed(system: ApprovalSystem, { patienceMs }: Limits): Promise<string | undefined> {
  try {
    await within(patienceMs, 'close()', () => system.close());
    return undefined;
  } catch (error) {
    return problemOf('close()', error);
  }
}

class Walker {
  readonly #system: ApprovalSystem;
  readonly #route: Route;
  readonly #limits: Limits;
  readonly #witness: Witness;
  readonly #made: MadeStep[] = [];
  /** Steps that happened since the system was last found where the model is. */
  readonly #unseen: (() => void)[] = [];
  #model = startOfModel();
  #last: { readonly from: Model; readonly name: StepName } | undefined;

  constructor(system: ApprovalSystem, route: Route, limits: Limits, witness: Witness) {
    this.#system = system;
    this.#route = route;
    this.#limits = limits;
    this.#witness = witness;
  }

  /** Rejects only where the system contradicts itself. */
  async run(): Promise<Walk> {
    for (;;) {
      const next = this.#system.byItself?.(expectedOf(this.#model));
      if (next !== undefined) {
        if (!this.#happened(next, true)) return this.#end({ stoppedAt: next });
        continue;
      }
      const divergence = await this.#together(this.#limits.quietMs);
      if (divergence !== undefined) return this.#end({ divergence });
      for (const tell of this.#unseen.splice(0)) tell();
      const end = await this.#goOn();
      if (end !== undefined) return end;
    }
  }

  broken(problem: string): Divergence {
    return { expected: expectedOf(this.#model), seen: undefined, differences: [], problem };
  }

  /** @returns the end of the walk, where there is nowhere to go on to */
  async #goOn(): Promise<Walk | undefined> {
    const refused = new Set<StepName>();
    for (;;) {
      const step = this.#route.next(this.#model, refused);
      const [stoppedAt] = [...refused].slice(-1);
      if (step === undefined) return this.#end({ stoppedAt, divergence: await this.#lastLook() });
      refused.add(step);
      if (this.#witness.isKnown(this.#model, step)) continue;
      const problem = await this.#make(step);
      if (problem === IMPOSSIBLE) {
        this.#witness.impossible(this.#model, step);
        continue;
      }
      this.#happened(step, false);
      return problem === undefined ? undefined : this.#end({ divergence: this.broken(problem) });
    }
  }

  /** @returns what went wrong */
  async #make(step: StepName): Promise<string | undefined> {
    const make = this.#system.steps[step];
    if (make === undefined) return IMPOSSIBLE;
    const { patienceMs } = this.#limits;
    const what = JSON.stringify(step);
    try {
      const done = await within(patienceMs, what, make);
      return done === IMPOSSIBLE ? IMPOSSIBLE : undefined;
    } catch (error) {
      return problemOf(what, error);
    }
  }

  /** @returns whether it was on the way */
  #happened(name: StepName, byItself: boolean): boolean {
    const from = this.#model;
    // Callers may use plain JavaScript.
    if (!STEP_NAMES.includes(name))
      throw new Error(`${JSON.stringify(name)} is no step of a walk; see the type StepName`);
    const to = modelAfter(from, name);
    if (to === undefined)
      throw new Error(`"${name}" was to happen in ${from.state.value}, and cannot happen there`);
    if (!this.#route.follow(name)) return false;
    this.#model = to;
    this.#last = { from, name };
    const step = { name, byItself };
    this.#made.push(step);
    this.#unseen.push(() => this.#witness.walked(from, step, to));
    return true;
  }

  #together(quietMs: number): Promise<Divergence | undefined> {
    return together(this.#system, expectedOf(this.#model), { ...this.#limits, quietMs });
  }

  async #lastLook(): Promise<Divergence | undefined> {
    const { quietMs } = this.#limits;
    const isNew = this.#last && this.#witness.isNewEnd(this.#last.from, this.#last.name);
    return isNew && quietMs > 0 ? this.#together(quietMs * LAST_LOOK) : undefined;
  }

  #end(how: Partial<Omit<Walk, 'made'>>): Walk {
    return { made: this.#made, stoppedAt: undefined, divergence: undefined, ...how };
  }
}
