/** Figures and runs for the tests of the benchmark's own code. */
import type { Figure } from '../../bench/report/figure.ts';
import type { Run } from '../../bench/report/run.ts';

export const spread = (median: number, low = median, high = median) => ({ median, low, high });

export const figure = (fields: Partial<Figure> = {}): Figure => ({
  name: 'memory, 10,000 waiting: decision → result, p50',
  unit: 'µs',
  better: 'less',
  value: spread(100),
  ...fields,
});

/** A figure of which only the ratio to the raw client matters. */
export const ratioed = (median: number, low = median, high = median, fields = {}): Figure =>
  figure({ ratio: { to: 'raw', ...spread(median, low, high) }, ...fields });

export const count = (median: number, fields: Partial<Figure> = {}): Figure =>
  figure({ name: 'list requests', unit: 'count', value: spread(median), ...fields });

const machine = {
  cpu: 'A processor',
  cores: 2,
  memoryGiB: 8,
  os: 'Linux 6.1',
  node: '24.0.0',
  fileSystem: 'ext4',
  fdatasyncMicros: 250,
  at: '2026-11-23T04:36:58.652Z',
  load: 0.25,
  commit: 'abc1234',
  isClean: true,
};

export const run = (figures: readonly Figure[], fields: Partial<Run> = {}): Run => ({
  machine,
  isQuick: false,
  seconds: 300,
  sections: [{ key: 'waiting', title: 'Waiting', about: 'Some wait.', figures: [...figures] }],
  failed: [],
  ...fields,
});
