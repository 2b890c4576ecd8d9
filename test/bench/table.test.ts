import { describe, expect, it } from 'vitest';
import { markdownTable, plainTable } from '../../bench/report/table.ts';
import { amountOf, goalWords, verdictWords } from '../../bench/report/wording.ts';
import { count, figure, ratioed, spread } from './figures.ts';

const section = (...figures: Parameters<typeof markdownTable>[0]['figures']) => ({
  title: 'Waiting',
  about: 'Some wait.',
  figures,
});

const goal = { of: 'ratio', bound: 2.3 } as const;

describe('a number in a table', () => {
  it.each([
    [163_456, 'per second', '163,000/s'],
    [45.678, 'µs', '45.7 µs'],
    [0.83456, 'KB', '0.835 KB'],
    [10_004, 'count', '10,004'],
  ] as const)('%d %s is %s', (value, unit, words) => {
    expect(amountOf(value, unit)).toBe(words);
  });
});

describe('a goal', () => {
  it('of a ratio is judged by the median of the ratio', () => {
    const kept = ratioed(2.3, 2, 9, { goal });
    expect([goalWords(kept), verdictWords(kept)]).toEqual(['≤ 2.3 × raw', '✓']);
    expect(verdictWords(ratioed(2.4, 1, 9, { goal }))).toBe('missed');
  });

  it('of a value is judged by the value, and more may be better', () => {
    const burst = { better: 'more', unit: 'per second' } as const;
    const wanted = { ...burst, goal: { of: 'value', bound: 100_000 } } as const;
    const missed = figure({ ...wanted, value: spread(99_000) });
    expect([goalWords(missed), verdictWords(missed)]).toEqual(['≥ 100,000/s', 'missed']);
    expect(verdictWords(figure({ ...wanted, value: spread(100_000) }))).toBe('✓');
  });

  it('that asks for a ratio where there is none is missed', () => {
    expect(verdictWords(figure({ goal }))).toBe('missed');
  });
});

describe('a table', () => {
  it('says the yardstick once, where there is one', () => {
    const figures = [ratioed(2.31, 2, 3, { name: 'a | b', goal }), count(1)];
    expect(markdownTable(section(...figures))).toBe(
      [
        '|  | median | spread | × raw | goal |  |',
        '| --- | ---: | ---: | --- | --- | --- |',
        '| a \\| b | 100 µs |  | 2.31 | ≤ 2.3 × raw | missed |',
        '| list requests | 1 |  |  |  |  |',
        '',
      ].join('\n'),
    );
  });

  it('says with each ratio to what it is, where there are several', () => {
    const other = figure({ ratio: { to: 'fdatasync', ...spread(1.25) } });
    const table = markdownTable(section(ratioed(2), other));
    expect(table).toContain('| ratio |');
    expect(table).toContain('| 2 × raw |');
    expect(table).toContain('| 1.25 × fdatasync |');
  });

  it('stands in columns in a terminal', () => {
    const wide = figure({ name: 'a long name', value: spread(1_234, 1_000, 2_000) });
    expect(plainTable(section(wide, figure({ name: 'short' })))).toBe(
      [
        'Waiting',
        '               median       spread  ratio  goal',
        'a long name  1,230 µs  1,000–2,000',
        'short          100 µs',
        '',
      ].join('\n'),
    );
  });
});
