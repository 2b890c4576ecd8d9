import { describe, expect, it } from 'vitest';
import type { Approval } from '../../src/platform/page/model/approval.ts';
import { hindranceOf, settled } from '../../src/platform/page/model/deciding.ts';
import { type Attempt, initialState, type PageState } from '../../src/platform/page/model/state.ts';
import { endText, sayingOf } from '../../src/platform/page/model/words.ts';
import { anApproval, asMap } from '../support/page-approval.ts';

const approval = anApproval({ id: 'one', expiresAt: 50_000, createdAt: 0 });
const moment = { serverNow: 10_000, uptime: 10_000 };

const stateWith = (over: Partial<PageState> = {}): PageState => ({
  ...initialState,
  approvals: asMap(approval),
  link: { at: 'live', lostAt: null },
  ...over,
});
const attempted = (attempt: Attempt) => stateWith({ attempts: new Map([['one', attempt]]) });

describe('a decision', () => {
  it('is possible on a request that waits', () => {
    expect(hindranceOf(stateWith(), approval, 'approved', moment)).toBeNull();
  });

  it.each<[string, PageState, Approval, string]>([
    ['has ended', stateWith(), { ...approval, outcome: 'withdrawn' }, 'ended'],
    ['is being decided', attempted({ verdict: 'denied', at: 'sending' }), approval, 'sending'],
    [
      'may be decided already',
      attempted({ verdict: 'denied', at: 'unknown', why: '' }),
      approval,
      'uncertain',
    ],
    ['has no time left', stateWith(), { ...approval, expiresAt: 10_000 }, 'timeIsUp'],
    [
      'is out of reach',
      stateWith({ link: { at: 'unreachable', lostAt: 1 } }),
      approval,
      'unreachable',
    ],
    ['has just come up', stateWith({ armedAt: 10_001 }), approval, 'settling'],
  ])('is not possible on a request that %s', (_, state, subject, hindrance) => {
    expect(hindranceOf(state, subject, 'approved', moment)).toBe(hindrance);
    expect(hindranceOf(state, subject, 'denied', moment)).toBe(hindrance);
  });

  it('is possible again after one that is known not to be stored', () => {
    const state = attempted({ verdict: 'approved', at: 'notStored' });
    expect(hindranceOf(state, approval, 'approved', moment)).toBeNull();
  });

  it('F36 cannot approve what was not shown, but can deny it', () => {
    const long = { ...approval, reason: 'x'.repeat(5_000) };
    expect(hindranceOf(stateWith(), long, 'approved', moment)).toBe('unseen');
    expect(hindranceOf(stateWith(), long, 'denied', moment)).toBeNull();
    const opened = stateWith({ opened: new Set(['reason']) });
    expect(hindranceOf(opened, long, 'approved', moment)).toBeNull();
  });
});

describe('a click whose answer was lost', () => {
  const attempt: Attempt = { verdict: 'approved', at: 'unknown', why: '' };

  it.each<[string, Partial<Approval>, Attempt['at']]>([
    ['still waits', {}, 'notStored'],
    ['is granted by me', { outcome: 'granted', decidedBy: 'ann' }, 'stored'],
    ['is granted by another', { outcome: 'granted', decidedBy: 'bob' }, 'late'],
    ['is denied by me, in another window', { outcome: 'denied', decidedBy: 'ann' }, 'late'],
    ['was withdrawn', { outcome: 'withdrawn', decidedBy: 'withdrawn: x' }, 'late'],
  ])('is settled by what is stored: the request %s', (_, over, at) => {
    expect(settled(attempt, { ...approval, ...over }, 'ann').at).toBe(at);
  });
});

describe('what is said of an end', () => {
  it.each<[Partial<Approval>, string]>([
    [{ outcome: 'granted', decidedBy: 'Ann' }, 'granted by Ann'],
    [{ outcome: 'granted', decidedBy: null }, 'granted'],
    [{ outcome: 'denied', decidedBy: 'Ann' }, 'denied by Ann'],
    [{ outcome: 'timeout', decidedBy: 'auto-expired' }, 'nobody answered'],
    [{ outcome: 'withdrawn', decidedBy: 'withdrawn: stop' }, 'withdrawn by its asker'],
    [{ outcome: 'denied', decidedBy: 'A\u202Enn' }, 'denied by A⟦U+202E⟧nn'],
  ])('names nobody who did nothing: %o', (over, text) => {
    expect(endText({ ...approval, ...over })).toBe(text);
  });

  it('F60 never says approved before it is stored', () => {
    for (const at of ['sending', 'stored', 'notStored', 'late'] as const) {
      const said = sayingOf(approval, { verdict: 'approved', at });
      expect(said?.tone).not.toBe('good');
      expect(said?.headline).not.toMatch(/granted|approved/i);
    }
  });

  it('says that somebody was quicker, and what is stored', () => {
    const stored: Approval = { ...approval, outcome: 'denied', decidedBy: 'Bob' };
    expect(sayingOf(stored, { verdict: 'approved', at: 'late' })).toEqual({
      tone: 'bad',
      headline: 'Denied by Bob',
      detail: 'Somebody was quicker. Your approval was not stored; this is what is.',
    });
  });

  it('does not call a timeout or a withdrawal somebody quicker', () => {
    for (const outcome of ['timeout', 'withdrawn'] as const) {
      const said = sayingOf({ ...approval, outcome }, { verdict: 'denied', at: 'late' });
      expect(said?.detail).toMatch(/before your denial arrived/);
    }
  });
});
