import { type Figure, ratioTo, spreadOf } from '../report/figure.ts';

/** One number of one repeat. */
export interface Measure extends Pick<Figure, 'name' | 'unit' | 'better'> {
  readonly value: number;
  /** What was measured beside it. */
  readonly yardstick?: { readonly to: string; readonly value: number };
  readonly goal?: NonNullable<Figure['goal']>;
}

/** Repeats a measurement. @returns a figure for each of its numbers, in their order */
export async function repeated(
  times: number,
  measure: (repeat: number) => Promise<readonly Measure[]>,
): Promise<Figure[]> {
  const repeats: (readonly Measure[])[] = [];
  for (let repeat = 0; repeat < times; repeat += 1) repeats.push(await measure(repeat));
  const [first = []] = repeats;
  return first.map((one, index) =>
    figureOf(
      one,
      repeats.flatMap((measures) => measures[index] ?? []),
    ),
  );
}

function figureOf({ name, unit, better, goal }: Measure, repeats: readonly Measure[]): Figure {
  const values = repeats.map(({ value }) => value);
  const yardsticks = repeats.flatMap(({ yardstick }) => yardstick ?? []);
  const [yardstick] = yardsticks;
  return {
    name,
    unit,
    better,
    value: spreadOf(values),
    ...(yardstick === undefined
      ? {}
      : {
          ratio: ratioTo(
            yardstick.to,
            values,
            yardsticks.map(({ value }) => value),
          ),
        }),
    ...(goal === undefined ? {} : { goal }),
  };
}
