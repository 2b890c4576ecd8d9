/**
 * One run against another by what does not move with the machine: ratios to what was measured beside
 * them, and counts.
 */
import type { Figure, Spread } from './figure.ts';
import type { Run } from './run.ts';
import { numberOf } from './wording.ts';

/** Worse by more than this is named. */
const TOLERANCE = 0.2;

export interface Change {
  /** Section and name. */
  readonly figure: string;
  readonly before: string;
  readonly now: string;
  /** 0.25: a quarter more, or less where more is better. Of counts nothing is said. */
  readonly worseBy: number | undefined;
  /** Their spreads have something in common: it may be chance. */
  readonly overlap: boolean;
}

export interface Comparison {
  /** How many figures could be compared. */
  readonly compared: number;
  readonly worse: readonly Change[];
  /** Counts that are others, and no worse: the committed figures are out of date. */
  readonly otherCounts: readonly Change[];
  /** Names that only one of the two has; of sections that both have. */
  readonly gone: readonly string[];
  readonly added: readonly string[];
}

export function compare(before: Run, now: Run): Comparison {
  const keys = new Set(now.sections.map(({ key }) => key));
  const known = figuresOf(before, keys);
  const found = figuresOf(now, new Set(before.sections.map(({ key }) => key)));
  const pairs = [...known].flatMap(([name, one]) => {
    const other = found.get(name);
    return other === undefined ? [] : [pairOf(name, one, other)];
  });
  const comparable = pairs.filter((pair) => pair !== undefined);
  const changes = comparable.filter((pair) => pair !== 'same');
  return {
    compared: comparable.length,
    worse: changes.filter(({ isWorse }) => isWorse).map(({ change }) => change),
    otherCounts: changes.filter(({ isWorse }) => !isWorse).map(({ change }) => change),
    gone: [...known.keys()].filter((name) => !found.has(name)),
    added: [...found.keys()].filter((name) => !known.has(name)),
  };
}

const figuresOf = ({ sections }: Run, keys: ReadonlySet<string>): Map<string, Figure> =>
  new Map(
    sections
      .filter(({ key }) => keys.has(key))
      .flatMap(({ key, figures }) => figures.map((figure) => [`${key}: ${figure.name}`, figure])),
  );

type Pair = 'same' | { readonly isWorse: boolean; readonly change: Change };

/** `undefined` where nothing can be compared. */
function pairOf(name: string, before: Figure, now: Figure): Pair | undefined {
  if (before.ratio !== undefined && now.ratio?.to === before.ratio.to)
    return ratios(name, before.ratio, now.ratio, now.better);
  return before.unit === 'count' && now.unit === 'count' ? counts(name, before, now) : undefined;
}

function ratios(
  figure: string,
  before: NonNullable<Figure['ratio']>,
  now: Spread,
  better: Figure['better'],
): Pair | undefined {
  const more = now.median / before.median - 1;
  if (!Number.isFinite(more)) return undefined;
  const worseBy = better === 'less' ? more : -more;
  if (worseBy <= TOLERANCE) return 'same';
  const words = (median: number): string => `${numberOf(median)} × ${before.to}`;
  const overlap = before.low <= now.high && now.low <= before.high;
  const texts = { before: words(before.median), now: words(now.median) };
  return { isWorse: true, change: { figure, ...texts, worseBy, overlap } };
}

function counts(figure: string, before: Figure, now: Figure): Pair {
  const [one, other] = [before.value.median, now.value.median];
  if (one === other) return 'same';
  const isWorse = now.better === 'less' ? other > one : other < one;
  const texts = { before: numberOf(one, 'count'), now: numberOf(other, 'count') };
  return { isWorse, change: { figure, ...texts, worseBy: undefined, overlap: false } };
}

/** A ratio whose spreads overlap is named, and decides nothing: a second run tells. */
export const isCertain = ({ overlap }: Change): boolean => !overlap;

/**
 * What a person reads.
 * @param now the later run: a quick one measures less, which is said in one line
 */
export function comparisonText(comparison: Comparison, now: Pick<Run, 'isQuick'>): string {
  const { compared, worse, otherCounts, gone, added } = comparison;
  const lines = [
    ...worse.map((change) => `worse: ${changeText(change)}`),
    ...otherCounts.map((change) => `another count, no worse: ${changeText(change)}`),
    ...(now.isQuick ? notIn(gone) : gone.map((name) => `gone: ${name}`)),
    ...added.map((name) => `new: ${name}`),
    `${compared} figures compared by ratio or count, ${worse.length} worse.`,
  ];
  return lines.map((line) => `${line}\n`).join('');
}

const notIn = ({ length }: readonly string[]): string[] =>
  length === 0 ? [] : [`not in this quick run: ${length} figures`];

function changeText({ figure, before, now, worseBy, overlap }: Change): string {
  const by = worseBy === undefined ? '' : `, by ${Math.round(worseBy * 100)} %`;
  const chance = overlap ? '; the spreads overlap, it may be chance' : '';
  return `${figure}: ${before} → ${now}${by}${chance}`;
}
