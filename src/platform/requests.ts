/** Bodies of requests, as they must be. Unknown keys are refused everywhere. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { CountersignError } from '../errors.ts';
import { Refusal } from '../http/refusal.ts';
import { canonicalJson, plainJson } from '../protocol/canonical-json.ts';
import { digestOf } from '../protocol/digest.ts';
import { WITHDRAWN_PREFIX } from '../protocol/routes.ts';
import { text } from './body.ts';
import type { Asked } from './lifecycle.ts';

const MAX_ACTION = 10_000;
const MAX_REASON = 50_000;
/** Characters of the reason that a withdrawal keeps. */
const MAX_WHY = 200;
/** Seconds. */
const DEFAULT_TIMEOUT = 600;
/** Ten years, seconds: beyond it an instant is no instant any more. */
const MAX_TIMEOUT = 3_650 * 86_400;

const isObject = (value: unknown): boolean => typeof value === 'object' && !Array.isArray(value);

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'must be sha256: and 64 hex digits');

const contextSchema = z.strictObject({
  args: z.unknown().refine((args) => args !== undefined, 'is missing'),
  // No `z.record`: that drops a key `__proto__` in silence.
  args_schema: z.unknown().refine(isObject, 'must be an object').nullish(),
  digest,
});

export const createSchema = z.strictObject({
  action: text(MAX_ACTION, 'one line').refine((action) => action.trim() !== '', 'is empty'),
  reason: text(MAX_REASON, 'many lines').nullish(),
  task_id: text(1_000, 'one line').nullish(),
  context: contextSchema.nullish(),
  timeout_seconds: z
    .number()
    .positive('must be more than 0')
    .max(MAX_TIMEOUT, `must be at most ${MAX_TIMEOUT} (ten years)`)
    .nullish(),
});

export const decideSchema = z.strictObject({
  decision: z.enum(['approved', 'denied'], "must be 'approved' or 'denied'"),
  /** Of a requester: why it gives up. Of an approver: ignored, their credential says who they are. */
  decided_by: text(10_000, 'one line').nullish(),
  note: text(10_000, 'many lines').nullish(),
  digest: digest.nullish(),
});

/** Names of states, as machines have them: shown, and nothing else. */
const stateName = z
  .string()
  .regex(/^[A-Za-z][\w.-]{0,63}$/, 'must be the name of a state: letters, digits, dots');

export const stateSchema = z.strictObject({ state: stateName, from: stateName.nullish() });

export const sessionSchema = z.strictObject({ token: z.string().max(1_000) });

/**
 * What a create asks for.
 * @throws Refusal 409 where the digest is not the one of these arguments
 */
export function askedIn(
  body: z.infer<typeof createSchema>,
  workspaceId: string,
  idempotencyKey: string | null,
): Asked {
  return {
    workspace_id: workspaceId,
    task_id: body.task_id ?? '',
    action: body.action,
    reason: body.reason ?? '',
    ...boundArguments(body, workspaceId),
    idempotency_key: idempotencyKey,
    request_hash: idempotencyKey === null ? null : hashOfBody(body),
    timeoutMs: Math.ceil((body.timeout_seconds ?? DEFAULT_TIMEOUT) * 1000),
  };
}

const NO_ARGUMENTS = { args: null, args_schema: null, digest: null };

function boundArguments(
  { action, context }: z.infer<typeof createSchema>,
  workspaceId: string,
): Pick<Asked, 'args' | 'args_schema' | 'digest'> {
  if (context === null || context === undefined) return NO_ARGUMENTS;
  const args = plain(context.args, 'context.args');
  if (digestOf({ action, args, workspaceId }) !== context.digest)
    throw new Refusal(
      409,
      'digest_mismatch',
      'context.digest is not the SHA-256 over the RFC 8785 form of {action, args, workspace_id}',
    );
  const schema = context.args_schema ?? null;
  return {
    args: JSON.stringify(args),
    args_schema: schema === null ? null : JSON.stringify(plain(schema, 'context.args_schema')),
    digest: context.digest,
  };
}

function plain(value: unknown, path: string) {
  try {
    return plainJson(value, path);
  } catch (error) {
    if (error instanceof CountersignError) throw new Refusal(400, 'invalid_request', error.message);
    throw error;
  }
}

const hashOfBody = (body: unknown): string =>
  createHash('sha256')
    .update(canonicalJson(plain(body, 'the body')), 'utf8')
    .digest('hex');

/** Why a requester gives up: what it sent, without the prefix that the row gets anyway. */
export function whyWithdrawn(decidedBy: string | null | undefined): string {
  const said = decidedBy ?? '';
  const why = said.startsWith(WITHDRAWN_PREFIX) ? said.slice(WITHDRAWN_PREFIX.length) : said;
  // By code points, so that no pair of surrogates is cut in half.
  return Array.from(why.trim()).slice(0, MAX_WHY).join('') || 'no reason was given';
}
