/** The graph of the approval machine under everything that can happen to it. */
import type { ApprovalEvent } from '../../machines/index.ts';
import { EVENT_NAMES, nameOfEvent } from '../../src/testing/walk/catalogue.ts';
import {
  type ApprovalState,
  keyOfState,
  type Model,
  modelAfter,
  startOfModel,
} from '../../src/testing/walk/model.ts';
import { statePaths } from '../../src/testing/walk/paths.ts';

export interface Situation {
  readonly state: ApprovalState;
  /** The ones that can follow it. */
  readonly next: readonly ApprovalState[];
}

export const shortestPaths = statePaths('shortest');
export const simplePaths = statePaths('simple');

/** Every situation in which an approval can be. */
export const situations: readonly Situation[] = allSituations();

function allSituations(): Situation[] {
  const found = new Map<string, Situation>();
  const visit = (model: Model): void => {
    const key = keyOfState(model.state);
    if (found.has(key)) return;
    const next = EVENT_NAMES.flatMap((name) => modelAfter(model, name) ?? []);
    found.set(key, { state: model.state, next: next.map(({ state }) => state) });
    next.forEach(visit);
  };
  visit(startOfModel());
  return [...found.values()];
}

/** What happens on a path, as a sentence. */
export const storyOf = ({ steps }: { readonly steps: readonly { event: ApprovalEvent }[] }) =>
  steps
    .slice(1)
    .map(({ event }) => nameOfEvent(event))
    .join(' → ');
