/** What the processes of one measurement tell each other. Times in µs of the machine's clock. */
import { z } from 'zod';

/** An approval's id, and when something happened to it. */
const momentSchema = z.tuple([z.string(), z.number()]);
export type Moment = z.infer<typeof momentSchema>;

/** To the one who asks. */
export const orderSchema = z.discriminatedUnion('do', [
  z.object({ do: z.literal('fill'), count: z.number() }),
  /** Says how much processor time it has used so far. */
  z.object({ do: z.literal('cpu') }),
  z.object({ do: z.literal('end') }),
]);
export type Order = z.infer<typeof orderSchema>;

export const reportSchema = z.discriminatedUnion('is', [
  z.object({ is: z.literal('filled') }),
  z.object({ is: z.literal('cpu'), micros: z.number() }),
  z.object({ is: z.literal('answered'), moment: momentSchema }),
]);
export type Report = z.infer<typeof reportSchema>;

/** To the platform. */
export const commandSchema = z.discriminatedUnion('do', [
  /** From here on list requests are counted. */
  z.object({ do: z.literal('count') }),
  z.object({ do: z.literal('stop') }),
  /** Decides so many of the newest that wait, one every `everyMs`. */
  z.object({ do: z.literal('decide'), count: z.number(), everyMs: z.number() }),
]);
export type Command = z.infer<typeof commandSchema>;

export const countedSchema = z.object({
  is: z.literal('counted'),
  /** When each list request came. */
  at: z.array(z.number()),
  /** Of the answers, headers included. */
  bytes: z.number(),
});

export const platformReportSchema = z.discriminatedUnion('is', [
  z.object({ is: z.literal('listening'), url: z.string() }),
  z.object({ is: z.literal('counting') }),
  countedSchema,
  z.object({ is: z.literal('decided'), moments: z.array(momentSchema) }),
]);
export type PlatformReport = z.infer<typeof platformReportSchema>;

/** Which platform, as its process is told. */
export const kindSchema = z.enum(['own', 'molecule']);
export type Kind = z.infer<typeof kindSchema>;
