import type { Link } from './link.ts';
import { parseQuery, type Query } from './query.ts';
import { noTimeline, type Timeline } from './timeline.ts';

/** What the reader sees and chose; the actors themselves are in {@link Actors}. */
export interface PageState {
  readonly link: Link;
  /** All actors were told of at least once: from then on "none" means none. */
  readonly hasLoaded: boolean;
  /** How far the view's clock is ahead of this page's, milliseconds. */
  readonly aheadMs: number;
  /** The machine that is shown. */
  readonly machine: string;
  readonly search: string;
  readonly query: Query;
  readonly states: ReadonlySet<string>;
  /** The actor that is shown; `null`: all of them. */
  readonly actorId: string | null;
  readonly timeline: Timeline;
  readonly isPlaying: boolean;
  /** What was just done for the reader; empty after a while. */
  readonly feedback: string;
}

export const initialState: PageState = {
  link: { at: 'connecting' },
  hasLoaded: false,
  aheadMs: 0,
  machine: 'approval',
  search: '',
  query: parseQuery(''),
  states: new Set(),
  actorId: null,
  timeline: noTimeline,
  isPlaying: false,
  feedback: '',
};
