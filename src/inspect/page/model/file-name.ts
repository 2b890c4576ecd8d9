import type { ActorRow } from '../../wire.ts';
import { situationAt } from './situation.ts';
import type { PageState } from './state.ts';
import { indexOf } from './timeline.ts';

type Shown = Pick<PageState, 'machine' | 'timeline'>;

/**
 * What a saved chart is called: `approval.svg` for all actors, `approval-7-awaitingWS.svg` for one
 * of them at entry 7 of its timeline.
 * @param row the actor that is shown, if it is one
 */
export function fileNameOf({ machine, timeline }: Shown, row: ActorRow | undefined): string {
  if (row === undefined) return `${machine}.svg`;
  const { entries } = timeline;
  const index = indexOf(timeline);
  const state = entries?.length ? situationAt(entries, index).current : row.state;
  const entry = entries?.length ? String(index + 1) : undefined;
  return `${[machine, entry, state]
    .filter((part) => part !== undefined)
    .map(safe)
    .join('-')}.svg`;
}

/** Somebody else's name of a state, as part of the name of a file. */
const safe = (text: string): string => text.replace(/[^\w.]+/g, '_').slice(0, 60);
