/** The requesting side over a platform that behaves as the recorded one, and worse. */
import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { toToolResult, verifyAuditLog } from '../src/index.ts';
import { fakeRoutes } from '../src/testing/index.ts';
import { fastEnvironment } from './support/fast-environment.ts';
import { fakePlatform, requestingSide, temporaryFolder, WORKSPACE } from './support/world.ts';

const ASK = { action: 'Drop table users', reason: 'GDPR erasure request 4711' };

describe('a decision', () => {
  it.each(['enveloped', 'flat'] as const)(
    'arrives as a frame of the %s dialect',
    async (dialect) => {
      const platform = await fakePlatform({ dialect });
      const { approvals, outcomes } = requestingSide(platform.url, { pollInterval: '60s' });
      const asked = approvals.request(ASK);
      const { id } = await platform.waitForRow();
      platform.decide(id, 'denied', 'bob');
      expect(await asked).toMatchObject({ status: 'denied', decidedBy: 'bob', approvalId: id });
      expect(outcomes()).toEqual(['allowed', 'requested', 'denied']);
    },
  );

  it('that was lost in silence is found by the read of every 30 s', async () => {
    const platform = await fakePlatform();
    const { approvals, outcomes } = requestingSide(platform.url, {
      timeout: '5m',
      environment: fastEnvironment(40),
    });
    const asked = approvals.request(ASK);
    const { id } = await platform.waitForRow();
    await vi.waitFor(() => expect(outcomes()).toContain('requested'));
    platform.quirks.dropFrames = true;
    platform.decide(id, 'approved', 'alice');
    expect(await asked).toMatchObject({ status: 'granted', decidedBy: 'alice' });
    expect(outcomes()).not.toContain('fallback');
  });

  it('that was lost with the channel is read at once', async () => {
    const platform = await fakePlatform({ dropFrames: true });
    const { approvals, outcomes } = requestingSide(platform.url, { pollInterval: '60s' });
    const asked = approvals.request(ASK);
    const { id } = await platform.waitForRow();
    await vi.waitFor(() => expect(outcomes()).toContain('requested'));
    platform.refuseUpgrades(503);
    platform.decide(id, 'approved', 'alice');
    platform.dropSockets(1006, { abrupt: true });
    expect(await asked).toMatchObject({ status: 'granted', decidedBy: 'alice' });
    expect(outcomes()).toEqual(['allowed', 'requested', 'fallback', 'granted']);
  });

  it('is believed only with its row where grants are confirmed', async () => {
    const platform = await fakePlatform();
    const { approvals } = requestingSide(platform.url, { confirmGrants: true, timeout: '2s' });
    const forged = approvals.request(ASK);
    const { id } = await platform.waitForRow();
    platform.sendFrame({ event: 'APPROVAL_DECIDED', approval_id: id, status: 'approved' });
    await platform.nextRequest(fakeRoutes.list);
    expect(await forged).toMatchObject({ status: 'timeout' });

    const real = approvals.request({ action: 'Rotate keys' });
    const row = await platform.waitForRow(({ action }) => action === 'Rotate keys');
    platform.decide(row.id, 'approved', 'alice');
    expect(await real).toMatchObject({ status: 'granted', decidedBy: 'alice' });
  });

  it('that comes after the deadline grants nothing, and is said to be late', async () => {
    const platform = await fakePlatform({ dropFrames: true });
    const { approvals, audit } = requestingSide(platform.url, { timeout: '600ms' });
    const asked = approvals.request(ASK);
    const { id } = await platform.waitForRow();
    platform.respond(fakeRoutes.decide, () => {
      platform.decide(id, 'approved', 'alice');
      return undefined;
    });
    const outcome = await asked;
    expect(outcome).toMatchObject({ status: 'timeout', cause: 'decided_late', approved: false });
    expect(JSON.stringify(outcome)).not.toContain('alice');
    expect(audit().at(-1)).toMatchObject({ outcome: 'timeout', timeout_seconds: 0.6 });
  });
});

describe('a create', () => {
  it('that is refused three times fails, naming the status, and asks once', async () => {
    const platform = await fakePlatform();
    platform.respond(fakeRoutes.create, { status: 500, body: { error: 'database is down' } });
    const { approvals, audit } = requestingSide(platform.url, { environment: fastEnvironment(20) });
    const outcome = await approvals.request(ASK);
    expect(toToolResult(outcome)).toMatchObject({
      approved: false,
      error: expect.stringContaining('Failed to create request: 500'),
    });
    expect(platform.countRequests(fakeRoutes.create)).toBe(3);
    expect(audit().at(-1)).toMatchObject({ outcome: 'failure', reason: 'submit_failed' });
  });

  it('is tried again where nobody listens, and then fails as transport', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const { approvals } = requestingSide(`http://127.0.0.1:${port}`, {
      environment: fastEnvironment(20),
    });
    const outcome = await approvals.request(ASK);
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'transport' } });
    expect(toToolResult(outcome).error).toContain('ECONNREFUSED');
  });

  it.each([200, 202, 204, 302, 307])('answered with %i is no success', async (status) => {
    const elsewhere = await fakePlatform();
    const platform = await fakePlatform();
    platform.respond(
      fakeRoutes.create,
      status >= 300
        ? { redirect: `${elsewhere.url}/workspaces/x/approvals`, status }
        : { status, ...(status === 204 ? {} : { body: { approval_id: 'a', status: 'pending' } }) },
    );
    const { approvals } = requestingSide(platform.url, { token: 'secret' });
    expect(await approvals.request(ASK)).toMatchObject({
      status: 'failed',
      error: { code: 'protocol' },
    });
    expect(elsewhere.requests).toEqual([]);
  });

  it.each([
    [400, 'config'],
    [404, 'config'],
    [413, 'config'],
    [403, 'auth'],
    [409, 'conflict'],
  ])('answered with %i fails at once as %s', async (status, code) => {
    const platform = await fakePlatform();
    platform.respond(fakeRoutes.create, { status, body: { error: 'no' } });
    const { approvals } = requestingSide(platform.url);
    expect(await approvals.request(ASK)).toMatchObject({ status: 'failed', error: { code } });
    expect(platform.countRequests(fakeRoutes.create)).toBe(1);
  });

  it('answered with 401 reads the rotated token and goes on', async () => {
    const platform = await fakePlatform({ requireToken: 'new' });
    const folder = temporaryFolder();
    writeFileSync(join(folder, '.auth_token'), 'old\n');
    vi.stubEnv('CONFIGS_DIR', folder);
    const { approvals } = requestingSide(platform.url, { useWebSocket: false });
    vi.unstubAllEnvs();
    platform.respond(fakeRoutes.create, () => {
      writeFileSync(join(folder, '.auth_token'), 'new\n');
      return undefined;
    });
    const asked = approvals.request(ASK);
    platform.decide((await platform.waitForRow()).id, 'approved');
    expect(await asked).toMatchObject({ status: 'granted' });
    expect(platform.requests.slice(0, 2).map(({ headers }) => headers.authorization)).toEqual([
      'Bearer old',
      'Bearer new',
    ]);
  });

  it('with a token that is never accepted fails as auth, and never shows it', async () => {
    const platform = await fakePlatform({ requireToken: 'other' });
    const { approvals, audit } = requestingSide(platform.url, {
      token: 'my-secret-token',
      environment: fastEnvironment(20),
    });
    const outcome = await approvals.request(ASK);
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'auth' } });
    expect(JSON.stringify([outcome, audit()])).not.toContain('my-secret-token');
  });

  it('that hangs is withdrawn at the deadline, also when it is stored after all', async () => {
    const platform = await fakePlatform();
    let answer: (() => void) | undefined;
    platform.quirks.onCreate = () => new Promise<void>((resolve) => (answer = resolve));
    const { approvals } = requestingSide(platform.url, { timeout: '500ms' });
    const asked = approvals.request(ASK);
    await platform.waitForRow();
    await platform.nextRequest(fakeRoutes.list).finally(() => answer?.());
    expect(await asked).toMatchObject({ status: 'timeout' });
    expect(platform.rows()[0]).toMatchObject({ status: 'denied' });
  });

  it('with the key of another request is a conflict', async () => {
    const platform = await fakePlatform();
    platform.addRow({ workspaceId: WORKSPACE, action: 'Something else', taskId: 'k' });
    const { approvals } = requestingSide(platform.url);
    expect(await approvals.request({ ...ASK, key: 'k' })).toMatchObject({
      status: 'failed',
      error: { code: 'conflict' },
    });
    expect(platform.rows()).toHaveLength(1);
  });
});

describe('a list', () => {
  it.each([
    ['no array', { body: { rows: [] } }],
    ['HTML', { headers: { 'content-type': 'text/html' }, body: '<h1>502</h1>' }],
    ['truncated', { body: '[{"id":' }],
    ['rows that are none', { body: [null, 1, 'x', [], {}, { id: 7 }] }],
    ['too large', { hugeBody: 3 * 1024 * 1024 }],
    ['out of a cache', { headers: { age: '12' }, body: [] }],
    ['an error', { status: 500, body: { error: 'x' } }],
    ['a redirect', { redirect: 'http://127.0.0.1:1/', status: 302 }],
    ['a reset', 'reset' as const],
  ])('that is %s ends nothing', async (_, answer) => {
    const platform = await fakePlatform();
    platform.respond(fakeRoutes.list, [answer, answer]);
    const { approvals } = requestingSide(platform.url, {
      useWebSocket: false,
      timeout: '60s',
      pollInterval: '1s',
      environment: fastEnvironment(20),
    });
    const asked = approvals.request(ASK);
    const { id } = await platform.waitForRow();
    await platform.nextRequest(fakeRoutes.list);
    platform.decide(id, 'approved', 'alice');
    expect(await asked).toMatchObject({ status: 'granted', decidedBy: 'alice' });
  });

  it('that stores another action under our id is no row of ours', async () => {
    const platform = await fakePlatform();
    platform.respond(fakeRoutes.list, () => ({
      body: platform.rows().map((row) => ({ ...row, action: 'Delete all', status: 'approved' })),
    }));
    const { approvals } = requestingSide(platform.url, { useWebSocket: false });
    expect(await approvals.request(ASK)).toMatchObject({
      status: 'failed',
      error: { code: 'protocol' },
    });
  });

  it('is read page after page where there are pages, and never from another host', async () => {
    const platform = await fakePlatform();
    const stranger = await fakePlatform();
    let page = 0;
    platform.respond(fakeRoutes.list, ({ path }) => {
      page += 1;
      const [row] = platform.rows();
      if (page === 1)
        return { headers: { link: `<${platform.url}${path}?before=7>; rel="next"` }, body: [] };
      if (page === 2)
        return { headers: { link: `<${stranger.url}${path}>; rel="next"` }, body: [] };
      return { body: [{ ...row, status: 'approved', decided_by: 'alice' }] };
    });
    const { approvals } = requestingSide(platform.url, { useWebSocket: false, token: 'secret' });
    expect(await approvals.request(ASK)).toMatchObject({ status: 'granted' });
    expect(stranger.requests).toEqual([]);
    expect(platform.requests.some(({ query }) => query.get('before') === '7')).toBe(true);
  });
});

describe('the live channel', () => {
  it.each([1000, 1001, 1005, 1006, 1008, 1011, 1012, 1013, 4401, 4403, 4999])(
    'that is closed with %i decides nothing, and comes back',
    async (code) => {
      const platform = await fakePlatform();
      const { approvals, outcomes } = requestingSide(platform.url, {
        timeout: '60s',
        environment: fastEnvironment(10),
      });
      const asked = approvals.request(ASK);
      const { id } = await platform.waitForRow();
      await vi.waitFor(() => expect(outcomes()).toContain('requested'));
      platform.dropSockets(code);
      await vi.waitFor(() => expect(outcomes()).toContain('reconnected'), 5_000);
      platform.decide(id, 'approved', 'alice');
      expect(await asked).toMatchObject({ status: 'granted' });
    },
  );

  it('that is half open is noticed and replaced', async () => {
    const platform = await fakePlatform();
    const { approvals, outcomes } = requestingSide(platform.url, {
      timeout: '10m',
      environment: fastEnvironment(60),
    });
    const asked = approvals.request(ASK);
    const { id } = await platform.waitForRow();
    await vi.waitFor(() => expect(outcomes()).toContain('requested'));
    platform.silenceSockets();
    await vi.waitFor(() => expect(outcomes()).toContain('fallback'), 5_000);
    platform.silenceSockets(false);
    await vi.waitFor(() => expect(outcomes()).toContain('reconnected'), 5_000);
    platform.decide(id, 'approved', 'alice');
    expect(await asked).toMatchObject({ status: 'granted' });
  });

  it('whose upgrade is never answered does not hold up the polling', async () => {
    const platform = await fakePlatform();
    platform.respond(fakeRoutes.live, 'hang');
    const { approvals } = requestingSide(platform.url);
    const asked = approvals.request(ASK);
    platform.decide((await platform.waitForRow()).id, 'approved', 'alice');
    expect(await asked).toMatchObject({ status: 'granted' });
  });

  it('is opened only while somebody waits, and nothing is left behind', async () => {
    const platform = await fakePlatform();
    const { approvals } = requestingSide(platform.url);
    expect(platform.requests).toEqual([]);
    for (const action of ['first', 'second']) {
      const asked = approvals.request({ action });
      const row = await platform.waitForRow((found) => found.action === action);
      await platform.waitForSockets(1);
      platform.decide(row.id, 'approved');
      await asked;
      await platform.waitForSockets(0);
    }
  });
});

describe('giving up', () => {
  it('before anything was sent sends nothing', async () => {
    const platform = await fakePlatform();
    const { approvals, outcomes } = requestingSide(platform.url);
    expect(await approvals.request(ASK, { signal: AbortSignal.abort() })).toMatchObject({
      status: 'withdrawn',
    });
    expect(platform.requests).toEqual([]);
    expect(outcomes()).toEqual(['withdrawn']);
  });

  it('while the create is under way takes the row back', async () => {
    const platform = await fakePlatform();
    const controller = new AbortController();
    platform.quirks.onCreate = () => controller.abort();
    const { approvals } = requestingSide(platform.url);
    expect(await approvals.request(ASK, { signal: controller.signal })).toMatchObject({
      status: 'withdrawn',
    });
    expect(platform.rows()).toMatchObject([{ status: 'denied' }]);
  });

  it('happens to everything that waits when the client is closed', async () => {
    const platform = await fakePlatform();
    const { approvals, auditPath } = requestingSide(platform.url);
    const asked = ['a', 'b', 'c'].map((action) => approvals.request({ action }));
    await vi.waitFor(() => expect(platform.rows()).toHaveLength(3));
    await approvals.close();
    expect(await Promise.all(asked)).toMatchObject(asked.map(() => ({ status: 'withdrawn' })));
    expect(platform.rows().every(({ status }) => status === 'denied')).toBe(true);
    expect(await approvals.request(ASK)).toMatchObject({ error: { code: 'closed' } });
    expect(await verifyAuditLog(auditPath)).toMatchObject({ status: 'intact' });
  });
});

describe('a caller', () => {
  it('may throw in a listener or an inspection observer: nothing changes', async () => {
    const platform = await fakePlatform();
    const inspected: string[] = [];
    const { approvals } = requestingSide(platform.url, {
      inspect: ({ type }) => {
        inspected.push(type);
        throw new Error('a broken observer');
      },
    });
    approvals.on('audit', () => {
      throw new Error('a broken listener');
    });
    const asked = approvals.request(ASK);
    platform.decide((await platform.waitForRow()).id, 'approved');
    expect(await asked).toMatchObject({ status: 'granted' });
    expect(inspected).toEqual(expect.arrayContaining(['@xstate.actor', '@xstate.snapshot']));
  });

  it('that asks too much at once is told so', async () => {
    const platform = await fakePlatform();
    const { approvals } = requestingSide(platform.url, { maxConcurrent: 2 });
    const asked = ['a', 'b', 'c'].map((action) => approvals.request({ action }));
    expect(await asked[2]).toMatchObject({ status: 'failed', error: { code: 'capacity' } });
    await vi.waitFor(() => expect(platform.rows()).toHaveLength(2));
    await approvals.close();
    expect(await Promise.all(asked)).toMatchObject([
      { status: 'withdrawn' },
      { status: 'withdrawn' },
      {},
    ]);
  });

  it('that asks twice with one key waits for one approval', async () => {
    const platform = await fakePlatform();
    const { approvals } = requestingSide(platform.url);
    const asked = [1, 2].map(() => approvals.request({ ...ASK, key: 'same' }));
    const other = approvals.request({ action: 'Something else', key: 'same' });
    expect(await other).toMatchObject({ status: 'failed', error: { code: 'conflict' } });
    platform.decide((await platform.waitForRow()).id, 'approved');
    const [first, second] = await Promise.all(asked);
    expect(first).toEqual(second);
    expect(platform.rows()).toHaveLength(1);
  });

  it('with a role that needs no approval, and a signal that fired, runs nothing', async () => {
    const platform = await fakePlatform();
    const config = 'rbac: {roles: [operator]}\nhitl: {bypass_roles: [operator]}\n';
    const { approvals } = requestingSide(platform.url, { config });
    const fn = vi.fn();
    const guarded = approvals.requires(fn, () => ({ action: 'Count' }));
    await expect(guarded({}, { signal: AbortSignal.abort() })).rejects.toThrow(/abort/);
    expect(fn).not.toHaveBeenCalled();
  });

  it('with a role that needs no approval runs at once, and that is recorded', async () => {
    const platform = await fakePlatform();
    const config = 'rbac: {roles: [operator]}\nhitl: {bypass_roles: [operator]}\n';
    const { approvals, audit } = requestingSide(platform.url, { config });
    const guarded = approvals.requires(
      (args: { n: number }) => args.n + 1,
      () => ({ action: 'Count' }),
    );
    expect(await guarded({ n: 1 })).toBe(2);
    expect(audit()).toMatchObject([
      { outcome: 'bypassed', roles: ['operator'], resource: 'Count' },
    ]);
    expect(platform.requests).toEqual([]);
  });

  it.each(['used before', 'never used'])(
    'with such a role does not run any more when the client, %s, was closed',
    async (use) => {
      const config = 'rbac: {roles: [operator]}\nhitl: {bypass_roles: [operator]}\n';
      const { approvals, auditPath } = requestingSide((await fakePlatform()).url, { config });
      const fn = vi.fn();
      const guarded = approvals.requires(fn, () => ({ action: 'Count' }));
      if (use === 'used before') await guarded({});
      await approvals.close();
      fn.mockClear();
      await expect(guarded({})).rejects.toMatchObject({ code: 'closed' });
      expect(fn).not.toHaveBeenCalled();
      expect(existsSync(auditPath)).toBe(use === 'used before');
    },
  );
});
