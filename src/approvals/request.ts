/** From what a caller asks to a complete request; everything that is wrong is refused here. */
import type { ApprovalRequest, DeadlineClock, JsonValue } from '../../machines/index.ts';
import type { Environment } from '../environment.ts';
import { CountersignError, messageOf } from '../errors.ts';
import { plainJson } from '../protocol/canonical-json.ts';
import { digestOf } from '../protocol/digest.ts';
import { parseDurationMs } from '../protocol/duration.ts';
import { MAX_REQUEST_BYTES } from '../protocol/routes.ts';
import { controlCharacters } from '../protocol/text.ts';
import type { StateEvent } from './events.ts';

/** What an agent asks. */
export interface RequestInput {
  /** What it wants to do, one line, in words that a person can decide on. Not empty. */
  readonly action: string;
  /** Why; may have several lines. Default: empty. */
  readonly reason?: string;
  /**
   * The arguments that will run. They are copied, hashed and shown to the approver: run
   * `outcome.args`, not your own variable.
   */
  readonly args?: unknown;
  /**
   * One key, one approval, one answer: the same key after a crash goes on with the same approval, and
   * after a person's decision gets that decision again (a guarded function runs once all the same);
   * what timed out or was taken back stays so, and is told as `withdrawn`. It stands for the action
   * and the arguments; another reason makes no other approval. Who asks with the key
   * of one that is under way shares it: their own `timeout` may end their wait before its deadline,
   * and never after it. 1 to 256 characters of printable ASCII. Default: a new one.
   */
  readonly key?: string;
  /** The longest wait: seconds, or a text such as `"5m"`. Default: `APPROVAL_TIMEOUT`. */
  readonly timeout?: number | string;
}

export interface RequestOptions {
  /** Gives up: the request is withdrawn, and the outcome is `withdrawn`. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Told of the state that this approval is in when it is asked for, and of each that it comes to,
   * before its record is on disk: the outcome alone counts. What it throws is logged and changes
   * nothing.
   */
  readonly onState?: ((event: StateEvent) => unknown) | undefined;
}

/**
 * A plain copy of what was asked, each field read once.
 * @throws CountersignError `input` where it is no object, or a field cannot be read
 */
export function readInput(input: unknown): RequestInput {
  if (typeof input !== 'object' || input === null)
    throw refused('the request must be an object with an action');
  try {
    return copyOf(input);
  } catch (error) {
    // A getter, or a trap of a proxy.
    throw refused(`the request cannot be read: ${messageOf(error)}`);
  }
}

function copyOf(input: object): RequestInput {
  // The fields are checked one by one in `createRequest`, whatever their type was said to be.
  const { action, reason, args, key, timeout } = input as RequestInput;
  return {
    action,
    ...(reason === undefined ? {} : { reason }),
    ...(args === undefined ? {} : { args }),
    ...(key === undefined ? {} : { key }),
    ...(timeout === undefined ? {} : { timeout }),
  };
}

/** @throws CountersignError `input` */
export function refuseStrangeOptions({ signal, onState }: RequestOptions): void {
  if (signal !== undefined && !isSignal(signal)) throw refused('signal must be an AbortSignal');
  if (onState !== undefined && typeof onState !== 'function')
    throw refused('onState must be a function');
}

/** Also one that is said to be one, and whose members refuse to work. */
function isSignal(signal: unknown): boolean {
  try {
    return signal instanceof AbortSignal && typeof signal.aborted === 'boolean';
  } catch {
    return false;
  }
}

/** The most characters of each text. */
export const MAX_ACTION_LENGTH = 10_000;
export const MAX_REASON_LENGTH = 50_000;
const MAX_KEY_LENGTH = 256;

export interface RequestDefaults {
  readonly workspaceId: string;
  readonly timeoutMs: number;
  readonly environment: Environment;
}

/**
 * A complete, frozen request.
 * @throws CountersignError `input` for text and args, `config` for the timeout
 */
export function createRequest(
  input: RequestInput,
  defaults: RequestDefaults,
  traceId: string,
): ApprovalRequest {
  const { workspaceId, environment } = defaults;
  const action = textOf('action', input.action, 'one line', MAX_ACTION_LENGTH);
  if (action.trim() === '') throw refused('action is empty; say what is to be done');
  const reason = textOf('reason', input.reason ?? '', 'many lines', MAX_REASON_LENGTH);
  const key = textOf('key', input.key ?? traceId, 'one line', MAX_KEY_LENGTH);
  // It goes into a header.
  if (!/^[!-~]([ -~]*[!-~])?$/.test(key))
    throw refused(
      'key must be printable ASCII without spaces at its ends; leave it out for a new one',
    );
  const timeoutMs = input.timeout === undefined ? defaults.timeoutMs : timeoutOf(input.timeout);
  const args: JsonValue = input.args === undefined ? null : plainJson(input.args, 'args');
  const request: ApprovalRequest = {
    traceId,
    workspaceId,
    action,
    reason,
    key,
    args,
    digest: input.args === undefined ? null : digestOf({ action, args, workspaceId }),
    timeoutMs,
    deadlineAt: environment.clock.now() + timeoutMs,
  };
  refuseTooLarge(request);
  return Object.freeze(request);
}

/**
 * The request as it is when its wait begins: wall time that was read before would be wrong by as much
 * as somebody set the clock meanwhile.
 * @param askedAt when it was asked, by the monotonic clock
 */
export function beginningNow(
  request: ApprovalRequest,
  askedAt: number,
  { now, monotonic }: DeadlineClock,
): ApprovalRequest {
  const deadlineAt = now() + request.timeoutMs - (monotonic() - askedAt);
  return Object.freeze({ ...request, deadlineAt });
}

function textOf(
  name: string,
  value: unknown,
  lines: 'one line' | 'many lines',
  most: number,
): string {
  if (typeof value !== 'string') throw refused(`${name} must be a text, not ${typeof value}`);
  if (value.length > most)
    throw refused(`${name} has ${value.length} characters; the most is ${most}`);
  if (!value.isWellFormed()) throw refused(`${name} holds half of a surrogate pair`);
  const found = controlCharacters(value, lines);
  if (found.length > 0)
    throw refused(
      `${name} holds control characters (${found.slice(0, 5).join(', ')}); remove them`,
    );
  return value;
}

function timeoutOf(value: unknown): number {
  const isTime = typeof value === 'string' || typeof value === 'number';
  const ms = isTime ? parseDurationMs(value) : undefined;
  if (ms !== undefined) return ms;
  const found = isTime ? JSON.stringify(value).slice(0, 50) : `a value of type ${typeof value}`;
  throw new CountersignError(
    'config',
    `timeout must be seconds above 0, or a text such as "90s", "5m" or "2h", at most ten years; got ${found}`,
  );
}

function refuseTooLarge(request: ApprovalRequest): void {
  const bytes = Buffer.byteLength(JSON.stringify(request));
  if (bytes > MAX_REQUEST_BYTES - 1_024)
    throw refused(`the request has ${bytes} bytes; the most is ${MAX_REQUEST_BYTES - 1_024}`);
}

const refused = (message: string): CountersignError => new CountersignError('input', message);
