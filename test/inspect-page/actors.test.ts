import { describe, expect, it } from 'vitest';
import { Actors } from '../../src/inspect/page/model/actors.ts';
import { MOST_LATEST, withLatest } from '../../src/inspect/page/model/latest.ts';
import { listingOf } from '../../src/inspect/page/model/listing.ts';
import { parseQuery } from '../../src/inspect/page/model/query.ts';
import type { ActorRow, ProcessRow, ViewMessage } from '../../src/inspect/wire.ts';
import { allActors, aProcess, aRow, changes } from '../support/view-messages.ts';

function told(...messages: ViewMessage[]): Actors {
  const actors = new Actors();
  for (const message of messages) if (message.type !== 'history') actors.apply(message);
  return actors;
}

const apply = (actors: Actors, message: ViewMessage): string[] =>
  message.type === 'history' ? [] : actors.apply(message).map(({ id }) => id);

const ids = (actors: Actors): string[] => [...actors.newestFirst()].map(({ id }) => id);

const row = (id: string, startedAt: number, over: Partial<ActorRow> = {}): ActorRow =>
  aRow({ id, startedAt, ...over });

describe('what the page knows of actors', () => {
  it('is in the order in which they began, the newest first, whatever the order of telling', () => {
    const actors = told(allActors([row('b', 2), row('a', 1), row('d', 4)]));
    expect(ids(actors)).toEqual(['d', 'b', 'a']);
    actors.apply({
      type: 'changes',
      actors: [row('c', 3)],
      gone: [],
      processes: [],
      entries: [],
      now: 0,
    });
    expect(ids(actors)).toEqual(['d', 'c', 'b', 'a']);
  });

  it('comes in pieces', () => {
    const first: ViewMessage = {
      type: 'actors',
      more: true,
      actors: [row('a', 1)],
      processes: [],
      now: 0,
    };
    expect(ids(told(first, allActors([row('b', 2)])))).toEqual(['b', 'a']);
  });

  it('begins anew after a connection was lost, and keeps what it had until then', () => {
    const actors = told(allActors([row('a', 1)], [aProcess({ id: 'old' })]));
    actors.expectAll();
    expect(ids(actors)).toEqual(['a']);
    const pieces: ViewMessage[] = [
      { type: 'actors', more: true, actors: [row('b', 2)], processes: [], now: 0 },
      allActors([row('c', 3)]),
    ];
    for (const piece of pieces) apply(actors, piece);
    expect(ids(actors)).toEqual(['c', 'b']);
    expect(actors.processes().map(({ id }) => id)).toEqual(['p1']);
  });

  it('forgets who is gone', () => {
    const actors = told(allActors([row('a', 1), row('b', 2)]), changes({ gone: ['a'] }));
    expect(ids(actors)).toEqual(['b']);
    expect(actors.get('a')).toBeUndefined();
    apply(actors, changes({ actors: [row('a', 1)] }));
    expect(ids(actors)).toEqual(['b', 'a']);
  });

  it('tells who took an arrow, and not who was only told of', () => {
    const actors = new Actors();
    expect(apply(actors, allActors([row('a', 1), row('b', 1)]))).toEqual([]);
    const known = actors.get('a');
    const again = { ...row('a', 1), changedAt: known?.changedAt ?? 0 };
    expect(apply(actors, changes({ actors: [again] }))).toEqual([]);
    expect(apply(actors, changes({ actors: [{ ...again, changedAt: 9 }] }))).toEqual(['a']);
    expect(
      apply(actors, changes({ actors: [{ ...again, changedAt: 9, transition: 'x' }] })),
    ).toEqual(['a']);
    expect(apply(actors, changes({ actors: [row('new', 5)] }))).toEqual(['new']);
    expect(
      apply(actors, changes({ actors: [row('unmoved', 5, { transition: undefined })] })),
    ).toEqual([]);
  });
});

describe('the list', () => {
  const processes: ProcessRow[] = [aProcess()];
  const actors = told(
    allActors(
      [
        row('a', 1, { state: 'granted', workspaceId: 'ops' }),
        row('b', 2, { state: 'awaitingWS', workspaceId: 'ops' }),
        row('c', 3, { state: 'awaitingWS', workspaceId: 'billing' }),
        row('d', 4, { machine: 'channel', state: 'open.live' }),
        row('e', 5, { machine: 'deadline', state: undefined, parent: 'a' }),
      ],
      processes,
    ),
  );
  const listed = (machine: string, search = '', states: string[] = []) =>
    listingOf(actors, { machine, query: parseQuery(search), states: new Set(states) }, 10);

  it('holds the actors of one machine, with how many are in each state', () => {
    const { rows, counts, machines } = listed('approval');
    expect(rows.map(({ id }) => id)).toEqual(['c', 'b', 'a']);
    expect(Object.fromEntries(counts)).toEqual({ granted: 1, awaitingWS: 2 });
    expect(Object.fromEntries(machines)).toEqual({ approval: 3, channel: 1, deadline: 1 });
  });

  it('counts what the words find, and lists of it what is in the chosen states', () => {
    const { rows, counts } = listed('approval', 'ops', ['granted']);
    expect(rows.map(({ id }) => id)).toEqual(['a']);
    expect(Object.fromEntries(counts)).toEqual({ granted: 1, awaitingWS: 1 });
  });

  it('has a name for being in no state', () => {
    expect(Object.fromEntries(listed('deadline').counts)).toEqual({ runs: 1 });
    expect(listed('deadline', '', ['runs']).rows).toHaveLength(1);
  });
});

describe('the steps taken last', () => {
  it('stand with the newest first, numbered, and only so many of them', () => {
    const once = withLatest([], [row('a', 1), row('b', 2)]);
    expect(once.map(({ n, row: { id } }) => [n, id])).toEqual([
      [2, 'b'],
      [1, 'a'],
    ]);
    expect(withLatest(once, [])).toBe(once);
    const many = withLatest(
      once,
      Array.from({ length: 500 }, (_, index) => row(`x${index}`, index)),
    );
    expect(many).toHaveLength(MOST_LATEST);
    expect(many[0]).toMatchObject({ n: 502, row: { id: 'x499' } });
  });
});
