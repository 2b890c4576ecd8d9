/** What the processes of one measurement tell each other. */
import { z } from 'zod';

/** Who asks, and how. */
export const subjectSchema = z.object({
  client: z.enum(['raw', 'raw-ky', 'countersign']),
  audit: z.enum(['memory', 'disk']),
  journal: z.boolean(),
  inspect: z.boolean(),
  transport: z.enum(['live', 'polling']),
});
export type Subject = z.infer<typeof subjectSchema>;

export const subjectOptionsSchema = subjectSchema.extend({
  platformUrl: z.string(),
  /** For the audit log and the journal. */
  folder: z.string(),
});

/** To the one who asks. */
export const orderSchema = z.discriminatedUnion('do', [
  /** Asks until so many more wait; `weigh`: and says what they take, which needs a collection. */
  z.object({ do: z.literal('fill'), count: z.number(), weigh: z.boolean() }),
  /** So many decisions come next. */
  z.object({ do: z.literal('expect'), count: z.number() }),
  z.object({ do: z.literal('end') }),
]);
export type Order = z.infer<typeof orderSchema>;

/** When something happened to an approval: its id, and µs of the machine's monotonic clock. */
const momentSchema = z.tuple([z.string(), z.number()]);
export type Moment = z.infer<typeof momentSchema>;

/** From the one who asks. Processor time in µs, sizes in bytes. */
export const reportSchema = z.discriminatedUnion('is', [
  z.object({ is: z.literal('ready') }),
  z.object({
    is: z.literal('filled'),
    cpu: z.number(),
    heap: z.number(),
    rss: z.number(),
  }),
  z.object({ is: z.literal('answered'), cpu: z.number(), moments: z.array(momentSchema) }),
]);
export type Report = z.infer<typeof reportSchema>;

/** To the platform. */
export const commandSchema = z.discriminatedUnion('do', [
  /** Decides the oldest that wait: one every `everyMs`, or all in one go where that is 0. */
  z.object({ do: z.literal('decide'), count: z.number(), everyMs: z.number() }),
  z.object({ do: z.literal('count') }),
]);
export type Command = z.infer<typeof commandSchema>;

/** From the platform. */
export const platformReportSchema = z.discriminatedUnion('is', [
  z.object({ is: z.literal('listening'), url: z.string() }),
  z.object({ is: z.literal('decided'), moments: z.array(momentSchema) }),
  z.object({
    is: z.literal('counted'),
    /** Opened so far, of the live channel. */
    sockets: z.number(),
    lists: z.number(),
    listBytes: z.number(),
    creates: z.number(),
  }),
]);
export type PlatformReport = z.infer<typeof platformReportSchema>;

/** µs of a clock that all processes of the machine share. */
export const nowMicros = (): number => Number(process.hrtime.bigint() / 10n) / 100;
