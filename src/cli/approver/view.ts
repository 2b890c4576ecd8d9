/** One approval as the platform shows it to an approver. */
import { z } from 'zod';
import type { JsonValue } from '../../../machines/index.ts';

const text = z.string().nullish();

/** Further fields are kept as they came, for `--json`. */
export const viewSchema = z.looseObject({
  id: z.string().min(1),
  workspace_id: z.string().min(1),
  action: text,
  reason: text,
  // Not `z.json()`, which drops a key called __proto__: the approver sees what will run.
  args: z.custom<JsonValue>().nullish(),
  digest: text,
  status: text,
  outcome: text,
  decided_by: text,
  decided_at: text,
  note: text,
  expires_at: text,
});
export type View = z.infer<typeof viewSchema>;

/** What the platform answers to a decision, and says about one that came too late. */
export const endSchema = z.looseObject({
  status: z.string(),
  outcome: text,
  decided_by: text,
  decided_at: text,
});
export type End = z.infer<typeof endSchema>;

/** The body of an answer that is no success. */
export const refusalSchema = z.looseObject({ error: text, code: text });
