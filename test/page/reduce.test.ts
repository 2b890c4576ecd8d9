import { describe, expect, it } from 'vitest';
import type { Action } from '../../src/platform/page/model/actions.ts';
import type { Approval } from '../../src/platform/page/model/approval.ts';
import { missingFrom } from '../../src/platform/page/model/merging.ts';
import {
  neighbour,
  onwardsFrom,
  recentOf,
  waitingOf,
} from '../../src/platform/page/model/ordering.ts';
import { reduce } from '../../src/platform/page/model/reduce.ts';
import { initialState, type PageState } from '../../src/platform/page/model/state.ts';
import { anApproval, asMap } from '../support/page-approval.ts';

const listsRead = (pending: readonly Approval[], recent: readonly Approval[] = []): Action => ({
  type: 'lists.read',
  snapshot: { pending, recent },
  unreadable: 0,
  more: false,
});
const signedIn = reduce(initialState, { type: 'session.opened', approver: 'ann' }, 0);

function stateAfter(...actions: readonly Action[]): PageState {
  return actions.reduce((state, action) => reduce(state, action, 10_000), signedIn);
}

const ended = (approval: Approval, over: Partial<Approval> = {}): Approval => ({
  ...approval,
  outcome: 'denied',
  decidedBy: 'bob',
  decidedAt: 99_000,
  ...over,
});
const endOf = (approval: Approval): Action => ({
  type: 'approval.ended',
  end: { id: approval.id, outcome: 'denied', decidedBy: 'bob', decidedAt: 99_000, note: 'no' },
});

const [a, b, c] = [anApproval(), anApproval(), anApproval()];

describe('what is selected', () => {
  it('is the oldest at first, and no arrival takes its place', () => {
    const older = anApproval({ createdAt: 1 });
    const state = stateAfter(listsRead([a, b]), { type: 'approval.arrived', approval: older });
    expect(state.selectedId).toBe(a.id);
    expect(waitingOf(state.approvals, null).map(({ id }) => id)).toEqual([older.id, a.id, b.id]);
  });

  it('stays where it is when it ends, and leaves the list when the reader goes on', () => {
    const ending = stateAfter(listsRead([a, b]), endOf(a));
    expect(ending).toMatchObject({ selectedId: a.id, heldId: a.id });
    expect(waitingOf(ending.approvals, ending.heldId).map(({ id }) => id)).toEqual([a.id, b.id]);
    expect(recentOf(ending.approvals, ending.heldId)).toEqual([]);

    const gone = reduce(ending, { type: 'approval.selected', id: b.id }, 0);
    expect(waitingOf(gone.approvals, gone.heldId).map(({ id }) => id)).toEqual([b.id]);
    expect(recentOf(gone.approvals, gone.heldId)).toMatchObject([{ id: a.id, note: 'no' }]);
  });

  it('moves by one and stops at the ends', () => {
    expect(neighbour([a, b, c], b.id, 1)).toBe(c.id);
    expect(neighbour([a, b, c], c.id, 1)).toBe(c.id);
    expect(neighbour([a, b, c], a.id, -1)).toBe(a.id);
    expect(neighbour([a, b, c], null, 1)).toBe(a.id);
    expect(neighbour([a, b, c], 'gone', -1)).toBe(c.id);
    expect(neighbour([], null, 1)).toBeNull();
  });

  it('goes on to the next that waits after an end, and to the first after the last', () => {
    expect(onwardsFrom(asMap(a, ended(b), c), b)?.id).toBe(c.id);
    expect(onwardsFrom(asMap(a, ended(c)), c)?.id).toBe(a.id);
    expect(onwardsFrom(asMap(ended(c)), c)).toBeUndefined();
  });

  it('closes what was opened of another one', () => {
    const state = stateAfter(
      listsRead([a, b]),
      { type: 'text.opened', ids: ['reason'] },
      { type: 'approval.selected', id: b.id },
    );
    expect(state.opened.size).toBe(0);
  });
});

describe('the dead time', () => {
  const read = reduce(signedIn, listsRead([a, b]), 10_000);

  it('begins when another request is shown', () => {
    expect(read.armedAt).toBe(10_500);
    expect(reduce(read, { type: 'approval.selected', id: b.id }, 20_000).armedAt).toBe(20_500);
  });

  it('F60 begins when something moved under the reader, or was unfolded', () => {
    expect(reduce(read, { type: 'layout.moved' }, 20_000).armedAt).toBe(20_500);
    expect(reduce(read, { type: 'text.opened', ids: ['action'] }, 20_000).armedAt).toBe(20_500);
  });

  it('does not begin for what changes nothing in front of him', () => {
    const actions: Action[] = [
      { type: 'approval.arrived', approval: c },
      { type: 'note.written', id: a.id, note: 'n' },
      { type: 'clock.heard', aheadMs: 5 },
      { type: 'approval.selected', id: a.id },
    ];
    for (const action of actions) expect(reduce(read, action, 20_000).armedAt).toBe(10_500);
  });
});

describe('what is known', () => {
  it('is never taken back by an older answer', () => {
    const state = stateAfter(listsRead([a]), endOf(a), listsRead([a]), {
      type: 'approval.arrived',
      approval: a,
    });
    expect(state.approvals.get(a.id)).toMatchObject({ outcome: 'denied', decidedBy: 'bob' });
  });

  it('keeps the first end', () => {
    const second: Action = {
      type: 'approval.ended',
      end: { id: a.id, outcome: 'granted', decidedBy: 'eve', decidedAt: 1, note: null },
    };
    expect(stateAfter(listsRead([a]), endOf(a), second).approvals.get(a.id)?.outcome).toBe(
      'denied',
    );
  });

  it('names what a later list misses, but not what came while it was read', () => {
    const known = asMap(a, b, c, ended(anApproval()));
    const snapshot = { pending: [a], recent: [] };
    expect(missingFrom(known, snapshot, new Set([c.id]))).toEqual([b.id]);
  });

  it('says that a request has ended when the platform does not know it any more', () => {
    const state = stateAfter(listsRead([a]), { type: 'approval.vanished', id: a.id });
    expect(state.approvals.get(a.id)?.outcome).toBe('unknown');
  });

  it('is forgotten when the session ends', () => {
    const state = stateAfter(listsRead([a]), { type: 'session.closed', problem: null });
    expect(state).toMatchObject({ session: { at: 'out' }, everLoaded: false, selectedId: null });
    expect(state.approvals.size).toBe(0);
  });

  it('F61 is not called read when it could not be', () => {
    const state = stateAfter({ type: 'lists.failed', why: 'no' });
    expect(state).toMatchObject({ list: { at: 'failed', why: 'no' }, everLoaded: false });
  });
});

describe('a screen reader', () => {
  it('hears of arrivals and of ends, and not of the first list', () => {
    const read = stateAfter(listsRead([a]));
    expect(read.announcement.text).toBe('');
    const arrival = reduce(read, { type: 'approval.arrived', approval: b }, 0);
    expect(arrival.announcement.text).toBe(`New request from agent: ${b.action}`);
    expect(reduce(arrival, endOf(a), 0).announcement.text).toBe(`${a.action}: denied by bob`);
    expect(reduce(read, listsRead([a, b, c]), 0).announcement.text).toContain('2 new requests');
  });
});

const link = (state: PageState, at: PageState['link']['at'], now: number) =>
  reduce(state, { type: 'link.changed', at, now }, 0);

describe('the link', () => {
  it('remembers since when nothing answers, over every try, until something does', () => {
    const live = link(signedIn, 'live', 1);
    const lost = link(link(link(live, 'connecting', 100), 'unreachable', 200), 'unreachable', 300);
    expect(lost.link).toEqual({ at: 'unreachable', lostAt: 100 });
    expect(link(lost, 'live', 400).link).toEqual({ at: 'live', lostAt: null });
  });
});
