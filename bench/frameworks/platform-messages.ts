/** What the platform's process tells the one who asks. */
import { z } from 'zod';

export const listeningSchema = z.object({ url: z.url() });

/** Ids with the instants of their decisions: nanoseconds of the machine's monotonic clock. */
export const decidedSchema = z.object({
  decidedAt: z.array(z.tuple([z.string(), z.string().regex(/^\d+$/)])),
});
