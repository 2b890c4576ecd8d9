/** What one life of an asker is told to do, and what it says; shared by the two processes. */
import { z } from 'zod';

/** One thing that an agent asks; its action is its name, and no other has it. */
const questionSchema = z.object({
  action: z.string(),
  /** Absent: a new one in every life, so that only `resume()` leads back to it. */
  key: z.string().optional(),
  args: z.unknown().optional(),
  timeoutMs: z.number(),
  /** Runs something, through `requires`. */
  isGuarded: z.boolean(),
  /** The caller gives up after this time. */
  giveUpAfterMs: z.number().optional(),
});
export type Question = z.infer<typeof questionSchema>;

/** Where the process ends itself; a point that is not reached ends nothing. */
const crashSchema = z.union([
  /** The n-th time that a named point is reached. */
  z.object({ at: z.string(), time: z.number() }),
  /** Before, in or after the n-th operation, whatever it is. */
  z.object({ operation: z.number(), moment: z.enum(['before', 'in', 'after']) }),
]);
export type Crash = z.infer<typeof crashSchema>;

const planSchema = z.object({
  platformUrl: z.string(),
  workspaceId: z.string(),
  folder: z.string(),
  useWebSocket: z.boolean(),
  auditHmacKey: z.string().optional(),
  /** Calls `resume()` first. */
  resumes: z.boolean(),
  asks: z.array(questionSchema),
  crash: crashSchema.optional(),
});
export type Plan = z.infer<typeof planSchema>;

export const readPlan = (text: string): Plan => planSchema.parse(JSON.parse(text));

/** What an asker says, one JSON line each. */
const saidSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('begins') }),
  z.object({ type: z.literal('resumed'), traceId: z.string(), action: z.string() }),
  z.object({
    type: z.literal('outcome'),
    action: z.string(),
    isResumed: z.boolean(),
    traceId: z.string(),
    status: z.enum(['granted', 'denied', 'timeout', 'withdrawn', 'failed']),
    approvalId: z.string().optional(),
    cause: z.string().optional(),
    error: z.object({ code: z.string(), message: z.string() }).optional(),
  }),
  z.object({ type: z.literal('ran'), action: z.string() }),
  /** The guard threw something else than "not approved". */
  z.object({ type: z.literal('refused'), action: z.string(), code: z.string(), why: z.string() }),
  /** Written just before the process ends itself. */
  z.object({ type: z.literal('dies'), at: z.string(), operation: z.number() }),
  z.object({ type: z.literal('trouble'), message: z.string() }),
  z.object({ type: z.literal('closed'), operations: z.number() }),
]);
export type Said = z.infer<typeof saidSchema>;

export const readSaid = (text: string): Said => saidSchema.parse(JSON.parse(text));

/** In the folder of the plan. */
export const PLACES = {
  state: 'state',
  audit: 'audit.jsonl',
  /** `begins ACTION` and `ends ACTION` of everything that ran. */
  work: 'work.txt',
} as const;
