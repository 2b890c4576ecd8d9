import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fakeRoutes } from '../../src/testing/index.ts';
import {
  type CliWorld,
  cliWorld,
  jsonLines,
  type Served,
  serve,
  unreachableUrl,
} from '../support/cli.ts';
import { type Call, caller, type Fields } from '../support/platform.ts';
import { fakePlatform, readAudit } from '../support/world.ts';

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

/** Settings of one asker, whose workspace names the test. */
const asker = (workspaceId: string) => ({
  WORKSPACE_ID: workspaceId,
  PLATFORM_URL: platform.url,
  AUDIT_LOG_PATH: join(world.folder, `${workspaceId}.jsonl`),
});

/** The platform, as an approver calls it. */
const call: Call = (method, path, options) =>
  caller((to, init) => fetch(platform.url + to, init))(method, path, {
    token: new URL(platform.sign_in_url).hash.slice('#token='.length),
    ...options,
  });

const pendingOf = async (workspaceId: string): Promise<Fields[]> =>
  (await call('GET', '/approvals/pending')).rows.filter(
    (view) => view['workspace_id'] === workspaceId,
  );

async function idOf(workspaceId: string): Promise<string> {
  const [view] = await pendingOf(workspaceId);
  return String(view?.['id']);
}

async function decide(workspaceId: string, decision: string, note = ''): Promise<void> {
  const path = `/workspaces/${workspaceId}/approvals/${await idOf(workspaceId)}/decide`;
  expect((await call('POST', path, { body: { decision, note } })).status).toBe(200);
}

const WAITING = /Waiting until .* for a person to decide at http.*\n {2}or: countersign decide/;

it('prints the granted outcome as one object and ends with 0 when a second process approves', async () => {
  const args = [
    'request',
    'Deploy 1.4',
    '--reason',
    'Friday',
    '--args',
    '{"version":"1.4"}',
    '--json',
  ];
  const asked = world.start(args, { env: asker('granted') });
  await asked.said(WAITING);
  const id = await idOf('granted');
  const decided = await world.run(['decide', id, 'approve', '--note', 'go'], {
    env: { PLATFORM_URL: platform.url },
  });
  const { status, stdout, stderr } = await asked.ended;
  expect({ status, lines: stdout.split('\n').length }).toEqual({ status: 0, lines: 2 });
  expect(jsonLines(stdout)).toEqual([
    {
      approved: true,
      status: 'granted',
      trace_id: expect.any(String),
      approval_id: id,
      decided_by: expect.any(String),
      message: 'go',
    },
  ]);
  expect(stderr).toMatch(/Approved by .*: go\n$/);
  expect(decided).toMatchObject({ status: 0, stdout: '' });
  expect(decided.stderr).toMatch(/^approved by .* at [\d:]+: Deploy 1\.4 \(/);
});

it('ends with 1 and prints no data when a person says no and nobody asked for data', async () => {
  const asked = world.start(['request', 'Drop table users'], { env: asker('denied') });
  await asked.said(WAITING);
  await decide('denied', 'denied', 'not today');
  const { status, stdout, stderr } = await asked.ended;
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toMatch(/Denied by .*: not today\n$/);
});

it('ends with 1 where the roles forbid asking, with 3 where nobody answers, read or not', async () => {
  const forbidden = cliWorld();
  writeFileSync(join(forbidden.folder, 'config.yaml'), 'rbac: {roles: [read-only]}');
  const timeoutArgs = ['request', 'x', '--timeout', '300ms', '--json'];
  const unread = world.start(timeoutArgs, { env: asker('unread') });
  unread.child.stdout?.destroy();
  const [denied, timeout, closed] = await Promise.all([
    forbidden.run(['request', 'x', '--json'], { env: asker('rbac') }),
    world.run(timeoutArgs, { env: asker('timeout') }),
    unread.ended,
  ]);
  expect(denied.status).toBe(1);
  expect(jsonLines(denied.stdout)).toMatchObject([{ approved: false, status: 'denied' }]);
  expect(denied.stderr).toContain(
    "Denied: RBAC: this workspace does not have the 'approve' permission",
  );
  expect(timeout.status).toBe(3);
  expect(jsonLines(timeout.stdout)).toMatchObject([{ approved: false, status: 'timeout' }]);
  expect(timeout.stderr).toMatch(/Taking the request back …\nNot approved: Timed out/);
  expect(closed.status).toBe(3);
  expect(closed.stderr).not.toMatch(/EPIPE| {4}at /);
});

it('ends with 4 and the reason where the platform cannot be reached', async () => {
  const env = { ...asker('failed'), PLATFORM_URL: await unreachableUrl() };
  const { status, stdout, stderr } = await world.run(['request', 'x', '--json'], { env });
  expect(status).toBe(4);
  expect(jsonLines(stdout)).toMatchObject([{ status: 'failed', cause: 'transport' }]);
  expect(stderr).toMatch(/^Failed \(transport\): .*ECONNREFUSED/m);
});

it.each(['SIGINT', 'SIGTERM'] as const)(
  'takes the request back on %s and ends with 5',
  async (signal) => {
    const workspace = `withdrawn-${signal}`;
    const asked = world.start(['request', 'x', '--json'], { env: asker(workspace) });
    await asked.said(WAITING);
    asked.child.kill(signal);
    const { status, stdout, stderr } = await asked.ended;
    expect(status).toBe(5);
    expect(jsonLines(stdout)).toMatchObject([{ approved: false, status: 'withdrawn' }]);
    expect(stderr).toContain('Taking the request back …');
    expect(stderr).not.toContain('    at ');
    expect(await pendingOf(workspace)).toEqual([]);
    expect(readAudit(asker(workspace).AUDIT_LOG_PATH).at(-1)?.outcome).toBe('withdrawn');
  },
);

it('waits for the withdrawal however often it is told to stop', async () => {
  const slow = await fakePlatform();
  const { promise: released, resolve: release } = Promise.withResolvers<'asRecorded'>();
  slow.respond(fakeRoutes.decide, () => released);
  const env = { ...asker('impatient'), PLATFORM_URL: slow.url };
  const asked = world.start(['request', 'x', '--json'], { env });
  await asked.said(WAITING);
  asked.child.kill('SIGINT');
  await asked.said(/Taking the request back …/);
  asked.child.kill('SIGINT');
  await asked.said(/The request is being taken back; this ends within 10 seconds\./);
  release('asRecorded');
  expect((await asked.ended).status).toBe(5);
  expect(slow.rows()[0]?.decided_by).toBe('withdrawn: the caller gave up');
});

it('reports everything that is wrong with the settings at once, with 2 and nothing sent', async () => {
  const env = {
    PLATFORM_URL: 'ftp://nowhere',
    APPROVAL_TIMEOUT: 'soon',
    APPROVAL_USE_WEBSOCKET: 'perhaps',
  };
  const { status, stdout, stderr } = await world.run(['request', 'x', '--json'], { env });
  expect(status).toBe(2);
  expect(jsonLines(stdout)).toMatchObject([{ approved: false, status: 'failed', cause: 'config' }]);
  expect(stderr.split('\n').map((line) => line.split(' ').slice(0, 3).join(' '))).toEqual([
    'countersign: wrong settings',
    '  PLATFORM_URL',
    '  WORKSPACE_ID',
    '  APPROVAL_TIMEOUT',
    '  APPROVAL_USE_WEBSOCKET',
    '',
  ]);
});

it('ends with 2 where the request itself is refused', async () => {
  const env = asker('refused');
  const { status, stderr } = await world.run(['request', 'ring \u0007 the bell'], { env });
  expect(status).toBe(2);
  expect(stderr).toMatch(/^Failed \(input\): .*U\+0007/);
});

it.each([404, 409])('ends with 4 where the platform refuses the request with %i', async (code) => {
  const refusing = await fakePlatform();
  refusing.respond(fakeRoutes.create, { status: code });
  const env = { ...asker('unwanted'), PLATFORM_URL: refusing.url };
  const { status, stdout } = await world.run(['request', 'x', '--json'], { env });
  expect(status).toBe(4);
  expect(jsonLines(stdout)).toMatchObject([{ approved: false, status: 'failed' }]);
});

it('goes on with the same approval under the same key after a kill -9', async () => {
  const env = asker('killed');
  const args = ['request', 'Delete backups', '--key', 'job-7', '--json'];
  const first = world.start(args, { env });
  await first.said(WAITING);
  first.child.kill('SIGKILL');
  await first.ended;
  const before = await pendingOf('killed');

  const second = world.start(args, { env });
  await second.said(WAITING);
  const after = await pendingOf('killed');
  expect(after.map(({ id }) => id)).toEqual(before.map(({ id }) => id));
  expect(after).toHaveLength(1);
  const id = String(after[0]?.['id']);
  await decide('killed', 'approved');
  const { status, stdout } = await second.ended;
  expect(status).toBe(0);
  expect(jsonLines(stdout)).toMatchObject([{ status: 'granted', approval_id: id }]);
});
