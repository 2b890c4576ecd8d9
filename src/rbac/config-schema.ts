/** The two sections of `config.yaml` that are ours. */
import { z } from 'zod';
import { parseDurationMs } from '../protocol/duration.ts';

const name = z.string().min(1).max(256);
const names = z.array(name).max(1_000);

const duration = z.unknown().transform((value, context) => {
  const ms =
    typeof value === 'string' || typeof value === 'number' ? parseDurationMs(value) : undefined;
  if (ms !== undefined) return ms;
  context.addIssue({
    code: 'custom',
    message: 'must be a time above 0 and up to ten years: seconds (300), or with a unit (5m)',
  });
  return z.NEVER;
});

/** As a Map, so that a role `__proto__` is a role like any other. */
const actionsByRole = z.preprocess(
  (value) => (isMapping(value) ? new Map(Object.entries(value)) : value),
  z.map(name, names),
);

/** Unknown keys at the top are other programs' business; in our sections they are typing errors. */
export const fileSchema = z.object({
  rbac: z
    .strictObject({ roles: names.optional(), allowed_actions: actionsByRole.optional() })
    .optional(),
  hitl: z
    .strictObject({
      default_timeout: duration.optional(),
      bypass_roles: names.optional(),
      /** Where Molecule's own tool tells its people; nothing of ours. */
      channels: z.unknown().optional(),
    })
    .optional(),
});

/** For messages about keys that are none of these. */
export const KNOWN_KEYS: ReadonlyMap<string, readonly string[]> = new Map([
  ['rbac', ['roles', 'allowed_actions']],
  ['hitl', ['default_timeout', 'bypass_roles']],
]);

export const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
