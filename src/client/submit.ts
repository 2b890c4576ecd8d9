/**
 * `POST` once, whatever the network does: a create whose answer was lost is looked for in the list
 * before anything is sent a second time.
 */
import type { ApprovalRequest, JsonObject, Problem } from '../../machines/index.ts';
import type { Environment } from '../environment.ts';
import { messageOf, problemCodeOf } from '../errors.ts';
import { IDEMPOTENCY_HEADER, routes } from '../protocol/routes.ts';
import type { Row } from '../protocol/rows.ts';
import { type Attempt, attemptOf } from './create-answer.ts';
import { type Exchange, NoAnswerError } from './exchange.ts';
import { CERTAINLY, type FindOptions, findByKey } from './find.ts';
import type { Lists } from './lists.ts';
import { fullJitterMs, pause } from './pause.ts';

export interface SubmitOptions {
  readonly exchange: Exchange;
  readonly lists: Lists;
  readonly environment: Environment;
  /** Whether another process may have sent this key already: then the list is read first. */
  readonly mayExist: boolean;
  /** Whether a process before this one may have made the row, of this very request. */
  readonly mayBeStored: boolean;
  /** Whether a row of this key can only have been asked with these arguments. */
  readonly isOurs: FindOptions['isOurs'];
  /** Binds the key; called before a POST, and not where the row was found. */
  readonly beforePost?: (() => Promise<Problem | 'wait' | undefined>) | undefined;
  /** Stops between two tries; an exchange under way goes on, because it may have been stored. */
  readonly signal: AbortSignal;
}

/**
 * Where the approval is; `found` when an earlier try made it. `mayHaveTwin`: an earlier POST, whose
 * answer was lost, may still make another row of the same key. `mayBeStored`: so may ours.
 */
export type Created =
  | { readonly approvalId: string; readonly found: boolean; readonly mayHaveTwin: boolean }
  | { readonly problem: Problem; readonly mayBeStored: boolean };

/** Of a request whose asker needs no answer any more. */
export const GIVEN_UP: Problem = { code: 'closed', message: 'given up before it was sent' };

const MAX_TRIES = 3;
/** For all tries together, milliseconds. */
const WITHIN_MS = 15_000;
/** Another process of this machine is about to post the same key: look again before we do. */
const OTHERS_POST_MS = 1_500;
const IN_OTHER_HANDS: Problem = {
  code: 'transport',
  message: 'Failed to create request: another process was about to send it',
};
const PAUSES = { firstMs: 500, mostMs: 4_000 };

/** Creates the approval, or finds the one that an earlier try made. Never rejects. */
export async function submit(options: SubmitOptions, request: ApprovalRequest): Promise<Created> {
  const { environment, lists, signal } = options;
  const { clock, random } = environment;
  const endsAt = clock.monotonic() + WITHIN_MS;
  const left = (): number => endsAt - clock.monotonic();
  let { mayExist, isOurs } = options;
  let problem: Problem = GIVEN_UP;
  let { mayBeStored } = options;
  /** How many rows of this key there may be: a process before this one may have sent it twice. */
  let posts = mayBeStored ? 2 : Number(mayExist);
  for (let tries = 1; tries <= MAX_TRIES && !signal.aborted; tries += 1) {
    const look = mayExist ? { lists, left, isOurs } : undefined;
    const attempt = await attemptOnce({ ...options, left }, request, look);
    if (attempt.is !== 'found' && attempt.is !== 'unsent') posts += 1;
    if (attempt.is === 'found' || attempt.is === 'created')
      return {
        approvalId: attempt.approvalId,
        found: attempt.is === 'found',
        mayHaveTwin: posts > 1,
      };
    problem = attempt.problem;
    if (attempt.is === 'refused') return { problem, mayBeStored };
    if (attempt.is === 'unsure' || attempt.is === 'garbled') {
      // The list did not hold the key before we posted: what it holds now is what we posted.
      mayExist = true;
      isOurs = CERTAINLY;
      mayBeStored = true;
    }
    if (attempt.is === 'garbled') break;
    const pauseMs = attempt.pauseMs ?? fullJitterMs(random, tries, PAUSES);
    if (pauseMs >= left()) break;
    if (tries < MAX_TRIES) await pause(environment, pauseMs, signal);
  }
  const row = mayExist ? await lastLook({ lists, left, isOurs }, request) : undefined;
  return row === undefined
    ? { problem, mayBeStored }
    : { approvalId: row.id, found: true, mayHaveTwin: posts > 1 };
}

type Found = { readonly is: 'found'; readonly approvalId: string };

/** One try: a look in the list where the row may be there already, else the POST. */
async function attemptOnce(
  { exchange, beforePost, signal, left }: SubmitOptions & { readonly left: () => number },
  request: ApprovalRequest,
  look: FindOptions | undefined,
): Promise<Attempt | Found> {
  try {
    const row = look === undefined ? undefined : await findByKey(look, request);
    if (row !== undefined) return { is: 'found', approvalId: row.id };
  } catch (error) {
    return notPosted(error);
  }
  const problem = await beforePost?.();
  // The asker may have given up while we looked: what was not sent needs no withdrawal.
  if (signal.aborted) return { is: 'refused', problem: GIVEN_UP };
  if (problem === 'wait') return { is: 'unsent', problem: IN_OTHER_HANDS, pauseMs: OTHERS_POST_MS };
  if (problem !== undefined) return { is: 'refused', problem };
  return post(exchange, request, Math.max(1, left()));
}

async function post(
  exchange: Exchange,
  request: ApprovalRequest,
  withinMs: number,
): Promise<Attempt> {
  try {
    const answer = await exchange({
      method: 'POST',
      path: routes.approvals(request.workspaceId),
      json: bodyOf(request),
      headers: { [IDEMPOTENCY_HEADER]: request.key },
      withinMs,
    });
    return attemptOf(answer);
  } catch (error) {
    return attemptThatThrew(error);
  }
}

/** What the network did may pass; a key in use, or a token file that cannot be read, will not. */
function attemptThatThrew(error: unknown): Attempt {
  const problem = problemOf(error);
  if (problem.code === 'conflict' || problem.code === 'config') return { is: 'refused', problem };
  return { is: error instanceof NoAnswerError && !error.sent ? 'unsent' : 'unsure', problem };
}

/** A look that failed: nothing was sent, and the next try looks again. */
function notPosted(error: unknown): Attempt {
  const attempt = attemptThatThrew(error);
  return attempt.is === 'unsure' ? { is: 'unsent', problem: attempt.problem } : attempt;
}

/** What the platform is asked to store. Molecule ignores what it does not know. */
export function bodyOf(request: ApprovalRequest): JsonObject {
  const { action, reason, key, timeoutMs, digest, args } = request;
  return {
    action,
    reason,
    task_id: key,
    timeout_seconds: timeoutMs / 1000,
    ...(digest === null ? {} : { context: { args, digest } }),
  };
}

/** A lost answer to the last try is worth one more look before "failed" is said. */
async function lastLook(options: FindOptions, request: ApprovalRequest): Promise<Row | undefined> {
  try {
    return await findByKey(options, request);
  } catch {
    // What was wrong before says more.
    return undefined;
  }
}

function problemOf(error: unknown): Problem {
  const code = problemCodeOf(error);
  return { code, message: `Failed to create request: ${messageOf(error)}` };
}
