/** Wrong addresses and times, and too much at once: refused before anything is sent. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type AuditLog, createApprovals, SettingsError } from '../../src/index.ts';
import { fakeRoutes } from '../../src/testing/index.ts';
import { ASK, expectFailed, expectKept } from '../support/catalogue.ts';
import { fakePlatform, requestingSide, temporaryFolder, WORKSPACE } from '../support/world.ts';
import { WRONG_TIMES } from '../support/wrong-times.ts';

/** Why settings are refused, and under which code. */
function refusalOf(options: Parameters<typeof createApprovals>[0]): SettingsError {
  try {
    createApprovals({ workspaceId: WORKSPACE, ...options });
  } catch (error) {
    if (error instanceof SettingsError) return error;
    throw error;
  }
  throw new Error('the settings were taken');
}

describe('F31 the address of the platform', () => {
  it.each([
    ['empty', ''],
    ['without a scheme', 'platform.example:8080'],
    ['for sockets', 'ws://127.0.0.1:1'],
    ['for sockets over TLS', 'wss://127.0.0.1:1'],
    ['a script', 'javascript:alert(1)'],
    ['a file', 'file:///etc/passwd'],
    ['with a user', 'http://user@127.0.0.1:1'],
    ['with a password', 'http://user:s3cret@127.0.0.1:1'],
    ['with a query', 'http://127.0.0.1:1/?token=s3cret'],
    ['with a fragment', 'http://127.0.0.1:1/#s3cret'],
    ['with a port that is none', 'http://127.0.0.1:99999'],
    ['with half an IPv6 address', 'http://[::1'],
    ['with a line feed', 'http://127.0.0.1:1\n.evil.example'],
    ['with a backslash', 'http://127.0.0.1:1\\@evil.example'],
  ])('F31 %s is refused as config, and shows no secret', (_, platformUrl) => {
    const error = refusalOf({ platformUrl });
    expect(error).toMatchObject({ code: 'config', problems: [{ variable: 'platformUrl' }] });
    expect(error.message).not.toContain('s3cret');
  });

  it.each([
    ['with a slash at its end', '', '/'],
    ['with a path', '/molecule/api', ''],
    ['with a path and slashes at its end', '/molecule', '//'],
    ['with a path that is encoded', '/a%20b', '/'],
  ])('F31 %s is normalised, for HTTP and for the channel', async (_, basePath, end) => {
    const platform = await fakePlatform({ basePath });
    const world = requestingSide(`${platform.url}${end}`);
    const asked = world.approvals.request(ASK);
    await platform.waitForSockets(1);
    await expectKept({ platform, world, asked });
    const paths = platform.requests.map(({ path, belowBase }) => `${String(belowBase)} ${path}`);
    expect(new Set(paths)).toEqual(
      new Set(['true /ws', `true /workspaces/${WORKSPACE}/approvals`]),
    );
  });

  it('F31 with https is spoken to in TLS alone, for HTTP and for the channel', async () => {
    const first: number[] = [];
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', (bytes) => {
        first.push(bytes[0] ?? -1);
        socket.destroy();
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const world = requestingSide(`https://127.0.0.1:${address.port}`, { token: 'secret-token' });
    const controller = new AbortController();
    const asked = world.approvals.request(ASK, { signal: controller.signal });
    await vi.waitFor(() => expect(first.length).toBeGreaterThan(2), 5_000);
    controller.abort();
    expect(await asked).toMatchObject({ approved: false });
    // The first byte of a TLS handshake; never a letter of a request.
    expect(new Set(first)).toEqual(new Set([0x16]));
  });
});

describe('F32 a time', () => {
  it.each(WRONG_TIMES)(
    'F32 of %s is no timeout, in the settings or in a request',
    async (timeout) => {
      expect(refusalOf({ timeout })).toMatchObject({
        code: 'config',
        problems: [{ variable: 'timeout' }],
      });
      const platform = await fakePlatform();
      const world = requestingSide(platform.url);
      await expectFailed({ world, asked: world.approvals.request({ ...ASK, timeout }) }, 'config');
      expect(platform.requests).toEqual([]);
    },
  );

  it.each(['5m', '25d', '60d', '3650d'])(
    'F32 of %s is waited for, although no timer can hold it',
    async (timeout) => {
      const platform = await fakePlatform();
      const world = requestingSide(platform.url);
      const asked = world.approvals.request({ ...ASK, timeout });
      await vi.waitFor(() => expect(world.outcomes()).toContain('requested'));
      await expectKept({ platform, world, asked });
    },
  );
});

/** A log without a cost. */
const nowhere: AuditLog = {
  path: '(nowhere)',
  failure: undefined,
  append: () => undefined,
  flush: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

describe('F59 too much at once', () => {
  it('F59 is refused as capacity before anything is sent, and only while it is too much', async () => {
    const platform = await fakePlatform();
    const world = requestingSide(platform.url, { maxConcurrent: 3 });
    const asked = ['a', 'b', 'c'].map((action) => world.approvals.request({ action }));
    const loop = await Promise.all(
      Array.from({ length: 100 }, () => world.approvals.request({ action: 'again' })),
    );
    for (const outcome of loop)
      expect(outcome).toMatchObject({ status: 'failed', error: { code: 'capacity' } });
    await vi.waitFor(() => expect(platform.rows()).toHaveLength(3));
    for (const { id } of platform.rows()) platform.decide(id, 'approved', 'alice');
    expect((await Promise.all(asked)).every(({ approved }) => approved)).toBe(true);
    const next = world.approvals.request(ASK);
    platform.decide(
      (await platform.waitForRow(({ action }) => action === ASK.action)).id,
      'denied',
    );
    expect(await next).toMatchObject({ status: 'denied' });
    expect(platform.countRequests(fakeRoutes.create)).toBe(4);
  });

  it('F59 begins, by default, with the 10,001st', async () => {
    const approvals = createApprovals({
      platformUrl: 'http://127.0.0.1:1',
      workspaceId: WORKSPACE,
      configDir: temporaryFolder(),
      stateDir: temporaryFolder(),
      timeout: '1s',
      audit: nowhere,
    });
    onTestFinished(() => approvals.close());
    // Refused for what they ask, one turn later: until then each one counts.
    const many = Array.from({ length: 10_000 }, () => approvals.request({ action: '' }));
    expect(await approvals.request(ASK)).toMatchObject({ error: { code: 'capacity' } });
    for (const outcome of await Promise.all(many))
      expect(outcome).toMatchObject({ error: { code: 'input' } });
  });
});
