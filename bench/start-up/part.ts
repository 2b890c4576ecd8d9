/** How long a process takes until it can ask, and what it holds then. */
import { type Figure, type Part, ratioTo, spreadOf } from '../report/figure.ts';
import { buildWhereOutdated } from './built.ts';
import { runCommand, type Start, startWith } from './fresh-process.ts';

const ENTRIES = [
  'countersign',
  'countersign/machine',
  'countersign/platform',
  'countersign/testing',
  'countersign/inspect',
  'countersign/langchain',
  'countersign/mcp',
] as const;

const MOST_BEYOND_EMPTY_MS = 60;
const REPEATS = 7;
const QUICK_REPEATS = 3;
const YARDSTICK = 'a process that imports xstate alone';
const MB = 2 ** 20;

/** What one round measured: everything once, in turn. */
interface Round {
  readonly empty: Start;
  readonly xstate: Start;
  readonly entries: Readonly<Record<string, Start>>;
  readonly helpMs: number;
}

export const startUp: Part = ({ isQuick, say }) => {
  buildWhereOutdated(say);
  // The first of each reads its files from the disk.
  measureAll();
  const rounds = Array.from({ length: isQuick ? QUICK_REPEATS : REPEATS }, (_, index) => {
    say(`start-up: round ${index + 1}`);
    return measureAll();
  });
  return Promise.resolve({
    title: 'Start-up',
    about:
      'Fresh processes, one after another, with the built package: each imports one public entry and ' +
      'then says how long that took since it began, and what it holds after a collection of garbage. ' +
      `Beside them a process that imports nothing, and the yardstick: ${YARDSTICK}.`,
    figures: [...ENTRIES.flatMap((entry) => figuresOf(entry, rounds)), figureOfHelp(rounds)],
  });
};

function measureAll(): Round {
  const empty = startWith(undefined);
  const xstate = startWith('xstate');
  const entries = Object.fromEntries(ENTRIES.map((entry) => [entry, startWith(entry)]));
  return { empty, xstate, entries, helpMs: runCommand('request', '--help') };
}

function figuresOf(entry: (typeof ENTRIES)[number], rounds: readonly Round[]): Figure[] {
  const all = (read: (start: Start) => number) =>
    rounds
      .flatMap(({ entries }) => Object.entries(entries))
      .filter(([name]) => name === entry)
      .map(([, start]) => read(start));
  const figure = (what: string, unit: Figure['unit'], read: (start: Start) => number): Figure => ({
    name: `import of ${entry}: ${what}`,
    unit,
    better: 'less',
    value: spreadOf(all(read)),
    ratio: ratioTo(
      YARDSTICK,
      all(read),
      rounds.map(({ xstate }) => read(xstate)),
    ),
  });
  const imported = all(({ importedMs }) => importedMs);
  const beyond = imported.map((ms, index) => ms - (rounds[index]?.empty.importedMs ?? Number.NaN));
  return [
    figure('process until then', 'ms', ({ importedMs }) => importedMs),
    {
      name: `import of ${entry}: beyond an empty process`,
      unit: 'ms',
      better: 'less',
      value: spreadOf(beyond),
      ...(entry === 'countersign' ? { goal: { of: 'value', bound: MOST_BEYOND_EMPTY_MS } } : {}),
    },
    figure('RSS', 'MB', ({ rss }) => rss / MB),
    figure('heap', 'MB', ({ heap }) => heap / MB),
  ];
}

const figureOfHelp = (rounds: readonly Round[]): Figure => {
  const all = rounds.map(({ helpMs }) => helpMs);
  const yardsticks = rounds.map(({ xstate }) => xstate.wholeMs);
  return {
    name: 'countersign request --help: whole process',
    unit: 'ms',
    better: 'less',
    value: spreadOf(all),
    ratio: ratioTo(YARDSTICK, all, yardsticks),
  };
};
