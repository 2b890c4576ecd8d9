/**
 * `fetch` over Node's own HTTP client: as it is for small exchanges with one platform, and for less
 * than half of the processor time, because nothing is a stream (`npm run bench`).
 *
 * It does not follow redirects, caches nothing, decodes no compression (and asks for none), and gives
 * the answer when it is there as a whole.
 */
import type { Agent, ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import { MAX_ANSWER_BYTES } from '../protocol/routes.ts';

/** Connections to one host at once; what comes beyond waits for one of them. */
const MOST_SOCKETS = 128;
/** Many servers drop a connection that was idle for five seconds, at the worst while it is used again. */
const IDLE_MS = 4_000;
/** Statuses whose answers have no body. */
const BODILESS: ReadonlySet<number> = new Set([204, 205, 304]);

interface Client {
  readonly request: (url: string, options: RequestOptions) => ClientRequest;
  readonly agent: Agent;
}

/** Makes one; its connections are its own, and hold no process open while they are idle. */
export function httpFetch(): typeof globalThis.fetch {
  const clients = new Map<string, Promise<Client>>();
  return async (input, init = {}) => {
    const { signal: given, ...rest } = init;
    const { request, text } = partsOf(input, rest);
    const signal = given ?? request.signal;
    const { protocol } = new URL(request.url);
    const client = clients.get(protocol) ?? load(protocol);
    clients.set(protocol, client);
    const body = text === undefined ? await bytesOf(request) : Buffer.from(text);
    return exchange(await client, request, { signal, body });
  };
}

const bytesOf = async (request: Request): Promise<Buffer | undefined> =>
  request.body === null ? undefined : Buffer.from(await request.arrayBuffer());

/** A Request whose text is given beside it stays as it is, without streams. */
function partsOf(
  input: string | URL | Request,
  { body, ...init }: Omit<RequestInit, 'signal'>,
): { readonly request: Request; readonly text?: string } {
  const isWhole = input instanceof Request && Object.keys(init).length === 0;
  if (isWhole && body === undefined) return { request: input };
  if (isWhole && typeof body === 'string' && input.headers.has('content-type'))
    return { request: input, text: body };
  return { request: new Request(input, body === undefined ? init : { ...init, body }) };
}

/** Loaded when it is first needed: it takes a while. */
async function load(protocol: string): Promise<Client> {
  const { Agent, request } = await import(protocol === 'https:' ? 'node:https' : 'node:http');
  const agent = new Agent({
    keepAlive: true,
    maxSockets: MOST_SOCKETS,
    timeout: IDLE_MS,
    // As `fetch` does it: a proxy only for who asks for one.
    ...(process.env['NODE_USE_ENV_PROXY'] === '1' ? { proxyEnv: process.env } : {}),
  });
  return { request, agent };
}

interface Sending {
  readonly signal: AbortSignal;
  readonly body: Buffer | undefined;
}

function exchange(
  { request, agent }: Client,
  { url, method, headers }: Request,
  { signal, body }: Sending,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const sent = request(url, {
      method,
      agent,
      signal,
      headers: {
        ...Object.fromEntries(headers),
        'accept-encoding': 'identity',
        ...(body === undefined ? {} : { 'content-length': body.length }),
      },
    });
    sent.on('error', reject);
    sent.once('response', (answer: IncomingMessage) => {
      collect(answer)
        .then((bytes) => resolve(responseOf(answer, bytes)))
        .catch(reject);
    });
    sent.end(body);
  });
}

/** @throws Error where it is too long, breaks off, or is compressed although we asked for no such thing */
function collect(answer: IncomingMessage): Promise<Buffer> {
  const encoding = answer.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') {
    answer.destroy();
    return Promise.reject(new Error(`the answer is encoded (${encoding}), which nobody asked for`));
  }
  const chunks: Buffer[] = [];
  let size = 0;
  return new Promise((resolve, reject) => {
    answer.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size > MAX_ANSWER_BYTES)
        answer.destroy(new Error(`the answer is larger than ${MAX_ANSWER_BYTES} bytes`));
    });
    answer.on('error', reject);
    answer.once('end', () => resolve(Buffer.concat(chunks)));
  });
}

function responseOf({ statusCode = 0, rawHeaders }: IncomingMessage, bytes: Buffer): Response {
  const headers = new Headers();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2)
    headers.append(rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '');
  const body = BODILESS.has(statusCode) ? null : new Uint8Array(bytes);
  return new Response(body, { status: statusCode, headers });
}
