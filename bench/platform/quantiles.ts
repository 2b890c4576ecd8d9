import { z } from 'zod';

export const quantilesSchema = z.object({ p50: z.number(), p99: z.number() });

/** Of many samples, in their own unit. */
export type Quantiles = z.infer<typeof quantilesSchema>;

/** @throws RangeError where there are no samples */
export function quantilesOf(samples: readonly number[]): Quantiles {
  if (samples.length === 0) throw new RangeError('nothing was sampled');
  const sorted = Float64Array.from(samples).sort();
  const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99) };
}
