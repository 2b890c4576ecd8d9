import { describe, expect, it } from 'vitest';
import { situationAt, situationOf } from '../../src/inspect/page/model/situation.ts';
import {
  at,
  indexOf,
  lastOf,
  live,
  noTimeline,
  playDelayMs,
  type Timeline,
  timelineOf,
  withEntries,
} from '../../src/inspect/page/model/timeline.ts';
import type { Entry } from '../../src/inspect/wire.ts';
import { withParents } from '../../src/page/chart/lighting.ts';
import { aLife, aRow, theGrant } from '../support/view-messages.ts';

const history = (entries: readonly Entry[], before: Timeline = noTimeline): Timeline =>
  timelineOf({ type: 'history', actor: 'a', entries: [...entries], forgotten: 0 }, before);

describe('the timeline', () => {
  const life = aLife(0);
  const told = history(life);

  it('follows what happens until the reader goes back', () => {
    expect(indexOf(told)).toBe(life.length - 1);
    const more = withEntries(told, theGrant(0));
    expect(more && indexOf(more)).toBe(life.length + 2);
    const back = at(told, 3);
    const later = withEntries(back, theGrant(0));
    expect(later && indexOf(later)).toBe(3);
    expect(later && lastOf(later)).toBe(life.length + 2);
    expect(later && indexOf(live(later))).toBe(life.length + 2);
  });

  it('is live again at its end, and begins at its beginning', () => {
    expect(at(told, life.length - 1).position).toBeNull();
    expect(at(told, 99).position).toBeNull();
    expect(at(told, -5).position).toBe(0);
  });

  it('takes nothing twice', () => {
    expect(withEntries(told, life.slice(-3))).toBe(told);
    const overlapping = withEntries(told, [...life.slice(-1), ...theGrant(0)]);
    expect(overlapping?.entries?.map(({ n }) => n)).toEqual(
      Array.from({ length: life.length + 3 }, (_, index) => index + 1),
    );
  });

  it('notices that entries are missing', () => {
    expect(withEntries(told, theGrant(0).slice(1))).toBeNull();
  });

  it('waits for its history before it takes more', () => {
    expect(withEntries(noTimeline, theGrant(0))).toBe(noTimeline);
    const begun = withEntries(history([]), life);
    expect(begun?.entries).toEqual(life);
  });

  it('keeps the reader where he was when it is told again, with older entries forgotten', () => {
    const back = at(told, 5);
    expect(history(life.slice(2), back).position).toBe(3);
    expect(history(life.slice(8), back).position).toBeNull();
    expect(history(life, told).position).toBeNull();
  });

  it('is played neither hectically nor slowly', () => {
    expect(playDelayMs(at(told, 0))).toBe(180);
    const index = life.findIndex(({ label }) => label === 'channel.lost');
    expect(playDelayMs(at(told, index - 1))).toBe(1_200);
    expect(playDelayMs(noTimeline)).toBe(180);
  });
});

describe('the situation at an entry', () => {
  const life = [...aLife(0), ...theGrant(0)];
  const indexOfLabel = (label: string): number => life.findIndex((entry) => entry.label === label);

  it('is where the actor was, by which arrow, and which way', () => {
    const { current, taken, visited, way } = situationAt(life, indexOfLabel('channel.lost'));
    expect(current).toBe('fallbackPolling');
    expect(taken).toEqual({ from: 'awaitingWS', transition: 'awaitingWS:channel.lost:0' });
    expect([...visited]).toEqual(['rbacCheck', 'submitting', 'awaitingWS', 'fallbackPolling']);
    expect(way).toHaveLength(3);
  });

  const running = (label: string): string[] => [...situationAt(life, indexOfLabel(label)).running];

  it('knows which services ran then', () => {
    expect(running('began')).toEqual([]);
    expect(running('permission began')).toEqual(['permission']);
    expect(running('submission began')).toEqual(['submission']);
    expect(running('requested')).toEqual(['liveDecision']);
    expect(running('fallback')).toEqual(['polledDecision']);
    expect(running('done')).toEqual([]);
  });

  it('knows since which entry its arrow is lit: a record that follows takes none', () => {
    const index = indexOfLabel('channel.lost');
    expect(situationAt(life, index).takenAt).toBe(life[index]?.n);
    expect(situationAt(life, indexOfLabel('fallback')).takenAt).toBe(life[index]?.n);
    expect(situationAt(life, 0).takenAt).toBe(0);
  });

  it('has the context that was told last', () => {
    const context = { approvalId: 'then' };
    const entries = life.map((entry, index) => (index === 3 ? { ...entry, context } : entry));
    expect(situationAt(entries, 4).context).toEqual(context);
    expect(situationAt(entries, 8).context).not.toEqual(context);
  });

  it('lights no arrow for a way that nobody saw', () => {
    const { n = 0 } = life.at(-1) ?? {};
    const unseen: Entry = {
      n: n + 1,
      at: 9,
      kind: 'transition',
      label: 'not seen',
      from: 'awaitingWS',
      state: 'denied',
    };
    expect(situationAt([...life, unseen], life.length)).toMatchObject({
      current: 'denied',
      taken: undefined,
      takenAt: n + 1,
    });
  });

  it('is taken from the row before the history has come', () => {
    expect(situationOf(aRow())).toMatchObject({
      current: 'awaitingWS',
      taken: { from: 'submitting', transition: 'submitting:xstate.done.actor.submission:1' },
      takenAt: -1,
    });
    expect(situationOf(aRow({ from: undefined, state: undefined }))).toMatchObject({
      current: undefined,
      taken: undefined,
      way: [],
    });
  });
});

describe('a state inside another', () => {
  it('is in all of them', () => {
    expect(withParents('open.live.deep')).toEqual(['open.live.deep', 'open.live', 'open']);
    expect(withParents('granted')).toEqual(['granted']);
  });
});
