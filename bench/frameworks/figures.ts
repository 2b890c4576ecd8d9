/** From what the processes told to figures: each contestant beside Countersign in the same repeat. */
import { type Figure, ratioTo, spreadOf } from '../report/figure.ts';
import { CONTESTANTS, type ContestantName, contestantNameSchema } from './contestants.ts';
import type { Measured } from './measured.ts';

/** One repeat: every contestant once. */
export type Round = Readonly<Record<ContestantName, Measured>>;

const YARDSTICK = 'countersign';
const OURS: readonly ContestantName[] = [YARDSTICK, 'countersignJournal'];
/** What one approval may cost, µs. */
const CPU_GOAL = { of: 'value', bound: 700 } as const;

interface Quantity {
  readonly words: string;
  readonly unit: Figure['unit'];
  readonly of: (measured: Measured) => number;
  /** Where next to nothing is left a ratio says nothing. */
  readonly isCompared: boolean;
}

const CPU: Quantity = {
  words: 'CPU per approval, whole life',
  unit: 'µs',
  of: ({ cpuMicros }) => cpuMicros,
  isCompared: true,
};

const QUANTITIES: readonly Quantity[] = [
  CPU,
  {
    words: 'decision → result, p50',
    unit: 'µs',
    of: ({ resumeP50Micros }) => resumeP50Micros,
    isCompared: true,
  },
  {
    words: 'decision → result, p99',
    unit: 'µs',
    of: ({ resumeP99Micros }) => resumeP99Micros,
    isCompared: true,
  },
  {
    words: 'memory per waiting approval',
    unit: 'KB',
    of: ({ bytesWaiting }) => bytesWaiting / 1_024,
    isCompared: true,
  },
  {
    words: 'memory kept per ended approval',
    unit: 'KB',
    of: ({ bytesAfter }) => bytesAfter / 1_024,
    isCompared: false,
  },
];

export function figuresOf(rounds: readonly Round[]): Figure[] {
  const each = QUANTITIES.flatMap((quantity) =>
    contestantNameSchema.options.map((name) => figureOf(rounds, quantity, name)),
  );
  return [...each, besideTheCheapest(rounds)];
}

function figureOf(rounds: readonly Round[], quantity: Quantity, name: ContestantName): Figure {
  const { words, unit, of, isCompared } = quantity;
  const values = rounds.map((round) => of(round[name]));
  const yardsticks = rounds.map((round) => of(round[YARDSTICK]));
  const { title } = CONTESTANTS[name];
  return {
    name: `${title}: ${words}`,
    unit,
    better: 'less',
    value: spreadOf(values),
    ...(isCompared && name !== YARDSTICK
      ? { ratio: ratioTo(CONTESTANTS[YARDSTICK].title, values, yardsticks) }
      : {}),
    ...(quantity === CPU && name === YARDSTICK ? { goal: CPU_GOAL } : {}),
  };
}

function besideTheCheapest(rounds: readonly Round[]): Figure {
  const others = contestantNameSchema.options.filter((name) => !OURS.includes(name));
  const cheapest = rounds.map((round) => Math.min(...others.map((name) => CPU.of(round[name]))));
  const values = rounds.map((round) => CPU.of(round[YARDSTICK]));
  return {
    name: `${CONTESTANTS[YARDSTICK].title}: ${CPU.words}, beside the cheapest framework`,
    unit: CPU.unit,
    better: 'less',
    value: spreadOf(values),
    ratio: ratioTo('the cheapest framework', values, cheapest),
    goal: { of: 'ratio', bound: 1 },
  };
}
