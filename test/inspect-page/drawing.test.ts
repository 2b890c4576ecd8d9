import { describe, expect, it } from 'vitest';
import { childrenOf, leafText, summaryOfValue } from '../../src/inspect/page/model/json.ts';
import { scaleOf, zoomed } from '../../src/inspect/page/model/scale.ts';
import { scrollFor, sliceOf } from '../../src/inspect/page/model/slice.ts';
import {
  ageText,
  durationText,
  exactTimeText,
  moveOf,
  nameOf,
  offsetText,
  timeText,
} from '../../src/inspect/page/model/words.ts';
import { resolved, withoutMedia } from '../../src/page/chart/resolved-css.ts';
import { aRow } from '../support/view-messages.ts';

describe('a long list', () => {
  it('draws what can be seen and a little more', () => {
    expect(sliceOf(10_000, 40, 0, 400)).toEqual({ from: 0, to: 16 });
    expect(sliceOf(10_000, 40, 4_000, 400)).toEqual({ from: 94, to: 116 });
    expect(sliceOf(10_000, 40, 399_600, 400)).toEqual({ from: 9_984, to: 10_000 });
    expect(sliceOf(3, 40, 4_000, 400)).toEqual({ from: 3, to: 3 });
    expect(sliceOf(0, 40, 0, 400)).toEqual({ from: 0, to: 0 });
  });

  it('scrolls as little as it must', () => {
    expect(scrollFor(5, 40, 0, 400)).toBe(0);
    expect(scrollFor(10, 40, 0, 400)).toBe(40);
    expect(scrollFor(2, 40, 400, 400)).toBe(80);
  });
});

describe('the size of the chart', () => {
  const chart = { width: 1_000, height: 500 };

  it('fills its pane, stays legible, and does not grow without end', () => {
    expect(scaleOf('auto', { width: 800, height: 500 }, chart)).toBe(0.8);
    expect(scaleOf('auto', { width: 300, height: 500 }, chart)).toBe(0.56);
    expect(scaleOf('whole', { width: 300, height: 500 }, chart)).toBe(0.3);
    expect(scaleOf('auto', { width: 9_000, height: 9_000 }, chart)).toBe(1.4);
    expect(scaleOf(2, { width: 300, height: 500 }, chart)).toBe(2);
  });

  it('grows and shrinks in steps, between two ends', () => {
    expect(zoomed(1, 1)).toBe(1.25);
    expect(zoomed(1.25, -1)).toBe(1);
    expect(zoomed(2.4, 1)).toBe(2.5);
    expect(zoomed(0.26, -1)).toBe(0.25);
  });
});

describe('times', () => {
  it.each([
    [0, '0 ms'],
    [850, '850 ms'],
    [42_999, '42 s'],
    [247_000, '4m 07s'],
    [3_900_000, '1h 05m'],
    [187_200_000, '2d 04h'],
  ])('%i ms is written as %s', (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });

  it('are counted from the first entry', () => {
    expect(offsetText(142)).toBe('+0.142');
    expect(offsetText(75_000)).toBe('+1:15');
    expect(offsetText(3_907_000)).toBe('+1:05:07');
    expect(offsetText(100 * 3_600_000)).toBe('+4d 04h');
  });

  it.each([9e15, -9e15, Number.MAX_SAFE_INTEGER, Number.NaN, Number.POSITIVE_INFINITY])(
    'that no date has, as %d, are called so, and stop nothing',
    (at) => {
      expect([timeText(at), exactTimeText(at)]).toEqual(['no time', 'no time']);
      for (const text of [offsetText, durationText, ageText]) expect(text(at)).not.toBe('');
    },
  );

  it('are shown to the last instant that there is', () => {
    expect(timeText(8.64e15)).toMatch(/^\d\d:\d\d:\d\d$/);
    expect(exactTimeText(8.64e15)).toMatch(/^\d\d:\d\d:\d\d\.000$/);
  });
});

describe('names', () => {
  it('are those of the agent, with every character to be seen', () => {
    expect(nameOf(aRow({ action: 'pay\u202Egpj.exe' }))).toBe('pay⟦U+202E⟧gpj.exe');
    expect(nameOf(aRow({ action: undefined, machine: 'channel' }))).toBe('the channel');
    expect(moveOf({ kind: 'transition', state: 'granted' })).toBe('→ granted');
    expect(moveOf({ kind: 'audit', state: 'granted' })).toBe('');
  });
});

describe('JSON', () => {
  it('is a tree of what holds something', () => {
    expect(childrenOf({ a: 1, b: [2] })).toEqual([
      ['a', 1],
      ['b', [2]],
    ]);
    expect(childrenOf([])).toBeNull();
    expect(childrenOf('text')).toBeNull();
    expect(summaryOfValue([1, 2])).toBe('[2]');
    expect(summaryOfValue({ a: 1 })).toBe('{1}');
  });

  it('shows every character of a text, and says how many it does not show', () => {
    expect(leafText('a\u200Bb\n"')).toBe('"a⟦U+200B⟧b\\n\\""');
    expect(leafText('x'.repeat(700))).toBe(`"${'x'.repeat(600)}" and 100 characters more`);
    expect(leafText(null)).toBe('null');
    expect(leafText({})).toBe('{}');
  });
});

describe('the style of a saved chart', () => {
  const css = `
.chart { --ink: var(--chart-ink, #111); fill: var(--ink); }
@media (prefers-color-scheme: dark) {
  .chart { --ink: #eee; }
  .x { y: z; }
}
.chart text { fill: var(--ink); stroke: var(--none, rebeccapurple); }`;

  it('needs no properties that are set elsewhere, and follows no scheme', () => {
    const saved = resolved(withoutMedia(css), (name) => (name === '--ink' ? '#222' : ''));
    expect(saved.replace(/\s+/g, ' ').trim()).toBe(
      '.chart { --ink: #111; fill: #222; } .chart text { fill: #222; stroke: rebeccapurple; }',
    );
  });
});
