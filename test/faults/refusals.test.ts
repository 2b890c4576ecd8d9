/** A platform that refuses: credentials, an origin, a rate, everything for a while. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { Environment } from '../../src/index.ts';
import { fakeRoutes } from '../../src/testing/index.ts';
import {
  ASK,
  endsOf,
  expectFailed,
  expectKept,
  expectTimeout,
  recordingFetch,
  warmUp,
} from '../support/catalogue.ts';
import { fastEnvironment } from '../support/fast-environment.ts';
import {
  fakePlatform,
  requestingSide,
  temporaryFolder,
  type WorldOptions,
} from '../support/world.ts';

beforeAll(warmUp);

const POLLING = { useWebSocket: false, pollInterval: '1s', timeout: '10m' } as const;

/** The time by the environment's own clock, which may run faster. */
const passed = ({ clock }: Environment): (() => number) => {
  const startedAt = clock.monotonic();
  return () => clock.monotonic() - startedAt;
};

/** With a token file, which can be written anew. */
function tokenFile(): {
  readonly options: WorldOptions;
  readonly write: (token: string) => void;
} {
  const folder = temporaryFolder();
  const write = (token: string): void => writeFileSync(join(folder, '.auth_token'), `${token}\n`);
  write('old-token');
  vi.stubEnv('CONFIGS_DIR', folder);
  return { options: { timeout: '30s', environment: fastEnvironment(20) }, write };
}

describe('F7 a token that is refused', () => {
  it.each(['create', 'list', 'live'] as const)(
    'F7 a token that is rotated before %s is read again, and the decision arrives',
    async (route) => {
      const platform = await fakePlatform({ requireToken: 'old-token' });
      const { options, write } = tokenFile();
      const world = requestingSide(platform.url, {
        ...options,
        useWebSocket: route === 'live',
        pollInterval: '1s',
      });
      vi.unstubAllEnvs();
      let rotated = false;
      platform.respond(fakeRoutes[route], () => {
        if (!rotated) write('new-token');
        rotated = true;
        platform.quirks.requireToken = 'new-token';
        return undefined;
      });
      const asked = world.approvals.request(ASK);
      if (route === 'live') await platform.waitForSockets(1);
      await expectKept({ platform, world, asked });
      const tokens = platform.requests
        .filter(({ path }) => path.endsWith(route === 'live' ? '/ws' : '/approvals'))
        .map(({ headers }) => headers.authorization);
      expect(tokens.filter((token) => token === 'Bearer old-token').length).toBeLessThanOrEqual(3);
      expect(tokens.at(-1)).toBe('Bearer new-token');
    },
  );

  it('F7 a token that is rotated before the withdrawal is read again, and the row taken back', async () => {
    const platform = await fakePlatform({ requireToken: 'old-token' });
    const { options, write } = tokenFile();
    const world = requestingSide(platform.url, { ...options, timeout: '10s' });
    vi.unstubAllEnvs();
    platform.respond(fakeRoutes.decide, () => {
      write('new-token');
      platform.quirks.requireToken = 'new-token';
      return undefined;
    });
    await expectTimeout({ world, asked: world.approvals.request(ASK) }, 'deadline');
    expect(platform.rows()).toMatchObject([{ status: 'denied', decided_by: /^withdrawn: / }]);
    expect(platform.countRequests(fakeRoutes.decide)).toBe(2);
  });

  it.each(['create', 'list'] as const)(
    'F7 a token that %s refuses for good fails as auth within a bounded time, and is never shown',
    async (route) => {
      const platform = await fakePlatform();
      platform.respond(fakeRoutes[route], { status: 401, body: { error: 'invalid token' } });
      const environment = { ...fastEnvironment(40), random: () => 0 };
      const options = { ...POLLING, pollInterval: '5s', token: 'secret-token', environment };
      const world = requestingSide(platform.url, options);
      const time = passed(environment);
      const said: string[] = [];
      world.approvals.on('trouble', ({ message }) => said.push(message));
      const message = await expectFailed({ world, asked: world.approvals.request(ASK) }, 'auth');
      expect(time()).toBeLessThan(60_000);
      expect(message).toContain(platform.url);
      expect(JSON.stringify([message, said, world.audit()])).not.toContain('secret-token');
    },
  );

  it('F7 a token that the upgrade alone refuses costs the channel, not the decision', async () => {
    const platform = await fakePlatform();
    platform.refuseUpgrades(401);
    const world = requestingSide(platform.url, { token: 'secret-token' });
    const said: string[] = [];
    world.approvals.on('trouble', ({ message }) => said.push(message));
    const asked = world.approvals.request(ASK);
    await vi.waitFor(() => expect(said.join()).toContain('401'));
    await expectKept({ platform, world, asked });
    expect(said.join()).not.toContain('secret-token');
  });

  it('F7 a token that the withdrawal alone refuses ends in a timeout that says so', async () => {
    const platform = await fakePlatform();
    platform.respond(fakeRoutes.decide, { status: 401 });
    const world = requestingSide(platform.url, {
      timeout: '10s',
      environment: fastEnvironment(20),
    });
    await expectTimeout({ world, asked: world.approvals.request(ASK) }, 'indeterminate');
    // The last try may have had no time left for an answer.
    expect(world.audit().at(-1)).toMatchObject({ error: expect.stringMatching(/401|no answer/) });
  });
});

it('F8 an upgrade refused with 403 is said once, and decisions are polled', async () => {
  const platform = await fakePlatform({ requireOrigin: 'https://agents.example' });
  const environment = fastEnvironment(40);
  const world = requestingSide(platform.url, { timeout: '10m', pollInterval: '2s', environment });
  const said: string[] = [];
  world.approvals.on('trouble', ({ message }) => said.push(message));
  const asked = world.approvals.request(ASK);
  await vi.waitFor(() => expect(platform.countRequests(fakeRoutes.list)).toBeGreaterThan(4), 5_000);
  await expectKept({ platform, world, asked });
  const refusals = said.filter((message) => message.includes('403'));
  expect(refusals).toEqual([expect.stringMatching(/Origin.*CORS_ORIGINS/)]);
  expect(platform.countRequests(fakeRoutes.live)).toBe(1);
});

describe('F9 a 429', () => {
  const WAITS: readonly [string, number][] = [
    ['0', 1_000],
    ['59', 59_000],
    ['abc', 1_000],
    ['-1', 1_000],
    ['1000000000', 60_000],
    ['Sun, 22 Nov 2026 18:00:00 GMT', 1_000],
  ];

  it.each(WAITS)(
    'F9 a read answered with Retry-After: %s comes again after %i ms',
    async (written, ms) => {
      const platform = await fakePlatform();
      platform.respond(fakeRoutes.list, [{ status: 429, headers: { 'retry-after': written } }]);
      // No jitter, and a clock that leaves the short waits their room.
      const { environment, sent } = recordingFetch({
        ...fastEnvironment(ms > 10_000 ? 75 : 5),
        random: () => 0,
      });
      const world = requestingSide(platform.url, { ...POLLING, pollInterval: '10ms', environment });
      const asked = world.approvals.request(ASK);
      await vi.waitFor(() => expect(platform.countRequests(fakeRoutes.list)).toBe(2), {
        timeout: 5_000,
        interval: 1,
      });
      const [first = 0, second = 0] = sent
        .filter(({ method }) => method === 'GET')
        .map(({ at }) => at);
      expect(second - first).toBeGreaterThanOrEqual(ms);
      expect(second - first).toBeLessThan(ms + 30_000);
      await expectKept({ platform, world, asked });
    },
  );

  it.each(WAITS.slice(0, 4))(
    'F9 a create answered with Retry-After: %s waits as long, or gives up where that is too long',
    async (written, ms) => {
      const platform = await fakePlatform();
      platform.respond(fakeRoutes.create, [{ status: 429, headers: { 'retry-after': written } }]);
      const { environment, sent } = recordingFetch(fastEnvironment(10));
      const world = requestingSide(platform.url, { ...POLLING, environment });
      const asked = world.approvals.request(ASK);
      if (ms > 15_000) {
        await expectFailed({ world, asked }, 'transport');
        expect(platform.rows()).toEqual([]);
        return;
      }
      await expectKept({ platform, world, asked });
      const [first = 0, second = 0] = sent
        .filter(({ method }) => method === 'POST')
        .map(({ at }) => at);
      expect(second - first).toBeGreaterThanOrEqual(ms);
    },
  );

  it('F9 a 429 for an age does not hold an approval beyond its deadline', async () => {
    const platform = await fakePlatform();
    platform.respond(fakeRoutes.list, { status: 429, headers: { 'retry-after': '1000000000' } });
    const environment = fastEnvironment(20);
    const world = requestingSide(platform.url, { ...POLLING, timeout: '10s', environment });
    const time = passed(environment);
    // Whether the request could be taken back in time is another matter: the cause tells.
    expect(await world.approvals.request(ASK)).toMatchObject({ status: 'timeout' });
    expect(time()).toBeLessThan(55_000);
    expect(endsOf(world)).toEqual(['timeout']);
    expect(platform.countRequests(fakeRoutes.list)).toBeLessThanOrEqual(2);
  });
});

describe('F10 a platform that is unavailable for the whole wait', () => {
  const UNAVAILABLE = { status: 503, body: { error: 'platform_unavailable' } };

  it('F10 is a timeout, recorded with the last error, and polite', async () => {
    const platform = await fakePlatform();
    for (const route of ['list', 'decide', 'live'] as const)
      platform.respond(fakeRoutes[route], UNAVAILABLE);
    const environment = fastEnvironment(30);
    const world = requestingSide(platform.url, { timeout: '30s', pollInterval: '5s', environment });
    await expectTimeout({ world, asked: world.approvals.request(ASK) }, 'indeterminate');
    // The last try of the withdrawal may have had no time left for an answer.
    expect(world.audit().at(-1)).toMatchObject({ error: expect.stringMatching(/503|no answer/) });
    expect(platform.countRequests(fakeRoutes.list)).toBeLessThan(7);
  });

  it('F10 is recorded for those who waited then, and for no other', async () => {
    const platform = await fakePlatform();
    const recover = platform.respond(fakeRoutes.list, UNAVAILABLE);
    const { approvals, audit } = requestingSide(platform.url, { ...POLLING, timeout: '500ms' });
    const errorOf = async (action: string): Promise<unknown> => {
      const { traceId, status } = await approvals.request({ action });
      expect(status).toBe('timeout');
      return audit().findLast((line) => line.trace_id === traceId)?.['error'];
    };
    expect(await errorOf('first')).toContain('503');
    recover();
    // It never waits: its deadline passes while it is being asked.
    const late = Promise.withResolvers<undefined>();
    approvals.on('state', ({ state }) => {
      if (state === 'withdrawing') late.resolve(undefined);
    });
    platform.respond(fakeRoutes.create, () => late.promise);
    expect(await errorOf('second')).toBeUndefined();
  });

  it('F10 and comes back before the deadline, is no fault at all', async () => {
    const platform = await fakePlatform();
    const recover = (['list', 'decide', 'live'] as const).map((route) =>
      platform.respond(fakeRoutes[route], UNAVAILABLE),
    );
    const environment = fastEnvironment(40);
    const world = requestingSide(platform.url, { timeout: '10m', pollInterval: '1s', environment });
    const asked = world.approvals.request(ASK);
    await vi.waitFor(
      () => expect(platform.countRequests(fakeRoutes.list)).toBeGreaterThan(2),
      5_000,
    );
    for (const stop of recover) stop();
    await expectKept({ platform, world, asked });
    expect(endsOf(world)).toEqual(['granted']);
  });
});
