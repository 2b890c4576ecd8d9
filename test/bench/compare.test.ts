import { describe, expect, it } from 'vitest';
import { compare, comparisonText, isCertain } from '../../bench/report/compare.ts';
import { count, figure, ratioed, run } from './figures.ts';

const worseOf = (before: Parameters<typeof run>[0], now: Parameters<typeof run>[0]) =>
  compare(run(before), run(now)).worse;

describe('two runs', () => {
  it('are compared by ratios, whatever the times are', () => {
    const before = ratioed(2, 1.9, 2.1, { value: { median: 90, low: 80, high: 95 } });
    const now = ratioed(2.1, 2, 2.2, { value: { median: 900, low: 800, high: 950 } });
    expect(compare(run([before]), run([now]))).toMatchObject({ compared: 1, worse: [] });
  });

  it('name a ratio that got worse by more than 20 %', () => {
    expect(worseOf([ratioed(2)], [ratioed(2.4)])).toEqual([]);
    expect(worseOf([ratioed(2)], [ratioed(2.5)])).toMatchObject([
      { figure: 'waiting: memory, 10,000 waiting: decision → result, p50', worseBy: 0.25 },
    ]);
  });

  it('take less for worse where more is better', () => {
    const burst = { name: 'burst', better: 'more' } as const;
    const [before, less, more] = [0.3, 0.2, 0.6].map((ratio) =>
      ratioed(ratio, ratio, ratio, burst),
    );
    if (!before || !less || !more) throw new Error('three were made');
    expect(worseOf([before], [less])).toMatchObject([{ before: '0.3 × raw', now: '0.2 × raw' }]);
    expect(worseOf([before], [less])[0]?.worseBy).toBeCloseTo(1 / 3);
    expect(worseOf([before], [more])).toEqual([]);
  });

  it('say that it may be chance where the spreads overlap, and only there', () => {
    const [apart] = worseOf([ratioed(2, 1.9, 2.2)], [ratioed(3, 2.3, 3.3)]);
    const [touching] = worseOf([ratioed(2, 1.9, 2.3)], [ratioed(3, 2.3, 3.3)]);
    expect(apart && isCertain(apart)).toBe(true);
    expect(touching && isCertain(touching)).toBe(false);
  });

  it('do not compare what has no ratio, or one to something else', () => {
    const other = figure({ ratio: { to: 'fdatasync', median: 9, low: 9, high: 9 } });
    expect(compare(run([figure()]), run([figure()]))).toMatchObject({ compared: 0, gone: [] });
    expect(compare(run([ratioed(2)]), run([other]))).toMatchObject({ compared: 0, worse: [] });
  });

  it('do not compare with nothing', () => {
    expect(compare(run([ratioed(0)]), run([ratioed(1)]))).toMatchObject({ compared: 0, worse: [] });
  });

  it('must have the same counts', () => {
    expect(compare(run([count(1)]), run([count(1)]))).toMatchObject({ compared: 1, worse: [] });
    expect(worseOf([count(100)], [count(101)])).toMatchObject([{ before: '100', now: '101' }]);
    const better = compare(run([count(101)]), run([count(100)]));
    expect(better).toMatchObject({ worse: [], otherCounts: [{ before: '101', now: '100' }] });
  });

  it('tell which figures are gone and which are new', () => {
    const comparison = compare(run([ratioed(2)]), run([count(1)]));
    expect(comparison.gone).toEqual(['waiting: memory, 10,000 waiting: decision → result, p50']);
    expect(comparison.added).toEqual(['waiting: list requests']);
  });

  it('are compared in the sections that both have', () => {
    const one = run([ratioed(2)]);
    const sections = one.sections.map((section) => ({ ...section, key: 'audit' }));
    const both = { ...one, sections: [...one.sections, ...sections] };
    expect(compare(both, one)).toMatchObject({ compared: 1, gone: [] });
    expect(compare(one, both)).toMatchObject({ compared: 1, added: [] });
  });

  it('are told line by line', () => {
    const before = run([ratioed(2, 1.9, 2.2), count(1), count(7, { name: 'sockets' })]);
    const now = run([ratioed(2.5, 2.1, 2.6), count(2), count(1, { name: 'lists' })]);
    const comparison = compare(before, now);
    expect(comparisonText(comparison, now).split('\n')).toEqual([
      'worse: waiting: memory, 10,000 waiting: decision → result, p50: 2 × raw → 2.5 × raw, by 25 %; the spreads overlap, it may be chance',
      'worse: waiting: list requests: 1 → 2',
      'gone: waiting: sockets',
      'new: waiting: lists',
      '2 figures compared by ratio or count, 2 worse.',
      '',
    ]);
    const quick = comparisonText(comparison, { isQuick: true });
    expect(quick).toContain('not in this quick run: 1 figures\n');
    expect(quick).not.toContain('gone');
  });
});
