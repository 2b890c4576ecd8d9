/** Where a walk goes: along a path, or as chance has it. */
import { eventsOf, STEP_NAMES, type StepName } from './catalogue.ts';
import { handles, type Model, modelAfter } from './model.ts';

export interface Route {
  /** The step to make happen; `undefined` at the end. @param refused what cannot happen here */
  readonly next: (model: Model, refused: ReadonlySet<StepName>) => StepName | undefined;
  /** A step happened. @returns whether that is on the way */
  readonly follow: (step: StepName) => boolean;
}

/** Exactly these steps. What happens by itself after the last one is on the way too. */
export function alongPath(steps: readonly StepName[]): Route {
  let at = 0;
  return {
    next: (_, refused) => {
      const step = steps[at];
      return step === undefined || refused.has(step) ? undefined : step;
    },
    follow: (step) => {
      const isOnTheWay = at >= steps.length || steps[at] === step;
      at += 1;
      return isOnTheWay;
    },
  };
}

/**
 * Along a path, and then everything that must change nothing there, one after the other.
 * @param late takes up what became impossible on the way
 */
export function alongPathAndIgnored(path: readonly StepName[], late: Set<StepName>): Route {
  const way = alongPath(path);
  const done = new Set<StepName>();
  let left = path.length;
  return {
    next: (model, refused) => {
      if (left > 0) return way.next(model, refused);
      if (left < 0) for (const step of refused) late.add(step);
      return STEP_NAMES.find(
        (step) => !done.has(step) && !refused.has(step) && isIgnored(model, step),
      );
    },
    follow: (step) => {
      done.add(step);
      left -= 1;
      return way.follow(step);
    },
  };
}

/** Whether a step can happen and changes nothing. Stories begin with what does. */
export const isIgnored = (model: Model, step: StepName): boolean =>
  eventsOf(step).length === 1 && modelAfter(model, step) !== undefined && !handles(model, step);

/** What can happen where the model stands. Of a story, every part must. */
export const isOpen = (model: Model, step: StepName): boolean => {
  const isStory = eventsOf(step).length > 1;
  return modelAfter(model, step) !== undefined && (!isStory || handles(model, step));
};

/** How likely each kind of step is, so that walks neither end at once nor only go on. */
const KINDS = [
  { kind: 'on', share: 6 },
  { kind: 'away', share: 2 },
  { kind: 'nowhere', share: 2 },
] as const;

/** @param longest steps, told and by themselves */
export function atRandom(random: () => number, longest: number): Route {
  let made = 0;
  return {
    next: (model, refused) => {
      if (made >= longest) return undefined;
      const open = STEP_NAMES.filter((step) => !refused.has(step) && isOpen(model, step));
      const kinds = KINDS.map(({ kind, share }) => ({
        share,
        steps: open.filter((step) => kindOf(model, step) === kind),
      })).filter(({ steps }) => steps.length > 0);
      let rest = random() * kinds.reduce((sum, { share }) => sum + share, 0);
      const chosen = kinds.find(({ share }) => {
        rest -= share;
        return rest < 0;
      });
      return chosen?.steps[Math.trunc(random() * chosen.steps.length)];
    },
    follow: () => {
      made += 1;
      return true;
    },
  };
}

/** `away`: towards an end. `nowhere`: changes nothing. */
function kindOf(model: Model, step: StepName): (typeof KINDS)[number]['kind'] {
  if (isIgnored(model, step)) return 'nowhere';
  const { status, value } = modelAfter(model, step)?.state ?? model.state;
  return status === 'active' && value !== 'withdrawing' ? 'on' : 'away';
}
