/** Faults of the create: lost, refused, garbled, led astray. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type FakePlatform, fakeRoutes } from '../../src/testing/index.ts';
import { ASK, expectFailed, expectKept, recordingFetch, warmUp } from '../support/catalogue.ts';
import { fastEnvironment } from '../support/fast-environment.ts';
import { createFaultProxy, type FaultProxy } from '../support/fault-proxy.ts';
import { fakePlatform, requestingSide } from '../support/world.ts';

beforeAll(warmUp);

async function proxyTo(platform: FakePlatform): Promise<FaultProxy> {
  const proxy = await createFaultProxy({ target: platform.url });
  onTestFinished(() => proxy.close());
  return proxy;
}

/** Polling only, and a clock in which seconds are moments. */
const POLLING = { useWebSocket: false, pollInterval: '1s', timeout: '10m' } as const;
const quick = () => ({ ...POLLING, environment: fastEnvironment(10) });

const closedPort = async (): Promise<string> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}` : '';
};
/** Speaks TLS and has no certificate, so that every handshake fails. */
const brokenTls = async (): Promise<string> => {
  const server = createTlsServer({}).on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  return typeof address === 'object' && address !== null ? `https://127.0.0.1:${address.port}` : '';
};
/** A label of more than 63 characters: no resolver asks anybody about it. */
const unknownName = () => Promise.resolve(`http://${'x'.repeat(70)}.invalid`);

describe('F1 a platform that cannot be reached', () => {
  it.each([
    ['refuses connections', closedPort, 3, 'ECONNREFUSED'],
    ['has no address', unknownName, 3, 'ENOTFOUND'],
    ['fails the TLS handshake', brokenTls, 1, /TLS|SSL/],
  ])('F1 a platform that %s fails as transport, within 15 s', async (_, start, posts, named) => {
    const { environment, sent } = recordingFetch(fastEnvironment(6));
    const world = requestingSide(await start(), { ...POLLING, environment });
    const startedAt = environment.clock.monotonic();
    const message = await expectFailed({ world, asked: world.approvals.request(ASK) }, 'transport');
    expect(message).toMatch(named);
    expect(environment.clock.monotonic() - startedAt).toBeLessThan(21_000);
    const tries = sent.filter(({ method }) => method === 'POST');
    expect(tries).toHaveLength(posts);
    expect(new Set(tries.map(({ key }) => key)).size).toBe(1);
  });

  it('F1 three tries are three chances apart, not one rhythm for all', async () => {
    const url = await closedPort();
    const pauses = await Promise.all(
      [0.1, 0.9].map(async (chance) => {
        const { environment, sent } = recordingFetch({
          ...fastEnvironment(10),
          random: () => chance,
        });
        const world = requestingSide(url, { ...POLLING, environment });
        await expectFailed({ world, asked: world.approvals.request(ASK) }, 'transport');
        return (sent.at(-1)?.at ?? 0) - (sent[0]?.at ?? 0);
      }),
    );
    expect(pauses[0]).toBeGreaterThanOrEqual(0.1 * 1_500);
    expect(pauses[1]).toBeGreaterThanOrEqual(0.9 * 1_500);
  });

  it.each([
    ['resets every connection', { cut: { afterBytes: 0, with: 'reset' } }],
    ['swallows every byte', { blackHole: true }],
  ] as const)(
    'F1 a network that %s fails as transport, and nothing was asked',
    async (_, toxic) => {
      const platform = await fakePlatform();
      const proxy = await proxyTo(platform);
      proxy.toxics.up.set(toxic);
      const world = requestingSide(proxy.url, { ...POLLING, environment: fastEnvironment(40) });
      await expectFailed({ world, asked: world.approvals.request(ASK) }, 'transport');
      expect(platform.requests).toEqual([]);
    },
  );

  it('F1 a network that mends itself between two tries is no fault at all', async () => {
    const platform = await fakePlatform();
    const proxy = await proxyTo(platform);
    proxy.toxics.up.set({ cut: { afterBytes: 0, with: 'reset' } });
    const environment = { ...fastEnvironment(5), random: () => 0.9 };
    const world = requestingSide(proxy.url, { ...POLLING, environment });
    const asked = world.approvals.request(ASK);
    await vi.waitFor(() => expect([proxy.accepted, proxy.connections]).toEqual([1, 0]), {
      interval: 2,
    });
    proxy.toxics.clear();
    await expectKept({ platform, world, asked });
    expect(platform.countRequests(fakeRoutes.create)).toBe(1);
  });
});

describe('F2 a create whose answer is lost', () => {
  /** Each leaves a row behind, and its answer on the way. */
  const LOSSES: readonly [string, (platform: FakePlatform, proxy: FaultProxy) => void][] = [
    [
      'is reset with its connection',
      (platform) => platform.respond(fakeRoutes.create, ['commitThenReset']),
    ],
    [
      'never comes',
      (platform) => {
        platform.quirks.onCreate = () => new Promise<void>(() => undefined);
      },
    ],
    [
      'is held back by a dead link',
      (platform, proxy) => {
        platform.quirks.onCreate = () => proxy.toxics.down.set({ halfOpen: true });
      },
    ],
    [
      'is cut in its middle',
      (platform, proxy) => {
        platform.quirks.onCreate = () =>
          proxy.toxics.down.set({ cut: { afterBytes: 30, with: 'fin' } });
      },
    ],
    [
      'comes at a byte a second',
      (platform, proxy) => {
        platform.quirks.onCreate = () => proxy.toxics.down.set({ dripEveryMs: 50 });
      },
    ],
  ];

  it.each(LOSSES)(
    'F2 a create whose answer %s is found in the list, and adopted',
    async (_, lose) => {
      const platform = await fakePlatform();
      const proxy = await proxyTo(platform);
      lose(platform, proxy);
      platform.respond(fakeRoutes.list, () => {
        proxy.toxics.clear();
        return undefined;
      });
      const world = requestingSide(proxy.url, quick());
      const asked = world.approvals.request(ASK);
      const { task_id } = await platform.waitForRow();
      await vi.waitFor(() => expect(world.outcomes()).toContain('requested'), 5_000);
      const { traceId } = await expectKept({ platform, world, asked });
      expect(task_id).toBe(traceId);
      expect(platform.countRequests(fakeRoutes.create)).toBe(1);
    },
  );

  it.each([
    ['answers with 503', { status: 503 }],
    ['answers with 429', { status: 429 }],
    ['is reset', 'reset' as const],
  ])('F2 a create whose answer is lost is not sent again while the list %s', async (_, answer) => {
    const platform = await fakePlatform();
    platform.respond(fakeRoutes.create, ['commitThenReset']);
    platform.respond(fakeRoutes.list, answer);
    const world = requestingSide(platform.url, quick());
    await expectFailed({ world, asked: world.approvals.request(ASK) }, 'transport');
    expect(platform.countRequests(fakeRoutes.create)).toBe(1);
    expect(platform.countRequests(fakeRoutes.list)).toBeGreaterThan(1);
  });

  it('F2 a create that never arrived is sent again, once the list says so', async () => {
    const platform = await fakePlatform();
    platform.respond(fakeRoutes.create, ['reset']);
    const world = requestingSide(platform.url, quick());
    const asked = world.approvals.request(ASK);
    await expectKept({ platform, world, asked });
    expect(platform.requests.slice(0, 3).map(({ method }) => method)).toEqual([
      'POST',
      'GET',
      'POST',
    ]);
    const keys = platform.requests
      .filter(({ method }) => method === 'POST')
      .map(({ headers }) => headers['idempotency-key']);
    expect(new Set(keys).size).toBe(1);
  });
});

it('F3 a create that is stored and answered with 500 is found in the list, and adopted', async () => {
  const platform = await fakePlatform();
  platform.respond(fakeRoutes.create, ['commitThen500']);
  const world = requestingSide(platform.url, quick());
  const asked = world.approvals.request(ASK);
  await vi.waitFor(() => expect(world.outcomes()).toContain('requested'));
  await expectKept({ platform, world, asked });
  expect(platform.countRequests(fakeRoutes.create)).toBe(1);
});
