/** The real platform, with and without a port, over a real store in a folder of its own. */
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { z } from 'zod';
import type { JsonValue } from '../../machines/index.ts';
import { servedAt } from '../../src/http/served.ts';
import {
  createPlatform,
  type Platform,
  type PlatformLogger,
  type PlatformOptions,
} from '../../src/platform/index.ts';
import { silent } from '../../src/platform/logger.ts';
import { newSecret } from '../../src/platform/secrets.ts';
import { createService } from '../../src/platform/service.ts';
import { openStorage, type Storage } from '../../src/platform/storage/index.ts';
import { type ManualClock, manualClock } from './manual-clock.ts';
import { temporaryFolder } from './temp-folder.ts';

export { temporaryFolder };

const objectSchema = z.record(z.string(), z.unknown());
export type Fields = z.infer<typeof objectSchema>;

/** An answer, read. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as an object; throws where it is none. */
  readonly body: Fields;
  /** The body as an array of objects; throws where it is none. */
  readonly rows: Fields[];
}

export interface CallOptions {
  /** Sent as JSON; a string is sent as it is. */
  readonly body?: JsonValue | Uint8Array;
  readonly headers?: Record<string, string>;
  /** Bearer token. */
  readonly token?: string;
}

export type Call = (method: string, path: string, options?: CallOptions) => Promise<Answer>;

/** Calls whatever answers requests: an app, or `fetch` with a base address. */
export function caller(
  send: (path: string, init: RequestInit) => Response | Promise<Response>,
  always: Record<string, string> = {},
): Call {
  return async (method, path, { body, headers, token } = {}) => {
    const response = await send(path, {
      method,
      headers: {
        ...always,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: encoded(body) }),
    });
    return answerFrom(response, await response.text());
  };
}

function encoded(body: JsonValue | Uint8Array): string | Uint8Array<ArrayBuffer> {
  if (body instanceof Uint8Array) return new Uint8Array(body);
  return typeof body === 'string' ? body : JSON.stringify(body);
}

const answerFrom = ({ status, headers }: Response, text: string): Answer => ({
  status,
  headers,
  text,
  get body() {
    return objectSchema.parse(JSON.parse(text));
  },
  get rows() {
    return z.array(objectSchema).parse(JSON.parse(text));
  },
});

export interface TestApp {
  readonly call: Call;
  readonly storage: Storage;
  readonly clock: ManualClock;
  /** The token of the data folder's owner. */
  readonly token: string;
  /** Asks for an approval. @returns its id */
  readonly ask: (body?: Record<string, JsonValue>, workspaceId?: string) => Promise<string>;
}

export interface TestAppOptions {
  readonly host?: string;
  readonly origins?: readonly string[];
  readonly pageDir?: string;
  readonly logger?: PlatformLogger;
}

/** The platform without a port, with a clock that stands still. */
export async function testApp(options: TestAppOptions = {}): Promise<TestApp> {
  const clock = manualClock();
  const storage = openStorage(temporaryFolder(), () => clock.now());
  const host = options.host ?? '127.0.0.1';
  const served = servedAt(host, 8080, options.origins ?? []);
  const token = newSecret();
  const { pageDir, logger = silent } = options;
  const service = await createService({ storage, served, token, clock, logger, pageDir });
  onTestFinished(async () => {
    await service.close();
    await storage.close();
  });
  const call = caller((path, init) => service.app.request(path, init), { host: `${host}:8080` });
  return { call, storage, clock, token, ask: asker(call) };
}

/** Asks for approvals. The function it returns resolves with the id. */
export const asker =
  (call: Call) =>
  async (body: Record<string, JsonValue> = {}, workspaceId = 'w1'): Promise<string> => {
    const path = `/workspaces/${encodeURIComponent(workspaceId)}/approvals`;
    const answer = await call('POST', path, { body: { action: 'Drop table users', ...body } });
    if (answer.status !== 201) throw new Error(`asking was answered with ${answer.text}`);
    return String(answer.body['approval_id']);
  };

export interface RunningPlatform {
  readonly platform: Platform;
  readonly call: Call;
  readonly token: string;
  readonly ask: TestApp['ask'];
}

/** The platform on a free port. */
export async function runningPlatform(
  options: Partial<PlatformOptions> = {},
): Promise<RunningPlatform> {
  const platform = createPlatform({
    dataDir: options.dataDir ?? temporaryFolder(),
    port: 0,
    ...options,
  });
  onTestFinished(() => platform.close());
  await platform.listen();
  const call = caller((path, init) => fetch(platform.url + path, init));
  return { platform, call, token: platform.approverToken, ask: asker(call) };
}

export interface LiveClient {
  readonly socket: WebSocket;
  /** Every frame so far, in the order in which they came. */
  readonly frames: Fields[];
  readonly seqs: () => unknown[];
}

/** An open socket to a platform, for requesters of `w1` unless the headers say otherwise. */
export async function liveClient(
  url: string,
  { path = '/ws', headers = { 'x-workspace-id': 'w1' } }: LiveOptions = {},
): Promise<LiveClient> {
  const socket = new WebSocket(url.replace(/^http/, 'ws') + path, { headers });
  const frames: Fields[] = [];
  socket.on('message', (data) =>
    frames.push(objectSchema.parse(JSON.parse(z.instanceof(Buffer).parse(data).toString()))),
  );
  onTestFinished(() => socket.terminate());
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  return { socket, frames, seqs: () => frames.map((frame) => frame['seq']) };
}

export interface LiveOptions {
  readonly path?: string;
  readonly headers?: Record<string, string>;
}

/** The answer to an upgrade that is refused. */
export function refusedUpgrade(url: string, { path = '/ws', headers = {} }: LiveOptions = {}) {
  const socket = new WebSocket(url.replace(/^http/, 'ws') + path, { headers });
  return new Promise<Answer>((resolve, reject) => {
    socket.once('error', () => {});
    socket.once('open', () => reject(new Error('the upgrade was accepted')));
    socket.once('unexpected-response', (_request, response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () =>
        resolve(answerFrom(new Response(null, { status: response.statusCode ?? 500 }), text)),
      );
    });
  });
}
