/** From measurements to figures. */
import { type Figure, ratioTo, spreadOf } from '../report/figure.ts';
import type { Case, Variant } from './cases.ts';
import type { Measured } from './measure.ts';

/** What one repeat found, and one fdatasync measured beside it, µs. */
export interface Repeat {
  readonly measured: ReadonlyMap<Variant, Measured>;
  readonly fdatasync: number;
}

interface Quantity {
  readonly what: string;
  readonly unit: Figure['unit'];
  readonly better: Figure['better'];
  readonly of: (measured: Measured) => number;
  /** Whether it says anything beside the raw client's. */
  readonly hasRatio: boolean;
}

const percentile = (sorted: readonly number[], part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;

const ANSWER = 'decision → result';

const QUANTITIES: readonly Quantity[] = [
  time(`${ANSWER}, p50`, (measured) => percentile(measured.latencies, 0.5)),
  time(`${ANSWER}, p99`, (measured) => percentile(measured.latencies, 0.99)),
  {
    what: 'decisions in a burst',
    unit: 'per second',
    better: 'more',
    of: ({ burst }) => burst,
    hasRatio: true,
  },
  time('CPU per approval, until it waits', ({ cpuToAsk }) => cpuToAsk),
  time('CPU per approval, from the decision on', ({ cpuToAnswer }) => cpuToAnswer),
  time('CPU per approval, whole life', wholeLife),
];

const WEIGHTS: readonly Quantity[] = [
  bytes('heap per waiting approval', 'KB', ({ heap }) => heap / 1_000),
  bytes('RSS of the process', 'MB', ({ rss }) => rss / 1_000_000),
];

const COUNTS: readonly Quantity[] = [
  count('sockets opened, warm-up included', ({ counted }) => counted.sockets),
  count('list requests', ({ counted }) => counted.lists),
];

function time(what: string, of: Quantity['of']): Quantity {
  return { what, unit: 'µs', better: 'less', of, hasRatio: true };
}

function bytes(what: string, unit: 'KB' | 'MB', of: Quantity['of']): Quantity {
  return { what, unit, better: 'less', of, hasRatio: false };
}

function count(what: string, of: Quantity['of']): Quantity {
  return { what, unit: 'count', better: 'less', of, hasRatio: false };
}

function wholeLife({ cpuToAsk, cpuToAnswer }: Measured): number {
  return cpuToAsk + cpuToAnswer;
}

type Goal = NonNullable<Figure['goal']>;

const GOALS_AT = 10_000;

/** At 10,000 waiting, if nothing else is said. */
const GOALS: Readonly<Record<string, Goal>> = {
  [`memory, 10,000 waiting: ${ANSWER}, p50`]: { of: 'ratio', bound: 2.3 },
  [`memory, 10,000 waiting: ${ANSWER}, p99`]: { of: 'ratio', bound: 4 },
  'memory, 10,000 waiting: decisions in a burst': { of: 'ratio', bound: 0.22 },
  'disk, 10,000 waiting: decisions in a burst': { of: 'ratio', bound: 0.18 },
  'memory, 10,000 waiting: CPU per approval, whole life': { of: 'value', bound: 700 },
  'disk, 10,000 waiting: heap per waiting approval': { of: 'value', bound: 6 },
  'memory, 100,000 waiting: RSS of the process': { of: 'value', bound: 1_000 },
};

/** Of one number of waiting approvals. */
export function figuresOf({ waiting, variants }: Case, repeats: readonly Repeat[]): Figure[] {
  const figures = variants.flatMap((variant) =>
    quantitiesOf(variant, waiting).map((quantity) =>
      figureOf(nameOf(variant, waiting, quantity.what), variant, quantity, repeats),
    ),
  );
  return [...figures, ...beyondPost(waiting, repeats), ...beyondRaw(waiting, repeats)];
}

/** Few that wait are lost in what the process itself takes. */
const WEIGHED_FROM = 10_000;

const quantitiesOf = (variant: Variant, waiting: number): Quantity[] => [
  ...QUANTITIES,
  ...(waiting < WEIGHED_FROM ? [] : WEIGHTS),
  ...(isOurs(variant) ? COUNTS : []),
];

const isOurs = (variant: Variant): boolean => variant !== 'raw';

const nameOf = (variant: string, waiting: number, what: string): string =>
  `${variant}, ${waiting.toLocaleString('en')} waiting: ${what}`;

function figureOf(
  name: string,
  variant: Variant,
  { unit, better, of, hasRatio }: Quantity,
  repeats: readonly Repeat[],
): Figure {
  const values = valuesOf(variant, of, repeats);
  const goal = GOALS[name];
  return {
    name,
    unit,
    better,
    value: spreadOf(values),
    ...(hasRatio && variant !== 'raw'
      ? { ratio: ratioTo('raw', values, valuesOf('raw', of, repeats)) }
      : {}),
    ...(goal === undefined ? {} : { goal }),
  };
}

const valuesOf = (variant: Variant, of: Quantity['of'], repeats: readonly Repeat[]): number[] =>
  repeats.flatMap(({ measured }) => {
    const found = measured.get(variant);
    return found === undefined ? [] : [of(found)];
  });

/** What is ours of an approval's processor time: the POST through ky is left out. */
function beyondPost(waiting: number, repeats: readonly Repeat[]): Figure[] {
  const posts = valuesOf('raw with ky', ({ cpuToAsk }) => cpuToAsk, repeats);
  if (posts.length === 0) return [];
  const whole = valuesOf('memory', wholeLife, repeats);
  return [
    {
      name: 'the POST through ky: CPU of one',
      unit: 'µs',
      better: 'less',
      value: spreadOf(posts),
      ratio: ratioTo(
        'the POST of raw',
        posts,
        valuesOf('raw', ({ cpuToAsk }) => cpuToAsk, repeats),
      ),
    },
    {
      name: nameOf('memory', waiting, 'CPU per approval beyond its POST'),
      unit: 'µs',
      better: 'less',
      value: spreadOf(whole.map((value, index) => value - (posts[index] ?? Number.NaN))),
      goal: { of: 'value', bound: 170 },
    },
  ];
}

const median = ({ latencies }: Measured): number => percentile(latencies, 0.5);

/** What the audit on disk adds to the raw client's answer, as a number of syncs. */
function beyondRaw(waiting: number, repeats: readonly Repeat[]): Figure[] {
  const disk = valuesOf('disk', median, repeats);
  if (disk.length === 0) return [];
  const raw = valuesOf('raw', median, repeats);
  const syncs = repeats.map(({ fdatasync }) => fdatasync);
  const more = disk.map((value, index) => value - (raw[index] ?? Number.NaN));
  return [
    {
      name: nameOf('disk', waiting, `${ANSWER}, p50, beyond raw`),
      unit: 'µs',
      better: 'less',
      value: spreadOf(more),
      ratio: ratioTo('one fdatasync', more, syncs),
      ...(waiting === GOALS_AT ? { goal: { of: 'ratio', bound: 1.5 } as const } : {}),
    },
  ];
}
