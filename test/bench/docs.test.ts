import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { plotsOf, withFigures } from '../../bench/report/docs.ts';
import { chartsOf } from '../../bench/report/plots.ts';
import { COMMITTED, readRun } from '../../bench/report/run.ts';
import { figure, run, spread } from './figures.ts';

const DOCS = join(import.meta.dirname, '../../docs');
const page = (): string => readFileSync(join(DOCS, 'performance.md'), 'utf8');

const latency = (waiting: string, median: number) =>
  figure({ name: `memory, ${waiting} waiting: decision → result, p50`, value: spread(median) });

const heap = figure({
  name: 'memory, 10,000 waiting: heap per waiting approval',
  unit: 'KB',
  value: spread(4.9, 4.5, 5.5),
  goal: { of: 'value', bound: 6 },
});

describe('the plots', () => {
  it('are those for which there are figures', () => {
    expect(chartsOf(run([]))).toEqual([]);
    expect(chartsOf(run([heap])).map(({ name }) => name)).toEqual(['heap']);
  });

  it('have a curve over the numbers in the names', () => {
    const [chart] = chartsOf(run([latency('1', 90), latency('10,000', 100)]));
    const points = [
      [1, 90],
      [10_000, 100],
    ];
    expect(chart?.content).toMatchObject({
      panels: [{ title: 'p50', curves: [{ name: 'memory', points }] }],
    });
  });

  it('are the same text each time, with words that can be read out', () => {
    const both = run([heap, latency('1', 90), latency('100', 80)]);
    const drawn = plotsOf(both);
    expect(drawn.size).toBe(4);
    expect(plotsOf(both)).toEqual(drawn);
    const svg = drawn.get('heap-light.svg');
    expect(svg).toContain('<title>Heap for each of 10,000 waiting approvals</title>');
    expect(svg).toContain('goal of memory: ≤ 6 KB</text>');
  });
});

describe('docs/performance.md', () => {
  it('takes a run between its markers, and another one in its place', () => {
    const once = withFigures(page(), run([latency('1', 123)]));
    expect(once).toContain('| memory, 1 waiting: decision → result, p50 | 123 µs |');
    expect(once).toContain('srcset="bench/latency-dark.svg"');
    const again = withFigures(once, run([latency('1', 456)]));
    expect(again).toContain('456 µs');
    expect(again).not.toContain('123 µs');
  });

  it('is refused where it has no markers', () => {
    expect(() => withFigures('# Performance', run([]))).toThrow('<!-- bench:machine -->');
  });

  it.runIf(existsSync(COMMITTED))('shows the committed figures (npm run bench:draw)', () => {
    const committed = readRun(COMMITTED);
    expect(page()).toBe(withFigures(page(), committed));
    for (const [name, svg] of plotsOf(committed))
      expect(readFileSync(join(DOCS, 'bench', name), 'utf8'), name).toBe(svg);
  });
});
