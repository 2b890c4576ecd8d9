import type { Entry, ViewMessage } from '../../wire.ts';

type History = Extract<ViewMessage, { type: 'history' }>;

/** What happened to the actor that is shown, and where the reader is in it. */
export interface Timeline {
  /** `null` before its history came. */
  readonly entries: readonly Entry[] | null;
  /** Older entries that the view has forgotten. */
  readonly forgotten: number;
  /** Index of the entry that is shown; `null`: the last one, whichever that is. */
  readonly position: number | null;
}

export const noTimeline: Timeline = { entries: null, forgotten: 0, position: null };

export const timelineOf = ({ entries, forgotten }: History, before: Timeline): Timeline => ({
  entries,
  forgotten,
  position: positionIn(entries, before),
});

/** The reader stays at the entry where he was, when the history is told again. */
function positionIn(entries: readonly Entry[], { position, entries: old }: Timeline) {
  const n = position === null ? undefined : old?.[position]?.n;
  const index = n === undefined ? -1 : entries.findIndex((entry) => entry.n === n);
  return index === -1 ? null : index;
}

/** @returns `null` where entries are missing between the two: the history must be told again */
export function withEntries(timeline: Timeline, more: readonly Entry[]): Timeline | null {
  const { entries } = timeline;
  if (entries === null || more.length === 0) return timeline;
  const last = entries.at(-1)?.n ?? Number.NEGATIVE_INFINITY;
  const news = more.filter(({ n }) => n > last);
  const [first] = news;
  if (first === undefined) return timeline;
  if (Number.isFinite(last) && first.n !== last + 1) return null;
  return { ...timeline, entries: [...entries, ...news] };
}

/** To an entry, from the first to the last; beyond the last is live again. */
export function at(timeline: Timeline, index: number): Timeline {
  const last = lastOf(timeline);
  return { ...timeline, position: index >= last ? null : Math.max(0, index) };
}

export const live = (timeline: Timeline): Timeline => ({ ...timeline, position: null });

/** Index of the last entry; -1 where there is none. */
export const lastOf = ({ entries }: Timeline): number => (entries?.length ?? 0) - 1;

export const indexOf = (timeline: Timeline): number => timeline.position ?? lastOf(timeline);

const SLOWEST_MS = 1_200;
const QUICKEST_MS = 180;

/** How long an entry is shown when the timeline is played: as it was, but neither long nor hectic. */
export function playDelayMs(timeline: Timeline): number {
  const index = indexOf(timeline);
  const [is, next] = [timeline.entries?.[index], timeline.entries?.[index + 1]];
  const took = is && next ? next.at - is.at : 0;
  return Math.min(SLOWEST_MS, Math.max(QUICKEST_MS, took));
}
