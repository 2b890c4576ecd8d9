/**
 * One HTTP exchange with the platform: bounded in time and size, never redirected, never retried
 * here. Every status is a result; only "no answer" is an error.
 */
import ky, { type KyInstance } from 'ky';
import type { JsonValue } from '../../machines/index.ts';
import type { Environment } from '../environment.ts';
import { CountersignError, messageOf } from '../errors.ts';
import { MAX_ANSWER_BYTES } from '../protocol/routes.ts';
import { limitTime } from './time-limit.ts';
import type { TokenSource } from './token-source.ts';

export interface Answer {
  /** Where it came from. */
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  /** The body as it came. */
  readonly text: string;
  /** The parsed body; `undefined` where it is no JSON. */
  readonly body: unknown;
}

export interface Call {
  readonly method: 'GET' | 'POST';
  /** Below the base address; or an absolute address on the same origin (a `Link`). */
  readonly path: string;
  readonly json?: JsonValue;
  readonly headers?: Readonly<Record<string, string>>;
  /** Less time than an exchange may take otherwise, milliseconds. */
  readonly withinMs?: number;
  /** Gives up; whether the request reached the platform is not known then. */
  readonly signal?: AbortSignal;
}

/** Characters. */
const LEAST_SECRET = 8;

/** No answer came. `sent: false` means that the request certainly never reached the platform. */
export class NoAnswerError extends CountersignError {
  readonly sent: boolean;

  constructor(message: string, sent: boolean, options?: ErrorOptions) {
    super('transport', message, options);
    this.sent = sent;
  }
}

export type Exchange = (call: Call) => Promise<Answer>;

export interface ExchangeOptions {
  readonly baseUrl: string;
  readonly tokens: TokenSource;
  readonly environment: Environment;
  /** For the whole exchange, body included. Milliseconds. */
  readonly timeoutMs: number;
}

/** An exchange that re-reads the token after a 401 and, when it changed, asks once more. */
export function createExchange(options: ExchangeOptions): Exchange {
  const http = ky.create({
    throwHttpErrors: false,
    retry: 0,
    timeout: false,
    redirect: 'manual',
    cache: 'no-store',
    headers: { accept: 'application/json', 'cache-control': 'no-store' },
  });
  const { clock } = options.environment;
  return async (call) => {
    const endsAt = clock.monotonic() + limitOf(options, call);
    const token = await options.tokens.current();
    const answer = await once(http, options, call, token);
    if (answer.status !== 401 || !(await options.tokens.refresh(token))) return answer;
    // Both of them are one exchange: it takes no longer than one.
    const withinMs = endsAt - clock.monotonic();
    if (withinMs <= 0) return answer;
    return once(http, options, { ...call, withinMs }, await options.tokens.current());
  };
}

/** Milliseconds. */
const limitOf = ({ timeoutMs }: ExchangeOptions, { withinMs = timeoutMs }: Call): number =>
  Math.min(timeoutMs, withinMs);

async function once(
  http: KyInstance,
  options: ExchangeOptions,
  call: Call,
  token: string | undefined,
): Promise<Answer> {
  if (call.signal?.aborted === true) throw new NoAnswerError('the call was given up', false);
  const { clock } = options.environment;
  const limit = limitTime(clock, limitOf(options, call), call.signal);
  try {
    const url = addressOf(options.baseUrl, call.path);
    const sent = http(url, {
      method: call.method,
      // Signal and body go past ky, which joins the one with a signal of its own and makes streams of
      // the other, and an error when it cancels them: that is half of the exchange.
      fetch: (input) =>
        options.environment.fetch(input, {
          signal: limit.signal,
          ...(call.json === undefined ? {} : { body: JSON.stringify(call.json) }),
        }),
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(call.json === undefined ? {} : { 'content-type': 'application/json' }),
        ...call.headers,
      },
    });
    const response = await limit.hold(sent);
    const read = await limit.hold(readText(response, limit.signal));
    const text = withoutToken(read, response.ok ? undefined : token);
    refuseCached(response);
    return { url, status: response.status, headers: response.headers, text, body: parse(text) };
  } catch (error) {
    if (error instanceof CountersignError) throw error;
    throw noAnswer(error);
  } finally {
    limit.end();
  }
}

/**
 * A platform, or a proxy before it, may repeat in a refusal what it was sent; from there it would get
 * into errors and the audit log. Short words are no secrets, and may be anything.
 */
function withoutToken(text: string, token: string | undefined): string {
  if (token === undefined || token.length < LEAST_SECRET) return text;
  return text
    .replaceAll(token, '[token]')
    .replaceAll(JSON.stringify(token).slice(1, -1), '[token]');
}

/** @throws CountersignError `protocol` where a link leads away from the platform */
function addressOf(baseUrl: string, path: string): string {
  const base = `${baseUrl}/`;
  if (!/^[a-z]+:/i.test(path)) return base + path;
  if (path.startsWith(base)) return path;
  throw new CountersignError('protocol', 'the platform links to a page on another host');
}

/** An answer out of a cache says nothing about now. */
function refuseCached(response: Response): void {
  if (!/^0*$/.test(response.headers.get('age')?.trim() ?? ''))
    throw new NoAnswerError('the answer came out of a cache (it has an Age header)', true);
}

async function readText({ body }: Response, signal: AbortSignal): Promise<string> {
  if (body === null) return '';
  const reader = body.getReader();
  const stop = (): void => void reader.cancel().catch(() => undefined);
  signal.addEventListener('abort', stop, { once: true });
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  try {
    for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
      bytes += value.byteLength;
      if (bytes > MAX_ANSWER_BYTES)
        throw new NoAnswerError(`the answer is larger than ${MAX_ANSWER_BYTES} bytes`, true);
      text += decoder.decode(value, { stream: true });
    }
    return text + decoder.decode();
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Failures of the connection itself, before a byte of the request was sent. `UND_ERR_…` is a word of
 * Node's own `fetch`, which an environment may bring.
 */
const NOT_SENT: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

function noAnswer(error: unknown): NoAnswerError {
  const cause = rootCause(error);
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  const detail = messageOf(cause) || messageOf(error);
  const message =
    typeof code === 'string' && !detail.includes(code) ? `${detail} (${code})` : detail;
  return new NoAnswerError(message, !NOT_SENT.has(code) && !isTlsRefusal(code), { cause: error });
}

const isTlsRefusal = (code: unknown): boolean =>
  typeof code === 'string' && (code.includes('CERT') || code.startsWith('ERR_TLS'));

/** What fetch wraps: `TypeError: fetch failed` says nothing, its cause does. */
function rootCause(error: unknown): unknown {
  let cause = error;
  for (let depth = 0; depth < 5 && cause instanceof Error; depth += 1) {
    if (cause instanceof AggregateError && cause.errors.length > 0) cause = cause.errors[0];
    else if (cause.cause === undefined) break;
    else cause = cause.cause;
  }
  return cause;
}
