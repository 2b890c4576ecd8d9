/** What the benchmark makes of what its processes tell. */
import { describe, expect, it } from 'vitest';
import { inBatches, inProcess } from '../../bench/frameworks/contestant.ts';
import { figuresOf, type Round } from '../../bench/frameworks/figures.ts';
import type { Measured } from '../../bench/frameworks/measured.ts';
import { figureSchema } from '../../bench/report/figure.ts';

const measured = (cpuMicros: number): Measured => ({
  cpuMicros,
  resumeP50Micros: 10,
  resumeP99Micros: 20,
  bytesWaiting: 2_048,
  bytesAfter: 0,
});

const round = (ours: number, theirs: number): Round => ({
  countersign: measured(ours),
  countersignJournal: measured(ours),
  langGraph: measured(theirs),
  openAiAgents: measured(theirs * 2),
  openAiAgentsSerialised: measured(theirs * 3),
  aiSdk: measured(theirs * 4),
});

describe('the figures of the frameworks', () => {
  const figures = figuresOf([round(100, 200), round(200, 200), round(400, 1_200)]);
  const named = (name: string) => figures.find((figure) => figure.name === name);

  it('compare each contestant with Countersign of the same repeat', () => {
    expect(named('LangGraph interrupt, in-memory saver: CPU per approval, whole life')).toEqual({
      name: 'LangGraph interrupt, in-memory saver: CPU per approval, whole life',
      unit: 'µs',
      better: 'less',
      value: { median: 200, low: 200, high: 1_200 },
      ratio: { to: 'Countersign', median: 2, low: 1, high: 3 },
    });
  });

  it('want Countersign to cost less than the cheapest of the others', () => {
    const cheapest = named(
      'Countersign: CPU per approval, whole life, beside the cheapest framework',
    );
    expect(cheapest?.ratio).toEqual({
      to: 'the cheapest framework',
      median: 0.5,
      low: 1 / 3,
      high: 1,
    });
    expect(cheapest?.goal).toEqual({ of: 'ratio', bound: 1 });
  });

  it('have the shape of every report, and no name twice', () => {
    for (const figure of figures) expect(figureSchema.parse(figure)).toEqual(figure);
    expect(new Set(figures.map(({ name }) => name)).size).toBe(figures.length);
  });
});

describe('a contestant without a network', () => {
  it('has all wait before the first is decided, and never gives an index twice', async () => {
    const steps: string[] = [];
    const contestant = inProcess<number>({
      ask: (index) => Promise.resolve(index).finally(() => steps.push(`ask ${index}`)),
      approve: (index) => Promise.resolve(true).finally(() => steps.push(`approve ${index}`)),
    });
    for (const count of [2, 1]) {
      const waiting = await contestant.reach(count);
      expect(await waiting.decideAll()).toHaveLength(count);
    }
    expect(steps).toEqual(['ask 0', 'ask 1', 'approve 0', 'approve 1', 'ask 2', 'approve 2']);
  });

  it('fails where a result is no yes', async () => {
    const contestant = inProcess<number>({
      ask: (index) => Promise.resolve(index),
      approve: (index) => Promise.resolve(index !== 1),
    });
    const waiting = await contestant.reach(2);
    await expect(waiting.decideAll()).rejects.toThrow('approval 1 was answered with no yes');
  });

  it('asks in batches, each index once and in order', async () => {
    expect(await inBatches(130, (index) => Promise.resolve(index))).toEqual([...Array(130).keys()]);
  });
});
