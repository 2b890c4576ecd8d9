/** Which walks cover the machine, for a system that can make some things happen and others not. */
import { STORY_NAMES, type StepName } from './catalogue.ts';
import { approvalPaths, type PathOptions } from './paths.ts';
import { alongPath, alongPathAndIgnored, isOpen, type Route } from './route.ts';
import { modelAlong } from './shrink.ts';

export interface PlannedWalk {
  readonly steps: readonly StepName[];
  /** New at every call: a route remembers where it is. */
  readonly route: () => Route;
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
  const stories = places.flatMap((place) =>
    storiesAfter(place).filter((steps) => steps.every(has)),
  );
  return [
    ...withoutPrefixes([...paths, ...stories]).map((steps) => ({
      steps,
      route: () => alongPath(steps),
    })),
    ...places
      .filter((place) => modelAlong(place)?.state.status === 'active')
      .map((steps) => ({ steps, route: () => alongPathAndIgnored(steps) })),
  ];
}

const namesOf = ({ steps }: { readonly steps: readonly { readonly name: StepName }[] }) =>
  steps.map(({ name }) => name);

function storiesAfter(place: readonly StepName[]): StepName[][] {
  const model = modelAlong(place);
  if (model === undefined) return [];
  return STORY_NAMES.filter((story) => isOpen(model, story)).map((story) => [...place, story]);
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
