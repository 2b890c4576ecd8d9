/** What walks have seen of the machine, and what a system cannot show. */

import { approvalMachine } from '../../../machines/index.ts';
import { graphOf } from '../../inspect/graph.ts';
import { STEP_NAMES, type StepName } from './catalogue.ts';
import { type Model, modelAfter, type StateName, startOfModel } from './model.ts';
import { isIgnored, isOpen } from './route.ts';
import type { MadeStep, Witness } from './walker.ts';

/** Of some things in the machine: which were walked, which cannot be, which could have been. */
export interface Covered {
  readonly walked: readonly string[];
  /** Not for this system. */
  readonly impossible: readonly string[];
  readonly open: readonly string[];
}

export interface Coverage {
  readonly states: Covered;
  readonly transitions: Covered;
  /** `state + step`, where the machine reacts. */
  readonly pairs: Covered;
  /** `state + step`, where it must not. */
  readonly ignored: Covered;
}

interface Pair {
  readonly state: StateName;
  readonly step: StepName;
  readonly changes: boolean;
  /** The transitions that it takes in one situation or another. */
  readonly transitions: Set<string>;
  readonly targets: Set<StateName>;
}

const keyOf = (state: string, step: StepName): string => `${state} + ${step}`;

/** Every state with every step that can happen in it. */
function allPairs(): Map<string, Pair> {
  const pairs = new Map<string, Pair>();
  const seen = new Set<string>();
  const visit = (model: Model): void => {
    const { value, context } = model.state;
    const key = JSON.stringify([value, context.approvalId, context.ending?.by]);
    if (seen.has(key)) return;
    seen.add(key);
    for (const step of STEP_NAMES.filter((name) => isOpen(model, name))) {
      const to = modelAfter(model, step);
      if (to === undefined) continue;
      const pair = pairs.get(keyOf(value, step)) ?? {
        state: value,
        step,
        changes: !isIgnored(model, step),
        transitions: new Set<string>(),
        targets: new Set<StateName>(),
      };
      for (const id of to.taken) pair.transitions.add(id);
      pair.targets.add(to.state.value);
      pairs.set(keyOf(value, step), pair);
      visit(to);
    }
  };
  visit(startOfModel());
  return pairs;
}

export class CoverageTally implements Pick<Witness, 'walked' | 'impossible'> {
  readonly #pairs = allPairs();
  readonly #walkedPairs = new Set<string>();
  readonly #impossiblePairs = new Set<string>();
  readonly #walkedStates = new Set<string>([startOfModel().state.value]);
  readonly #walkedTransitions = new Set<string>();
  /** States in which the system was told something, and those that it left without being told. */
  readonly #rested = new Set<string>();
  readonly #left = new Set<string>();
  steps = 0;

  walked = (from: Model, { name, byItself }: MadeStep, to: Model): void => {
    this.steps += 1;
    (byItself ? this.#left : this.#rested).add(from.state.value);
    this.#walkedPairs.add(keyOf(from.state.value, name));
    this.#walkedStates.add(to.state.value);
    for (const id of to.taken) this.#walkedTransitions.add(id);
  };

  impossible = (at: Model, step: StepName): void => {
    this.#rested.add(at.state.value);
    this.#impossiblePairs.add(keyOf(at.state.value, step));
  };

  /** A step that the system does not offer at all. */
  missing(step: StepName): void {
    for (const pair of this.#pairs.values())
      if (pair.step === step) this.#impossiblePairs.add(keyOf(pair.state, step));
  }

  coverage(): Coverage {
    const reachable = this.#reachable();
    const possible = [...this.#pairs.values()].filter(
      (pair) => reachable.has(pair.state) && this.#isPossible(pair),
    );
    const possiblePairs = new Set(possible.map(({ state, step }) => keyOf(state, step)));
    const possibleTransitions = new Set(possible.flatMap(({ transitions }) => [...transitions]));
    const keys = (changes: boolean): string[] =>
      [...this.#pairs].filter(([, pair]) => pair.changes === changes).map(([key]) => key);
    const { states, transitions } = graphOf(approvalMachine);
    const real = transitions.filter(
      ({ target, actions }) => target !== undefined || actions.length > 0,
    );
    return {
      states: sorted(
        states.filter(({ id }) => id !== '').map(({ id }) => id),
        this.#walkedStates,
        reachable,
      ),
      transitions: sorted(
        real.map(({ id }) => id),
        this.#walkedTransitions,
        possibleTransitions,
      ),
      pairs: sorted(keys(true), this.#walkedPairs, possiblePairs),
      ignored: sorted(keys(false), this.#walkedPairs, possiblePairs),
    };
  }

  /** What was walked in one situation may be impossible in another; where none rests, nothing is. */
  #isPossible({ state, step }: Pair): boolean {
    const key = keyOf(state, step);
    const isPassed = this.#left.has(state) && !this.#rested.has(state);
    return this.#walkedPairs.has(key) || !(this.#impossiblePairs.has(key) || isPassed);
  }

  #reachable(): ReadonlySet<string> {
    const reachable = new Set<string>([startOfModel().state.value]);
    for (let before = 0; before !== reachable.size; ) {
      before = reachable.size;
      for (const pair of this.#pairs.values())
        if (reachable.has(pair.state) && this.#isPossible(pair))
          for (const target of pair.targets) reachable.add(target);
    }
    return reachable;
  }
}

const sorted = (
  all: readonly string[],
  walked: ReadonlySet<string>,
  possible: ReadonlySet<string>,
): Covered => ({
  walked: all.filter((key) => walked.has(key)),
  impossible: all.filter((key) => !walked.has(key) && !possible.has(key)),
  open: all.filter((key) => !walked.has(key) && possible.has(key)),
});
