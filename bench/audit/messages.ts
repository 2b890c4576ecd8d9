/** What the measured process is told, and tells. */
import { z } from 'zod';

export const orderSchema = z.object({
  do: z.enum(['bursts', 'paced']),
  folder: z.string(),
  /** Lines in a burst. */
  burst: z.number(),
  /** Lines of the writers that wait for each, together. */
  awaited: z.number(),
  /** Lines one after the other. */
  alone: z.number(),
  /** How long lines come evenly. */
  pacedMs: z.number(),
});
export type Order = z.infer<typeof orderSchema>;

const pairSchema = z.object({ log: z.number(), bare: z.number() });

/** Lines a second; of `alone` the median, milliseconds. */
const burstsSchema = z.object({
  is: z.literal('bursts'),
  burst: pairSchema.extend({ memory: z.number() }),
  awaited: pairSchema,
  alone: pairSchema,
});
export type Bursts = z.infer<typeof burstsSchema>;

const pacedSchema = z.object({ p50: z.number(), p99: z.number(), stall: z.number() });

const evenlySchema = z.object({
  is: z.literal('paced'),
  log: pacedSchema,
  bare: pacedSchema,
  none: pacedSchema,
});
export type Evenly = z.infer<typeof evenlySchema>;

export const reportSchema = z.discriminatedUnion('is', [burstsSchema, evenlySchema]);
export type Report = z.infer<typeof reportSchema>;
