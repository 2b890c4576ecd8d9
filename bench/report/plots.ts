/** Which figures become which plot: by their names, all of them here. */
import type { Bar, Chart, Curve, Panel } from './charts.ts';
import type { Figure } from './figure.ts';
import type { Run } from './run.ts';
import { goalWords } from './wording.ts';

/** The order of curves and bars; what is not named here comes after. */
const VARIANTS = ['raw', 'memory', 'disk', 'journal', 'inspect', 'default'];

interface Plot {
  readonly name: string;
  /** Where it stands. */
  readonly section: string;
  /** Another one that belongs to it. */
  readonly also?: string;
  readonly title: string;
  readonly draw: (figures: readonly Figure[]) => Chart['content'] | undefined;
}

const PLOTS: readonly Plot[] = [
  {
    name: 'latency',
    section: 'waiting',
    also: 'hundred-thousand',
    title: 'Decision sent → result known',
    draw: curves({
      // memory, 10,000 waiting: decision → result, p50
      pattern: /^(?<curve>.+), (?<x>[\d,]+) waiting: decision → result, (?<panel>p\d+)$/,
      over: 'approvals waiting',
      unit: 'µs',
    }),
  },
  {
    name: 'heap',
    section: 'waiting',
    title: 'Heap for each of 10,000 waiting approvals',
    // memory, 10,000 waiting: heap per waiting approval
    draw: bars({
      pattern: /^(?<bar>.+), 10,000 waiting: heap per /,
      isOurs: (name) => name !== 'raw',
    }),
  },
  {
    name: 'cpu',
    section: 'frameworks',
    title: 'Processor time of one approval: asked, waited for, answered',
    // LangGraph interrupt, in-memory saver: CPU per approval, whole life
    draw: bars({
      pattern: /^(?<bar>.+): CPU per approval, whole life$/,
      isOurs: (name) => name.startsWith('Countersign'),
    }),
  },
  {
    name: 'frames',
    section: 'platform',
    title: 'Decided on the platform → frame received by each socket',
    draw: curves({
      // decide → frame, 5,000 sockets of one workspace, p99
      pattern: /^decide → frame, (?<x>[\d,]+) sockets? ?(?<curve>.*), (?<panel>p\d+)$/,
      over: 'open sockets',
      unit: 'ms',
    }),
  },
  {
    name: 'import',
    section: 'start-up',
    title: 'Import of each public entry, beyond an empty process',
    // import of countersign/mcp: beyond an empty process
    draw: bars({
      pattern: /^import of (?<bar>\S+): beyond an empty process$/,
      isOurs: () => true,
    }),
  },
];

/** Plots without figures are left out. */
export const chartsOf = ({ sections }: Pick<Run, 'sections'>): Chart[] =>
  PLOTS.flatMap(({ draw, also, ...names }) => {
    const drawn = sections.filter(({ key }) => key === names.section || key === also);
    const content = draw(drawn.flatMap(({ figures }) => figures));
    return content === undefined ? [] : [{ ...names, content }];
  });

interface Found {
  readonly figure: Figure;
  readonly groups: Readonly<Record<string, string | undefined>>;
}

const matching = (figures: readonly Figure[], pattern: RegExp): Found[] =>
  figures.flatMap((figure) => {
    const groups = pattern.exec(figure.name)?.groups;
    return groups === undefined ? [] : [{ figure, groups }];
  });

function curves({ pattern, over, unit }: { pattern: RegExp; over: string; unit: string }) {
  return (figures: readonly Figure[]): Chart['content'] | undefined => {
    const byPanel = Map.groupBy(matching(figures, pattern), ({ groups }) => groups['panel'] ?? '');
    const panels = [...byPanel].map(
      ([title, found]): Panel => ({ title, curves: curvesIn(found) }),
    );
    return panels.length === 0 ? undefined : { kind: 'lines', over, unit, panels };
  };
}

function curvesIn(found: readonly Found[]): Curve[] {
  const byCurve = Map.groupBy(found, ({ groups }) => groups['curve'] ?? '');
  return inOrder([...byCurve].map(([name, each]) => ({ name, points: each.map(pointOf) })));
}

const pointOf = ({ figure, groups }: Found): [number, number] => [
  Number(groups['x']?.replaceAll(',', '')),
  figure.value.median,
];

function bars({ pattern, isOurs }: { pattern: RegExp; isOurs: (name: string) => boolean }) {
  return (figures: readonly Figure[]): Chart['content'] | undefined => {
    const found = matching(figures, pattern);
    const [first] = found;
    if (first === undefined) return undefined;
    const all = found.map(({ figure: { value }, groups: { bar: name = '' } }): Bar => {
      return { name, ...value, isOurs: isOurs(name) };
    });
    return { kind: 'bars', unit: first.figure.unit, bars: inOrder(all), goal: goalIn(found) };
  };
}

/** Of the first that has one: a plot is about one goal. */
function goalIn(found: readonly Found[]) {
  const first = found.find(({ figure: { goal } }) => goal?.of === 'value');
  if (first?.figure.goal === undefined) return undefined;
  const words = `goal of ${first.groups['bar']}: ${goalWords(first.figure)}`;
  return { bound: first.figure.goal.bound, words };
}

function inOrder<Named extends { readonly name: string }>(all: readonly Named[]): Named[] {
  const place = ({ name }: Named): number =>
    (VARIANTS.indexOf(name) + 1 || VARIANTS.length + 1) - 1;
  return all.toSorted((a, b) => place(a) - place(b));
}
