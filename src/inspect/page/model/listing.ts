import type { ActorRow } from '../../wire.ts';
import type { Actors } from './actors.ts';
import type { Query } from './query.ts';

export interface Choice {
  /** The machine whose actors are listed. */
  readonly machine: string;
  readonly query: Query;
  /** Only actors in one of these; all where it is empty. */
  readonly states: ReadonlySet<string>;
}

export interface Listing {
  /** What is listed, the newest first. */
  readonly rows: readonly ActorRow[];
  /** How many that the words find are in each state, whatever `states` says. */
  readonly counts: ReadonlyMap<string, number>;
  /** How many actors each machine has, whatever is looked for. */
  readonly machines: ReadonlyMap<string, number>;
}

const INSTEAD = {
  active: 'runs',
  done: 'ended',
  stopped: 'ended',
  error: 'failed',
  lost: 'lost',
} as const satisfies Record<ActorRow['status'], string>;

/** Actors that tell no state are counted and filtered by whether they run. */
export const stateOf = ({ state, status }: ActorRow): string => state ?? INSTEAD[status];

/** @param now the view's clock, milliseconds since the epoch */
export function listingOf(actors: Actors, choice: Choice, now: number): Listing {
  const { machine, query, states } = choice;
  const moment = { now, processOf: (row: ActorRow) => actors.process(row.process) };
  const rows: ActorRow[] = [];
  const counts = new Map<string, number>();
  const machines = new Map<string, number>();
  for (const row of actors.newestFirst()) {
    count(machines, row.machine);
    if (row.machine !== machine || !query.matches(row, moment)) continue;
    const state = stateOf(row);
    count(counts, state);
    if (states.size === 0 || states.has(state)) rows.push(row);
  }
  return { rows, counts, machines };
}

const count = (counts: Map<string, number>, key: string): void => {
  counts.set(key, (counts.get(key) ?? 0) + 1);
};
