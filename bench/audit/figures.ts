/** From what the processes told to figures. */
import { type Figure, ratioTo, spreadOf } from '../report/figure.ts';
import type { Killed } from './kills.ts';
import type { Bursts, Evenly } from './messages.ts';

/** One repeat. */
export interface Round {
  readonly bursts: Bursts;
  readonly evenly: Evenly;
}

const BARE = 'a bare file';

interface Row extends Pick<Figure, 'name' | 'unit' | 'better' | 'goal'> {
  readonly of: (round: Round) => number;
  /** What it is divided by, and its name. */
  readonly by: (round: Round) => number;
  readonly to: string;
}

const MORE = { unit: 'per second', better: 'more' } as const;

const ROWS: readonly Row[] = [
  {
    name: 'burst of 50,000 lines, on disk: lines a second',
    ...MORE,
    of: ({ bursts }) => bursts.burst.log,
    by: ({ bursts }) => bursts.burst.bare,
    to: BARE,
    goal: { of: 'value', bound: 100_000 },
  },
  {
    name: 'burst of 50,000 lines, in memory: lines a second',
    ...MORE,
    of: ({ bursts }) => bursts.burst.memory,
    by: ({ bursts }) => bursts.burst.bare,
    to: BARE,
  },
  {
    name: '64 writers, each waits for its line: lines a second',
    ...MORE,
    of: ({ bursts }) => bursts.awaited.log,
    by: ({ bursts }) => bursts.awaited.bare,
    to: BARE,
  },
  {
    name: 'one line after the other: append → on disk, p50',
    unit: 'ms',
    better: 'less',
    of: ({ bursts }) => bursts.alone.log,
    by: ({ bursts }) => bursts.alone.bare,
    to: BARE,
  },
  ...(['p50', 'p99'] as const).map(
    (quantile): Row => ({
      name: `10,000 lines a second: append → on disk, ${quantile}`,
      unit: 'ms',
      better: 'less',
      of: ({ evenly }) => evenly.log[quantile],
      by: ({ evenly }) => evenly.bare[quantile],
      to: BARE,
      ...(quantile === 'p99' ? { goal: { of: 'value', bound: 5 } } : {}),
    }),
  ),
  {
    name: '10,000 lines a second: longest stall of the event loop',
    unit: 'ms',
    better: 'less',
    of: ({ evenly }) => evenly.log.stall,
    by: ({ evenly }) => evenly.none.stall,
    to: 'no log',
    goal: { of: 'value', bound: 10 },
  },
];

export const figuresOf = (rounds: readonly Round[], { lost }: Killed): Figure[] => [
  ...ROWS.map((row) => figureOf(row, rounds)),
  {
    name: 'killed while writing: acknowledged lines that are lost',
    unit: 'count',
    better: 'less',
    value: spreadOf([lost]),
    goal: { of: 'value', bound: 0 },
  },
];

function figureOf({ of, by, to, ...words }: Row, rounds: readonly Round[]): Figure {
  const values = rounds.map(of);
  return { ...words, value: spreadOf(values), ratio: ratioTo(to, values, rounds.map(by)) };
}
