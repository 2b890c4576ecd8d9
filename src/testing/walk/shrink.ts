/** From a walk that fails to the shortest one that still does. */
import type { StepName } from './catalogue.ts';
import { keyOfState, type Model, modelAfter, startOfModel } from './model.ts';
import { approvalPaths } from './paths.ts';

/** More tries than this are not worth the wait. */
const MOST_TRIES = 40;

export interface Shrunk<Failure> {
  readonly steps: readonly StepName[];
  readonly failure: Failure;
  /** Walks that were tried. */
  readonly tries: number;
}

/**
 * @param steps of a walk that fails at its last step
 * @param attempt walks; the failure, with the steps that were made, or `undefined` where there is none
 */
export async function shrink<Failure>(
  steps: readonly StepName[],
  failure: Failure,
  attempt: (
    steps: readonly StepName[],
  ) => Promise<{ steps: readonly StepName[]; failure: Failure } | undefined>,
): Promise<Shrunk<Failure>> {
  let best = { steps, failure };
  let tries = 0;
  const tried = new Set<string>();
  for (let better = true; better; ) {
    better = false;
    for (const candidate of shorterThan(best.steps)) {
      const key = JSON.stringify(candidate);
      if (tried.has(key) || tries >= MOST_TRIES) continue;
      tried.add(key);
      tries += 1;
      const found = await attempt(candidate);
      if (found === undefined || found.steps.length >= best.steps.length) continue;
      best = found;
      better = true;
      break;
    }
  }
  return { ...best, tries };
}

/** The shortest first. */
function shorterThan(steps: readonly StepName[]): StepName[][] {
  const candidates = [shortcut(steps), ...withoutPieces(steps)];
  return candidates
    .filter((candidate) => candidate.length < steps.length && modelAlong(candidate) !== undefined)
    .sort((a, b) => a.length - b.length);
}

/** The shortest way to where the last step was taken, and that step. */
function shortcut(steps: readonly StepName[]): StepName[] {
  const last = steps.at(-1);
  const before = modelAlong(steps.slice(0, -1));
  if (last === undefined || before === undefined) return [];
  const wanted = keyOfState(before.state);
  for (const path of approvalPaths({ kind: 'shortest' })) {
    const names = path.steps.map(({ name }) => name);
    const there = modelAlong(names);
    if (there !== undefined && keyOfState(there.state) === wanted) return [...names, last];
  }
  return [last];
}

function withoutPieces(steps: readonly StepName[]): StepName[][] {
  const candidates: StepName[][] = [];
  for (let size = steps.length - 1; size > 0; size -= 1)
    for (let at = 0; at + size <= steps.length; at += 1)
      candidates.push([...steps.slice(0, at), ...steps.slice(at + size)]);
  return candidates;
}

/** Where these steps lead; `undefined` where one of them cannot happen. */
export function modelAlong(steps: readonly StepName[]): Model | undefined {
  let model: Model | undefined = startOfModel();
  for (const step of steps) model = model === undefined ? undefined : modelAfter(model, step);
  return model;
}
