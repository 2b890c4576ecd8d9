import type { ActorRow } from '../../wire.ts';

/** How many of the arrows that were taken are remembered, of all actors together. */
export const MOST_LATEST = 200;

/** One arrow that an actor took. */
export interface Step {
  /** Grows by one. */
  readonly n: number;
  readonly row: ActorRow;
}

/** The steps known so far with new ones, the newest first; the oldest are forgotten. */
export function withLatest(steps: readonly Step[], taken: readonly ActorRow[]): readonly Step[] {
  if (taken.length === 0) return steps;
  const from = (steps[0]?.n ?? 0) + 1;
  const news = taken.map((row, index) => ({ n: from + index, row })).toReversed();
  return [...news, ...steps].slice(0, MOST_LATEST);
}
