/** One walk: a step at a time, model and system brought to one shape and compared after each. */
import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../../errors.ts';
import { STEP_NAMES, type StepName } from './catalogue.ts';
import { type Model, modelAfter, startOfModel } from './model.ts';
import { type Difference, differencesOf, expectedOf, type ObservedApproval } from './observed.ts';
import type { Route } from './route.ts';
import { type ApprovalSystem, IMPOSSIBLE, type MakeSystem } from './system.ts';

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

/** A system that is not where the model is. */
export interface Divergence {
  readonly expected: ObservedApproval;
  /** `undefined` where it could not be seen. */
  readonly seen: ObservedApproval | undefined;
  readonly differences: readonly Difference[];
  /** What was thrown, or took too long; `undefined` where it is only somewhere else. */
  readonly problem: string | undefined;
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
}

export const NOBODY: Witness = {
  walked: () => undefined,
  impossible: () => undefined,
  isKnown: () => false,
};

/** Makes a system, walks, and closes it. */
export async function walk(
  makeSystem: MakeSystem,
  route: Route,
  limits: Limits,
  witness: Witness = NOBODY,
): Promise<Walk> {
  const system = await makeSystem();
  const walker = new Walker(system, route, limits, witness);
  const walked = await walker.run();
  try {
    await system.close();
    return walked;
  } catch (error) {
    const divergence = walker.broken(`closing the system threw: ${messageOf(error)}`);
    return { ...walked, divergence: walked.divergence ?? divergence };
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
      const divergence = await this.#together();
      if (divergence !== undefined) return this.#end({ divergence });
      for (const tell of this.#unseen.splice(0)) tell();
      const end = await this.#goOn();
      if (end !== undefined) return end;
    }
  }

  broken(problem: string, seen?: ObservedApproval): Divergence {
    return { expected: expectedOf(this.#model), seen, differences: [], problem };
  }

  /** @returns the end of the walk, where there is nowhere to go on to */
  async #goOn(): Promise<Walk | undefined> {
    const refused = new Set<StepName>();
    for (;;) {
      const step = this.#route.next(this.#model, refused);
      const [stoppedAt] = [...refused].slice(-1);
      if (step === undefined) return this.#end({ stoppedAt });
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
    const late = new AbortController();
    try {
      const done = await Promise.race([make(), delay(patienceMs, LATE, { signal: late.signal })]);
      if (done === IMPOSSIBLE) return IMPOSSIBLE;
      return done === LATE ? `"${step}" did not come to an end within ${patienceMs} ms` : undefined;
    } catch (error) {
      return `"${step}" threw: ${messageOf(error)}`;
    } finally {
      late.abort();
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
    const step = { name, byItself };
    this.#made.push(step);
    this.#unseen.push(() => this.#witness.walked(from, step, to));
    return true;
  }

  /** Waits until the system is where the model is, and stays there. */
  async #together(): Promise<Divergence | undefined> {
    const { patienceMs, quietMs } = this.#limits;
    const expected = expectedOf(this.#model);
    const until = performance.now() + patienceMs;
    let pauseMs = 0;
    for (;;) {
      const divergence = await this.#look(expected);
      if (divergence === undefined) {
        await delay(quietMs);
        if ((await this.#look(expected)) === undefined) return undefined;
      } else if (performance.now() >= until) return divergence;
      await delay(pauseMs);
      pauseMs = Math.min(20, pauseMs + 2);
    }
  }

  async #look(expected: ObservedApproval): Promise<Divergence | undefined> {
    const { approver } = this.#system;
    try {
      for (const seen of [await this.#system.observe()].flat()) {
        const differences = differencesOf(expected, seen, approver);
        if (differences.length > 0) return { expected, seen, differences, problem: undefined };
      }
      return undefined;
    } catch (error) {
      return this.broken(`looking at the system threw: ${messageOf(error)}`);
    }
  }

  #end(how: Partial<Omit<Walk, 'made'>>): Walk {
    return { made: this.#made, stoppedAt: undefined, divergence: undefined, ...how };
  }
}

const LATE = Symbol('late');
