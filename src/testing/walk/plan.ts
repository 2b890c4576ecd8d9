/** Which walks cover the machine, for a system that can make some things happen and others not. */
import { STEP_NAMES, type StepName } from './catalogue.ts';
import { approvalPaths, type PathOptions } from './paths.ts';
import { alongPath, alongPathAndIgnored, isIgnored, isOpen, type Route } from './route.ts';
import { modelAlong } from './shrink.ts';

export interface PlannedWalk {
  readonly steps: readonly StepName[];
  /** New at every call: a route remembers where it is. */
  readonly route: () => Route;
  /** What is left to be walked afterwards. */
  readonly rest: () => readonly PlannedWalk[];
}

/** @param has whether a step may be possible at all */
export function plannedWalks(
  options: PathOptions,
  has: (step: StepName) => boolean,
): readonly PlannedWalk[] {
  const cut = (steps: readonly StepName[]): readonly StepName[] => {
    const end = steps.findIndex((step) => !has(step));
    return end === -1 ? steps : steps.slice(0, end);
  };
  const paths = approvalPaths(options).map(({ steps }) => cut(steps.map(({ name }) => name)));
  const places = distinct([[], ...approvalPaths({ kind: 'shortest' }).map(namesOf)].map(cut));
  const more = places.flatMap(changesAfter).filter((steps) => steps.every(has));
  return [
    ...withoutPrefixes([...paths, ...more]).map(path),
    ...places.filter((place) => modelAlong(place)?.state.status === 'active').map(survey),
  ];
}

const path = (steps: readonly StepName[]): PlannedWalk => ({
  steps,
  route: () => alongPath(steps),
  rest: () => [],
});

/** Of what must change nothing in the same place, one may make another impossible. */
function survey(steps: readonly StepName[]): PlannedWalk {
  const late = new Set<StepName>();
  return {
    steps,
    route: () => alongPathAndIgnored(steps, late),
    rest: () => [...late].map((step) => path([...steps, step])),
  };
}

const namesOf = ({ steps }: { readonly steps: readonly { readonly name: StepName }[] }) =>
  steps.map(({ name }) => name);

/** The place, and each step that changes something there. */
function changesAfter(place: readonly StepName[]): StepName[][] {
  const model = modelAlong(place);
  if (model === undefined) return [];
  return STEP_NAMES.filter((step) => isOpen(model, step) && !isIgnored(model, step)).map((step) => [
    ...place,
    step,
  ]);
}

const distinct = (paths: readonly (readonly StepName[])[]): (readonly StepName[])[] => [
  ...new Map(paths.map((steps) => [JSON.stringify(steps), steps])).values(),
];

/** The others are walked on the way. */
function withoutPrefixes(paths: readonly (readonly StepName[])[]): (readonly StepName[])[] {
  const begun = new Set(
    paths.flatMap((steps) =>
      steps.slice(0, -1).map((_, end) => JSON.stringify(steps.slice(0, end))),
    ),
  );
  for (const steps of paths) begun.add(JSON.stringify(steps.slice(0, -1)));
  return distinct(paths).filter((steps) => !begun.has(JSON.stringify(steps)));
}
