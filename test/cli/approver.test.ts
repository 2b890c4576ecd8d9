import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import type { JsonValue } from '../../machines/index.ts';
import { cardOf } from '../../src/cli/approver/card.ts';
import { ApproverClient } from '../../src/cli/approver/client.ts';
import { endSentence } from '../../src/cli/approver/end-sentence.ts';
import { lookUp } from '../../src/cli/approver/lookup.ts';
import { readApproverSettings } from '../../src/cli/approver/settings.ts';
import { jsonLine } from '../../src/cli/output.ts';
import { UsageError } from '../../src/cli/usage-error.ts';
import { digestOf } from '../../src/protocol/digest.ts';
import {
  type CliWorld,
  cliWorld,
  type Ended,
  jsonLines,
  type Served,
  serve,
  unreachableUrl,
} from '../support/cli.ts';
import { caller } from '../support/platform.ts';

let world: CliWorld;
let platform: Served;
let endWorld = (): void => undefined;

beforeAll(async () => {
  world = cliWorld({}, (end) => {
    endWorld = end;
  });
  platform = await serve(world);
});
afterAll(() => endWorld());
afterEach(() => {
  vi.unstubAllEnvs();
});

const run = (...args: string[]): Promise<Ended> =>
  world.run(args, { env: { PLATFORM_URL: platform.url } });

/** Asks, as an agent does. @returns the id */
async function ask(action: string, body: Record<string, JsonValue> = {}): Promise<string> {
  const call = caller((path, init) => fetch(platform.url + path, init));
  const answer = await call('POST', '/workspaces/w1/approvals', { body: { action, ...body } });
  return String(answer.body['approval_id']);
}

const bound = (action: string, args: JsonValue) => ({
  context: { args, digest: digestOf({ action, args, workspaceId: 'w1' }) },
});

it('says that nothing is pending, lists what is, decides by the beginning of an id, and once only', async () => {
  const nothing = await run('list');
  expect(nothing).toEqual({
    status: 0,
    stdout: '',
    stderr: `Nothing is pending at ${platform.url}.\n`,
  });

  const id = await ask('Delete \u202Esecret', {
    reason: 'two\nlines',
    ...bound('Delete \u202Esecret', { all: '\u200B' }),
  });
  const [text, json] = await Promise.all([run('list'), run('list', '--json')]);
  expect(text.stdout.replace(/\d+:\d\d\n$/, 'SOON\n')).toBe(
    [
      'Delete ⟦U+202E⟧secret',
      `  id         ${id}`,
      '  workspace  w1',
      '  reason     two⏎lines',
      '  args       {"all":"⟦U+200B⟧"}',
      '  time left  SOON',
      '',
    ].join('\n'),
  );
  expect(json.stdout).not.toMatch(/\u202E|\u200B/);
  expect(jsonLines(json.stdout)).toMatchObject([
    { id, action: 'Delete \u202Esecret', args: { all: '\u200B' }, status: 'pending' },
  ]);

  const first = await run('decide', id.slice(0, 8), 'deny', '--note', 'no', '--json');
  expect(first.status).toBe(0);
  expect(jsonLines(first.stdout)).toMatchObject([
    { approval_id: id, status: 'denied', outcome: 'denied', decided_by: expect.any(String) },
  ]);
  const again = await run('decide', id.slice(0, 8), 'approve', '--json');
  expect(again.status).toBe(1);
  expect(jsonLines(again.stdout)).toMatchObject([{ code: 'already_decided', outcome: 'denied' }]);
  expect(again.stderr).toMatch(/^It had ended already, denied by .*: Delete ⟦U\+202E⟧secret/);
});

it('ends with 2 where it does not know: nobody answers, or the token is refused', async () => {
  const env = { PLATFORM_URL: platform.url, COUNTERSIGN_APPROVER_TOKEN: 'not-this-one' };
  const [unreachable, refused] = await Promise.all([
    world.run(['list'], { env: { PLATFORM_URL: await unreachableUrl() } }),
    world.run(['list', '--json'], { env }),
  ]);
  expect(unreachable).toMatchObject({ status: 2, stdout: '' });
  expect(unreachable.stderr).toMatch(
    /^countersign: cannot reach the platform at .*ECONNREFUSED.*is it running\?.*\n$/,
  );
  expect(refused).toMatchObject({ status: 2, stdout: '' });
  expect(refused.stderr).toMatch(
    /does not take the approver's token from COUNTERSIGN_APPROVER_TOKEN/,
  );
  expect(refused.stderr).not.toContain('not-this-one');
});

it('finds one approval by the beginning of its id, and no other', async () => {
  const client = await clientOf((_request, response) =>
    response.end('[{"id":"abcd-1","workspace_id":"w"},{"id":"abcd-2","workspace_id":"w"}]'),
  );
  expect((await lookUp(client, 'abcd-2')).id).toBe('abcd-2');
  await expect(lookUp(client, 'abcd')).rejects.toThrow(
    '2 approvals begin with abcd; write more of the id: abcd-1, abcd-2',
  );
  await expect(lookUp(client, 'ffff')).rejects.toThrow('no approval has the id ffff');
  await expect(lookUp(client, 'abc')).rejects.toThrow('no approval has the id abc,');
  await expect(lookUp(client, ' ')).rejects.toThrow(UsageError);
});

it('says so where a platform keeps no list of ended ones', async () => {
  const client = await clientOf(({ url = '' }, response) =>
    url.includes('recent') ? response.writeHead(404).end() : response.end('[]'),
  );
  await expect(lookUp(client, 'ffff')).rejects.toThrow('no approval has the id ffff');
});

it('sends the digest of what was looked up with the decision', async () => {
  const digest = `sha256:${'0'.repeat(64)}`;
  const view = { id: 'abcd-1', workspace_id: 'w 1', digest };
  const sent: unknown[] = [];
  const client = await clientOf((request, response) => {
    if (request.method === 'GET') response.end(JSON.stringify([view]));
    else
      request
        .on('data', (body) => sent.push(request.url, JSON.parse(String(body))))
        .on('end', () => response.end('{"status":"approved"}'));
  });
  const decided = await client.decide(await lookUp(client, 'abcd'), {
    decision: 'approved',
    note: 'n',
  });
  expect(decided).toEqual({ first: true, end: { status: 'approved' } });
  expect(sent).toEqual([
    '/workspaces/w%201/approvals/abcd-1/decide',
    { decision: 'approved', note: 'n', digest },
  ]);
});

it('does not take any other 404 for a decision that came too late', async () => {
  const client = await clientOf((_request, response) =>
    response.writeHead(404).end('{"error":"no such approval","code":"not_found"}'),
  );
  const view = { id: 'a', workspace_id: 'w' };
  await expect(client.decide(view, { decision: 'denied' })).rejects.toThrow(
    'the platform answered 404 (no such approval)',
  );
});

it.each<[string, RequestListener, RegExp]>([
  ['a page', (_request, response) => response.end('<html>'), /is not a platform's/],
  ['strange rows', (_request, response) => response.end('[{"id":7}]'), /is not a platform's/],
  [
    'an error',
    (_request, response) => response.writeHead(500).end('{"error":"disk \\u001b[2Jfull"}'),
    /answered 500 \(disk ⟦U\+001B⟧\[2Jfull\)/,
  ],
  [
    'a redirect',
    (_request, response) => response.writeHead(307, { location: '/elsewhere' }).end(),
    /answered 307/,
  ],
  [
    'a link to another host',
    (_request, response) =>
      response.setHeader('Link', '<http://example.com/x>; rel="next"').end('[]'),
    /another host/,
  ],
  [
    'a refusal',
    (_request, response) => response.writeHead(403).end('{"error":"for approvers only"}'),
    /refuses what the token from a test asks: 403 \(for approvers only\)/,
  ],
])('does not take %s for an empty list', async (_what, listener, message) => {
  await expect((await clientOf(listener)).pending()).rejects.toThrow(message);
});

it.each([
  ['an absolute', (host: string) => `http://${host}/approvals/pending?after=1`],
  ['a relative', () => '?after=1'],
])('reads the list page by page by %s link, and the clock of the platform', async (_, address) => {
  const client = await clientOf(({ url, headers }, response) => {
    const second = url === '/approvals/pending?after=1';
    const next = `<${address(headers.host ?? '')}>; rel="next"`;
    if (!second) response.setHeader('Link', next);
    response.setHeader('X-Server-Time', '1234');
    response.end(JSON.stringify([{ id: second ? 'b' : 'a', workspace_id: 'w' }]));
  });
  const { views, serverNow } = await client.pending();
  expect({ ids: views.map(({ id }) => id), serverNow }).toEqual({
    ids: ['a', 'b'],
    serverNow: 1234,
  });
});

it('shows nothing raw that a terminal would act on, whatever the platform sends', () => {
  const nasty = {
    id: '\u001b[2J1',
    workspace_id: 'w\u0007',
    action: '\u001b]0;x\u0007\u202E',
    reason: '\u009b31m',
    args: ['\r\u{e0041}'],
  };
  expect(cardOf(nasty, 0)).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
  expect(cardOf(nasty, 0)).toMatch(/^⟦U\+001B⟧\]0;x⟦U\+0007⟧⟦U\+202E⟧\n/);
  expect(jsonLine(nasty)).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  expect(JSON.parse(jsonLine(nasty))).toEqual(nasty);
});

it('says how much of a long text is hidden', () => {
  const card = cardOf({ id: 'a', workspace_id: 'w', action: 'x'.repeat(2_500) }, 0);
  expect(card).toMatch(/^x{2000} … \(500 more characters, see --json\)\n/);
});

it.each([
  [{ status: 'approved', outcome: 'granted', decided_by: 'ann' }, 'approved by ann'],
  [{ status: 'denied', outcome: 'denied', decided_by: 'ann\u001b' }, 'denied by ann⟦U+001B⟧'],
  [{ status: 'denied', outcome: 'timeout', decided_by: 'auto-expired' }, 'expired unanswered'],
  [{ status: 'denied', outcome: null, decided_by: 'auto-expired' }, 'expired unanswered'],
  [{ status: 'denied', outcome: 'withdrawn', decided_by: 'withdrawn: no' }, 'withdrawn: no'],
  [{ status: 'escalated' }, 'ended as escalated'],
])('tells of the end %j', (end, sentence) => {
  expect(endSentence(end)).toBe(sentence);
});

it('takes the token of the folder that is named, else of the environment, else of the default folder', () => {
  const defaults = join(world.folder, 'state', 'platform');
  vi.stubEnv('COUNTERSIGN_STATE_DIR', join(world.folder, 'state'));
  vi.stubEnv('PLATFORM_URL', 'http://127.0.0.1:9999/base/');
  vi.stubEnv('COUNTERSIGN_APPROVER_TOKEN', 'from-the-environment');
  const token = new URL(platform.sign_in_url).hash.slice('#token='.length);
  expect(readApproverSettings(defaults).token).toBe(token);
  expect(readApproverSettings(undefined)).toEqual({
    url: 'http://127.0.0.1:9999/base',
    token: 'from-the-environment',
    tokenFrom: 'COUNTERSIGN_APPROVER_TOKEN',
  });
  vi.stubEnv('COUNTERSIGN_APPROVER_TOKEN', undefined);
  expect(readApproverSettings(undefined).token).toBe(token);
  expect(() => readApproverSettings(world.folder)).toThrow(
    /no approver's token \(ENOENT.*approver/,
  );
});

it("does not send the token of this machine's platform to another one", () => {
  vi.stubEnv('COUNTERSIGN_STATE_DIR', join(world.folder, 'state'));
  vi.stubEnv('COUNTERSIGN_APPROVER_TOKEN', undefined);
  for (const url of ['http://127.0.0.1.example.com:8080', 'https://10.0.0.1', 'http://[::2]']) {
    vi.stubEnv('PLATFORM_URL', url);
    expect(() => readApproverSettings(undefined)).toThrow(`is not sent to ${url}`);
  }
});

it('reports all that is wrong with the settings of an approver at once, without the token', () => {
  vi.stubEnv('PLATFORM_URL', ' ');
  vi.stubEnv('COUNTERSIGN_APPROVER_TOKEN', 'two words');
  expect(() => readApproverSettings(undefined)).toThrow(
    /^wrong settings: PLATFORM_URL .*; COUNTERSIGN_APPROVER_TOKEN (?!.*two words)/,
  );
});

/** An approver's client of a platform that answers as the test likes, and knows no single approval. */
async function clientOf(listener: RequestListener): Promise<ApproverClient> {
  const server = createServer((request, response) => {
    if (/^\/approvals\/(?!pending|recent)/.test(request.url ?? ''))
      response.writeHead(404).end('{}');
    else listener(request, response);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : address}`;
  return new ApproverClient({ url, token: 'a-token', tokenFrom: 'a test' });
}
