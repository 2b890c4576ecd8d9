/** How the fake platform answers: properly, or in one of the ways in which networks fail. */
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** A whole answer. */
export interface PlainAnswer {
  /** Default 200. */
  readonly status?: number;
  /** Default `content-type`: `application/json; charset=utf-8`, whatever the body is. */
  readonly headers?: OutgoingHttpHeaders;
  /** Text and bytes are sent as they are, anything else as JSON; `undefined`: an empty body. */
  readonly body?: unknown;
}

/**
 * What a request gets:
 * - a {@link PlainAnswer};
 * - `asRecorded`: what the platform would have answered;
 * - `reset`: the connection is reset, and nothing was done;
 * - `commitThenReset`: it is done, and announced, and the connection is reset without an answer;
 * - `commitThen500`: it is done, but not announced, and the answer is a 500;
 * - `hang`: never an answer; `stall`: the headers and the start of a body, and no more;
 * - `drip`: the text, one character every `everyMs` (default 10 ms);
 * - `hugeBody`: a JSON body of that many bytes;
 * - `redirect`: to that address (default status 307).
 */
export type Answer =
  | PlainAnswer
  | 'asRecorded'
  | 'reset'
  | 'commitThenReset'
  | 'commitThen500'
  | 'hang'
  | 'stall'
  | { readonly drip: string; readonly everyMs?: number }
  | { readonly hugeBody: number }
  | { readonly redirect: string; readonly status?: number };

/** An answer as it goes over the wire: everything else was done before. */
export type WireAnswer = Exclude<Answer, 'asRecorded' | 'commitThenReset' | 'commitThen500'>;

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };

export const failure = (status: number, error: string): PlainAnswer => ({
  status,
  body: { error },
});

export const NOT_FOUND: PlainAnswer = {
  status: 404,
  headers: { 'content-type': 'text/plain' },
  body: '404 page not found',
};

export function deliver(res: ServerResponse, answer: WireAnswer): void {
  if (answer === 'hang') return;
  if (answer === 'reset') reset(res);
  else if (answer === 'stall') res.writeHead(200, JSON_TYPE).write('[');
  else if ('drip' in answer) drip(res, answer.drip, answer.everyMs ?? 10);
  else if ('hugeBody' in answer) pour(res, answer.hugeBody);
  else if ('redirect' in answer)
    res.writeHead(answer.status ?? 307, { location: answer.redirect }).end();
  else send(res, answer);
}

function send(res: ServerResponse, { status = 200, headers = {}, body }: PlainAnswer): void {
  const isRaw = typeof body === 'string' || body instanceof Uint8Array || body === undefined;
  res.writeHead(status, { ...JSON_TYPE, ...headers }).end(isRaw ? body : JSON.stringify(body));
}

function reset(res: ServerResponse): void {
  res.socket?.resetAndDestroy();
}

function drip(res: ServerResponse, text: string, everyMs: number): void {
  res.writeHead(200, JSON_TYPE);
  const characters = text[Symbol.iterator]();
  const timer = setInterval(() => {
    const { done, value } = characters.next();
    if (done === true) res.end();
    else res.write(value);
  }, everyMs);
  // Also comes when the caller hangs up.
  res.once('close', () => clearInterval(timer));
}

const CHUNK = 'x'.repeat(64 * 1024);

function pour(res: ServerResponse, bytes: number): void {
  res.writeHead(200, JSON_TYPE);
  // A caller that hangs up in the middle is what such a body is for.
  pipeline(Readable.from(jsonOf(bytes)), res).catch(() => undefined);
}

/** One JSON array with one string, `bytes` long in all. */
function* jsonOf(bytes: number): Generator<string> {
  yield '["';
  for (let left = bytes - 4; left > 0; left -= CHUNK.length) yield CHUNK.slice(0, left);
  yield '"]';
}
