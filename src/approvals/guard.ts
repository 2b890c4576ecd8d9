/** A function that runs only when a person said yes to exactly its arguments. */
import type { AuditEvent, Granted, JsonValue, Outcome } from '../../machines/index.ts';
import { CountersignError, NotApprovedError } from '../errors.ts';
import { toToolResult } from '../outcome.ts';
import { plainJson } from '../protocol/canonical-json.ts';
import { digestOf } from '../protocol/digest.ts';
import type { ConfigRead } from '../rbac/index.ts';
import { checkPermission } from '../rbac/permission.ts';
import type { RequestInput, RequestOptions } from './request.ts';

/** Says what is asked, from the arguments; these are added by the guard. */
export type Description<Args> = (args: Args) => Omit<RequestInput, 'args'>;

/** Throws {@link NotApprovedError} in place of running. */
export type Guarded<Args, Result> = (
  args: Args,
  options?: RequestOptions,
) => Promise<Awaited<Result>>;

/** What the guard needs of the client. */
export interface GuardHost {
  readonly workspaceId: string;
  /** Asks; a grant stays in the journal until it is used. */
  request(input: RequestInput, options?: RequestOptions): Promise<Outcome>;
  record(event: AuditEvent): Promise<void>;
  readConfig(): Promise<ConfigRead>;
  uuid(): string;
  /**
   * Uses up a grant.
   * @param key of the caller's own, where there is one
   * @throws CountersignError `already_used`
   */
  useGrant(grant: Granted, key: string | undefined): Promise<void>;
}

/** See `Approvals.requires`. */
export function guard<Args, Result>(
  host: GuardHost,
  fn: (args: Args) => Result,
  describe: Description<Args>,
): Guarded<Args, Result> {
  return async (args, options): Promise<Awaited<Result>> => {
    const copy = plainJson(args, 'args');
    // JSON in, the same JSON out: the copy has the shape of what was given.
    const asked = copy as Args;
    const what = describe(asked);
    if (await isBypassed(host, what.action, copy)) {
      options?.signal?.throwIfAborted();
      return await fn(asked);
    }
    const outcome = await host.request({ ...what, args: copy }, options);
    if (outcome.status !== 'granted') throw notApproved(outcome);
    const toRun = argsToRun(host.workspaceId, what.action, copy, outcome);
    await host.useGrant(outcome, what.key);
    return await fn(toRun as Args);
  };
}

/** What was shown is what was hashed is what runs. */
function argsToRun(
  workspaceId: string,
  action: string,
  asked: JsonValue,
  outcome: Granted,
): JsonValue {
  if (outcome.digest !== digestOf({ action, args: asked, workspaceId }))
    throw new CountersignError('protocol', 'the grant is for other arguments than the ones to run');
  return outcome.args ?? null;
}

/** Roles that need no approval: each time is recorded before anything runs. */
async function isBypassed(host: GuardHost, action: string, args: JsonValue): Promise<boolean> {
  const read = await host.readConfig();
  if (read.status !== 'ok') return false;
  const { roles, bypass } = checkPermission(read.config, 'approve');
  if (bypass === undefined) return false;
  await host.record({
    event_type: 'approval',
    workspace_id: host.workspaceId,
    actor: host.workspaceId,
    action: 'approve',
    resource: action,
    outcome: 'bypassed',
    trace_id: host.uuid(),
    extras: {
      roles,
      bypass_role: bypass,
      digest: digestOf({ action, args, workspaceId: host.workspaceId }),
    },
  });
  return true;
}

function notApproved(outcome: Exclude<Outcome, Granted>): NotApprovedError {
  const { message, error } = toToolResult(outcome);
  return new NotApprovedError(outcome, `Not approved: ${message ?? error ?? outcome.status}`);
}
