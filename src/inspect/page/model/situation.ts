/** Where an actor was at one entry of its timeline, and how it came there. */
import type { JsonValue } from '../../../../machines/index.ts';
import type { ArrowName, Lighting } from '../../../page/chart/lighting.ts';
import type { ActorRow, Entry } from '../../wire.ts';

export interface Situation extends Lighting {
  readonly context: JsonValue | undefined;
  /** The number of the entry that tells of the arrow taken last; 0 before the first. */
  readonly takenAt: number;
}

/** @param index of the last entry that has happened */
export function situationAt(entries: readonly Entry[], index: number): Situation {
  const visited = new Set<string>();
  const way: ArrowName[] = [];
  const running = new Set<string>();
  let current: string | undefined;
  let taken: ArrowName | undefined;
  let context: JsonValue | undefined;
  let takenAt = 0;
  for (const entry of entries.slice(0, index + 1)) {
    if (entry.kind === 'service') follow(running, entry.label);
    if (entry.kind === 'ended') running.clear();
    if (entry.context !== undefined) context = entry.context;
    current = entry.state ?? current;
    if (current !== undefined) visited.add(current);
    if (entry.kind !== 'transition') continue;
    takenAt = entry.n;
    taken = arrowOf(entry);
    if (taken) {
      visited.add(taken.from);
      way.push(taken);
    }
  }
  return { current, taken, visited, way, running, context, takenAt };
}

/** What the row alone tells, before the history came. */
export function situationOf(row: ActorRow): Situation {
  const taken = arrowOf(row);
  return {
    current: row.state,
    taken,
    visited: new Set([taken?.from, row.state].filter((state) => state !== undefined)),
    way: taken ? [taken] : [],
    running: new Set(),
    context: undefined,
    takenAt: -1,
  };
}

export const arrowOf = ({
  from,
  transition,
}: Pick<Entry, 'from' | 'transition'>): ArrowName | undefined =>
  from === undefined || transition === undefined ? undefined : { from, transition };

/** `submission began`, `submission done`. */
function follow(running: Set<string>, label: string): void {
  const [, service = label, what] = /^(.*) (\S+)$/.exec(label) ?? [];
  if (what === 'began') running.add(service);
  else running.delete(service);
}
