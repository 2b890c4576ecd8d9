/** What the process of one contestant tells. */
import { z } from 'zod';

/** Each per approval. */
export const measuredSchema = z.object({
  /** User and system, from the request to the result, µs. */
  cpuMicros: z.number().positive(),
  /** From the decision to the result, µs. */
  resumeP50Micros: z.number().positive(),
  resumeP99Micros: z.number().positive(),
  /** Kept by each while it waits, and by each when it has ended. */
  bytesWaiting: z.number(),
  bytesAfter: z.number(),
});

export type Measured = z.infer<typeof measuredSchema>;

/** How many approvals. */
export interface Sizes {
  /** Before anything is measured. */
  readonly warmUp: number;
  /** At once. */
  readonly waiting: number;
}
