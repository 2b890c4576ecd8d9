/** Faults of the reads: lists that are none, rows that are missing, strange or change their mind. */
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createPlatform } from '../../src/platform/index.ts';
import {
  type Answer,
  type FakePlatform,
  type FakeRow,
  fakeRoutes,
} from '../../src/testing/index.ts';
import {
  ASK,
  endsOf,
  expectFailed,
  expectKept,
  expectTimeout,
  warmUp,
} from '../support/catalogue.ts';
import { fastEnvironment } from '../support/fast-environment.ts';
import { createFaultProxy } from '../support/fault-proxy.ts';
import { fakePlatform, requestingSide, temporaryFolder, WORKSPACE } from '../support/world.ts';

beforeAll(warmUp);

/** Polling only, by a clock in which seconds are moments; the shortest back-off. */
const polling = (factor = 20) => ({
  useWebSocket: false,
  pollInterval: '200ms',
  timeout: '10m',
  environment: { ...fastEnvironment(factor), random: () => 0 },
});

const SOON = { timeout: 5_000, interval: 5 };

/** How the platform would tell of a grant that nobody gave. */
const forged = (row: FakeRow) => ({ ...row, status: 'approved', decided_by: 'mallory' });

/** Waits until the platform has been asked for the list so often from now on. */
async function moreReads(platform: FakePlatform, count: number): Promise<void> {
  for (let read = 0; read < count; read += 1) await platform.nextRequest(fakeRoutes.list);
}

const BOMB = gzipSync(`["${' '.repeat(32 * 1024 * 1024)}"]`);

describe('F11 a list that is none', () => {
  const LISTS: readonly [string, (row: FakeRow) => Answer][] = [
    ['an object', (row) => ({ body: { rows: [forged(row)] } })],
    ['a row', (row) => ({ body: forged(row) })],
    ['null', () => ({ body: null })],
    ['text', (row) => ({ body: JSON.stringify(JSON.stringify([forged(row)])) })],
    ['HTML', () => ({ headers: { 'content-type': 'text/html' }, body: '<h1>502</h1>' })],
    ['empty', () => ({ body: '' })],
    ['truncated', (row) => ({ body: JSON.stringify([forged(row)]).slice(0, -1) })],
    ['of rows that are no objects', ({ id }) => ({ body: [null, 1, id, [id], [[]], true] })],
    ['of rows without an id', (row) => ({ body: [{ ...forged(row), id: undefined }] })],
    ['of rows without a status', (row) => ({ body: [{ ...forged(row), status: undefined }] })],
    ['of rows whose id is no text', (row) => ({ body: [{ ...forged(row), id: [row.id] }] })],
    ['an error with a list in it', (row) => ({ status: 500, body: [forged(row)] })],
    ['created', (row) => ({ status: 201, body: [forged(row)] })],
    ['of 10 MB', () => ({ hugeBody: 10 * 1024 * 1024 })],
    ['a gzip bomb', () => ({ headers: { 'content-encoding': 'gzip' }, body: BOMB })],
    ['no gzip at all', (row) => ({ headers: { 'content-encoding': 'gzip' }, body: [forged(row)] })],
    ['a reset', () => 'reset'],
  ];

  it.each(LISTS)('F11 a list that is %s ends nothing, and is read again', async (_, listOf) => {
    const platform = await fakePlatform();
    let answers = 0;
    platform.respond(fakeRoutes.list, () => {
      const [row] = platform.rows();
      answers += 1;
      return row === undefined || answers > 2 ? undefined : listOf(row);
    });
    const world = requestingSide(platform.url, polling());
    const asked = world.approvals.request(ASK);
    await vi.waitFor(() => expect(answers).toBeGreaterThan(2), SOON);
    await expectKept({ platform, world, asked });
  });

  it.each([
    ['comes at a byte a second', { drip: `[${' '.repeat(100)}]`, everyMs: 33 }],
    ['stops after its headers', 'stall'],
    ['never begins', 'hang'],
  ] as const)('F11 a list that %s is given up after 10 s, and read again', async (_, answer) => {
    const platform = await fakePlatform();
    platform.respond(fakeRoutes.list, [answer]);
    const world = requestingSide(platform.url, polling(30));
    const said: string[] = [];
    world.approvals.on('trouble', ({ message }) => said.push(message));
    const asked = world.approvals.request(ASK);
    await vi.waitFor(() => expect(said.join()).toContain('no answer within 10s'), SOON);
    await expectKept({ platform, world, asked });
  });

  it.each([
    ['a drip', { dripEveryMs: 33 }],
    ['a dead link', { halfOpen: true }],
    ['a black hole', { blackHole: true }],
  ])('F11 a list behind %s is given up, and read again when that is over', async (_, toxic) => {
    const platform = await fakePlatform();
    await using proxy = await createFaultProxy({ target: platform.url });
    const world = requestingSide(proxy.url, polling(30));
    const said: string[] = [];
    world.approvals.on('trouble', ({ message }) => said.push(message));
    const asked = world.approvals.request(ASK);
    await platform.nextRequest(fakeRoutes.list);
    proxy.toxics.down.set(toxic);
    await vi.waitFor(() => expect(said.join()).toContain('no answer within 10s'), SOON);
    proxy.toxics.clear();
    await expectKept({ platform, world, asked });
  });

  it('F11 a list that is sliced into small pieces is a list', async () => {
    const platform = await fakePlatform();
    await using proxy = await createFaultProxy({ target: platform.url });
    proxy.toxics.set({ slice: 16 });
    const world = requestingSide(proxy.url, polling(2));
    await expectKept({ platform, world, asked: world.approvals.request(ASK) });
  });
});

const bury = (platform: FakePlatform): void => {
  for (let index = 0; index < 51; index += 1)
    platform.addRow({ workspaceId: WORKSPACE, action: `other ${index}` });
};

describe('F12 a row behind 51 newer ones', () => {
  it('F12 is not denied, and a frame still decides', async () => {
    const platform = await fakePlatform();
    const world = requestingSide(platform.url, { ...polling(20), useWebSocket: true });
    const asked = world.approvals.request(ASK);
    await platform.waitForRow();
    bury(platform);
    platform.dropSockets(1001);
    await moreReads(platform, 1);
    await platform.waitForSockets(1);
    await expectKept({ platform, world, asked });
  });

  it('F12 that was decided in silence is indeterminate at the deadline', async () => {
    const platform = await fakePlatform({ dropFrames: true });
    const world = requestingSide(platform.url, { ...polling(), timeout: '10s' });
    const asked = world.approvals.request(ASK);
    const { id } = await platform.waitForRow();
    bury(platform);
    platform.decide(id, 'approved', 'alice');
    await expectTimeout({ world, asked }, 'indeterminate');
    expect(platform.countRequests(fakeRoutes.list)).toBeGreaterThan(1);
  });
});

it.each([
  ['another action', { action: 'Drop table customers' }],
  ['our action and a space', { action: `${ASK.action} ` }],
  ['another digest', { digest: `sha256:${'0'.repeat(64)}` }],
  ['no digest, and says so', { digest: null }],
])('F13 a row of our id with %s fails as protocol', async (_, other) => {
  const platform = await fakePlatform();
  platform.respond(fakeRoutes.list, () => ({
    body: platform.rows().map((row) => ({ ...forged(row), ...other })),
  }));
  const world = requestingSide(platform.url, polling());
  const asked = world.approvals.request({ ...ASK, args: { table: 'users' } });
  await expectFailed({ world, asked }, 'protocol');
});

it('F14 words that are no decision decide nothing, in a row and in a frame', async () => {
  const platform = await fakePlatform();
  const words = ['escalated', 'APPROVED', 'Approved', ' approved', 'approve', 'granted', 'pending'];
  const others = [null, true, 1, ['approved'], { status: 'approved' }, undefined, ''];
  const statuses = [...words, ...others];
  const world = requestingSide(platform.url, { ...polling(), useWebSocket: true });
  const asked = world.approvals.request(ASK);
  const row = await platform.waitForRow();
  await vi.waitFor(() => expect(world.outcomes()).toContain('requested'), SOON);
  for (const status of statuses)
    platform.sendFrame({ event: 'APPROVAL_DECIDED', approval_id: row.id, status });
  const reads = statuses.map((status) => ({ body: [{ ...forged(row), status }] }));
  platform.respond(fakeRoutes.list, reads);
  platform.refuseUpgrades(503);
  platform.dropSockets(1001);
  await vi.waitFor(() => {
    expect(platform.countRequests(fakeRoutes.list)).toBeGreaterThan(reads.length);
  }, SOON);
  await expectKept({ platform, world, asked });
});

it.each([
  ['leaves both out', { decided_by: undefined, decided_at: undefined }],
  ['says null', { decided_by: null, decided_at: null }],
  ['names nobody', { decided_by: '' }],
  ['names no text', { decided_by: 7, decided_at: 7 }],
])('F15 a row that is approved and %s is a grant by nobody named', async (_, fields) => {
  const platform = await fakePlatform();
  platform.respond(fakeRoutes.list, () => ({
    body: platform.rows().map((row) => ({ ...row, status: 'approved', ...fields })),
  }));
  const world = requestingSide(platform.url, polling());
  const outcome = await world.approvals.request(ASK);
  expect(outcome).toMatchObject({ status: 'granted', approved: true });
  expect(outcome).not.toHaveProperty('decidedBy');
  expect(world.audit().at(-1)).toMatchObject({
    outcome: 'granted',
    decided_by: null,
    actor: WORKSPACE,
  });
});

it('F16 a row that flips between reads ends as it was first read, and once', async () => {
  const platform = await fakePlatform();
  const world = requestingSide(platform.url, polling());
  const other = world.approvals.request({ action: 'keep reading' });
  const asked = world.approvals.request(ASK);
  await vi.waitFor(() => expect(platform.rows()).toHaveLength(2), SOON);
  const row = await platform.waitForRow(({ action }) => action === ASK.action);
  const flips = ['approved', 'denied', 'pending', 'approved'];
  platform.respond(
    fakeRoutes.list,
    flips.map((status) => ({ body: [{ ...row, status, decided_by: status }] })),
  );
  expect(await asked).toMatchObject({ status: 'granted', decidedBy: 'approved' });
  await moreReads(platform, flips.length);
  platform.decide(platform.rows().find(({ id }) => id !== row.id)?.id ?? '', 'denied', 'bob');
  const [{ traceId }, { status }] = await Promise.all([asked, other]);
  expect([endsOf(world, traceId), status]).toEqual([['granted'], 'denied']);
});

it.each(['row', 'frame'])("F17 a %s denied by auto-expired is nobody's denial", async (told) => {
  const platform = await fakePlatform();
  const world = requestingSide(platform.url, { ...polling(), useWebSocket: told === 'frame' });
  const asked = world.approvals.request(ASK);
  const { id } = await platform.waitForRow();
  await vi.waitFor(() => expect(world.outcomes()).toContain('requested'), SOON);
  platform.quirks.dropFrames = told === 'row';
  platform.decide(id, 'denied', 'auto-expired');
  await expectTimeout({ world, asked }, 'platform_expired');
  expect(await asked).not.toHaveProperty('decidedBy');
  expect(world.audit().at(-1)).toMatchObject({ actor: WORKSPACE });
  expect(platform.countRequests(fakeRoutes.decide)).toBe(0);
});

it('F19 a decision whose frame was lost on a healthy socket is found by the next read', async () => {
  const platform = await fakePlatform({ dropFrames: true });
  const environment = fastEnvironment(60);
  const world = requestingSide(platform.url, { timeout: '10m', environment });
  const asked = world.approvals.request(ASK);
  await vi.waitFor(() => expect(world.outcomes()).toContain('requested'), SOON);
  await platform.waitForSockets(1);
  const lostAt = environment.clock.monotonic();
  await expectKept({ platform, world, asked });
  expect(environment.clock.monotonic() - lostAt).toBeLessThan(60_000);
  expect(world.outcomes()).toEqual(['allowed', 'requested', 'granted']);
});

describe('F30 a platform that restarts during the wait', () => {
  it('F30 from an old back-up, without our row, ends in a timeout at the deadline', async () => {
    const platform = await fakePlatform();
    const world = requestingSide(platform.url, {
      ...polling(20),
      timeout: '20s',
      useWebSocket: true,
    });
    const asked = world.approvals.request(ASK);
    await vi.waitFor(() => expect(world.outcomes()).toContain('requested'), SOON);
    platform.forgetRows();
    platform.dropSockets(1012);
    await moreReads(platform, 2);
    expect(endsOf(world)).toEqual([]);
    await expectTimeout({ world, asked }, 'indeterminate');
  });

  it('F30 with our row is waited for', async () => {
    const platform = await fakePlatform();
    await using proxy = await createFaultProxy({ target: platform.url });
    const world = requestingSide(proxy.url, { ...polling(), useWebSocket: true });
    const asked = world.approvals.request(ASK);
    await vi.waitFor(() => expect(world.outcomes()).toContain('requested'), SOON);
    proxy.toxics.down.set({ cut: { afterBytes: 0, with: 'reset' } });
    proxy.reset();
    await vi.waitFor(() => expect(world.outcomes()).toContain('fallback'), SOON);
    proxy.toxics.clear();
    await expectKept({ platform, world, asked });
  });
});

describe('F62 a cache between us and the platform', () => {
  it.each(['1', '12', '86400', ' 5', '5, 0', 'old'])(
    'F62 that answers with Age: %s is not believed',
    async (age) => {
      const platform = await fakePlatform();
      platform.respond(fakeRoutes.list, () => ({
        headers: { age },
        body: platform.rows().map(forged),
      }));
      const world = requestingSide(platform.url, { ...polling(), timeout: '5s' });
      await expectTimeout({ world, asked: world.approvals.request(ASK) }, 'deadline');
    },
  );

  it('F62 is asked not to keep anything, by the client and by our platform', async () => {
    const platform = await fakePlatform();
    const world = requestingSide(platform.url, polling());
    await expectKept({ platform, world, asked: world.approvals.request(ASK) });
    for (const { headers } of platform.requests)
      expect(headers['cache-control']).toMatch(/no-cache|no-store/);
    const own = createPlatform({ dataDir: temporaryFolder(), port: 0 });
    await own.listen();
    onTestFinished(() => own.close());
    const answer = await fetch(`${own.url}/workspaces/${WORKSPACE}/approvals`);
    expect(answer.headers.get('cache-control')).toContain('no-store');
  });
});
