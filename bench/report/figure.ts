/** What a benchmark found, in the shape in which it is printed, committed and compared. */
import { z } from 'zod';

const spreadSchema = z.object({
  /** Of the repeats. */
  median: z.number(),
  /** The least and the most of the repeats. */
  low: z.number(),
  high: z.number(),
});

/** One number over several repeats. */
export type Spread = z.infer<typeof spreadSchema>;

export const figureSchema = z.object({
  /** What was measured, the same words in every run: `memory, 10,000 waiting: decision → result, p50`. */
  name: z.string(),
  unit: z.enum(['µs', 'ms', 's', 'per second', 'bytes', 'KB', 'MB', 'count', '%']),
  better: z.enum(['less', 'more']),
  value: spreadSchema,
  /** Divided by the yardstick measured beside it in the same repeat. Only ratios are compared between runs. */
  ratio: spreadSchema.extend({ to: z.string() }).optional(),
  /** What the project wants of it: of `ratio` where `of` is `ratio`, at most or at least (see `better`). */
  goal: z.object({ of: z.enum(['value', 'ratio']), bound: z.number() }).optional(),
});

export type Figure = z.infer<typeof figureSchema>;

export const sectionSchema = z.object({
  title: z.string(),
  /** What is done in it, and what it is compared with: a few sentences. */
  about: z.string(),
  figures: z.array(figureSchema),
});

/** One part of a run. */
export type Section = z.infer<typeof sectionSchema>;

/** How much time a run may take: all repeats, or just enough to see that it works. */
export interface Effort {
  readonly isQuick: boolean;
  /** Progress, for a person who waits. */
  readonly say: (line: string) => void;
}

/** Makes one section; everything that it starts has ended when it resolves. */
export type Part = (effort: Effort) => Promise<Section>;

/** @throws RangeError where there are no values */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number): number => sorted[Math.trunc(index)] ?? Number.NaN;
  if (sorted.length === 0) throw new RangeError('nothing was measured');
  const half = (sorted.length - 1) / 2;
  const median = (at(half) + at(Math.ceil(half))) / 2;
  return { median, low: at(0), high: at(sorted.length - 1) };
}

/** Divides pair by pair: what was measured at the same time shares the machine's mood. */
export function ratioTo(
  to: string,
  values: readonly number[],
  yardsticks: readonly number[],
): Spread & { readonly to: string } {
  const ratios = values.map((value, index) => value / (yardsticks[index] ?? Number.NaN));
  return { to, ...spreadOf(ratios) };
}
