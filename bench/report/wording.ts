/** Figures in words: three digits, a unit, what is wanted and whether it holds. */
import type { Figure, Spread } from './figure.ts';

type Unit = Figure['unit'];

const digits = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

/** Three significant digits; a count is not rounded. */
export const numberOf = (value: number, unit?: Unit): string =>
  (unit === 'count' ? whole : digits).format(value);

const unitOf = (unit: Unit): string =>
  unit === 'count' ? '' : unit === 'per second' ? '/s' : ` ${unit}`;

export const amountOf = (value: number, unit: Unit): string =>
  `${numberOf(value, unit)}${unitOf(unit)}`;

/** Empty where there was one repeat, or all said the same. */
export function spreadWords({ low, high }: Spread, unit: Unit): string {
  return low === high ? '' : `${numberOf(low, unit)}–${numberOf(high, unit)}`;
}

export const ratioWords = ({ ratio }: Figure): string =>
  ratio === undefined ? '' : `${numberOf(ratio.median)} × ${ratio.to}`;

/** Does the median keep the goal? `undefined` where there is none. */
export function holds({ goal, better, value, ratio }: Figure): boolean | undefined {
  if (goal === undefined) return undefined;
  const found = (goal.of === 'ratio' ? ratio : value)?.median ?? Number.NaN;
  return better === 'less' ? found <= goal.bound : found >= goal.bound;
}

export function goalWords(figure: Figure): string {
  const { goal, better, unit, ratio } = figure;
  if (goal === undefined) return '';
  const sign = better === 'less' ? '≤' : '≥';
  const bound =
    goal.of === 'value'
      ? amountOf(goal.bound, unit)
      : `${numberOf(goal.bound)} × ${ratio?.to ?? 'nothing'}`;
  return `${sign} ${bound}`;
}

export function verdictWords(figure: Figure): string {
  const verdict = holds(figure);
  return verdict === undefined ? '' : verdict ? '✓' : 'missed';
}
