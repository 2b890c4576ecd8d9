/** Faults of the connection itself: closed, half open, never answered, flapping, stalled with us. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { reconnectAfterMs } from '../../src/client/live-channel.ts';
import type { Environment } from '../../src/index.ts';
import { type FakePlatform, fakeRoutes } from '../../src/testing/index.ts';
import {
  ASK,
  type Asked,
  endsOf,
  expectKept,
  expectTimeout,
  warmUp,
} from '../support/catalogue.ts';
import { fastEnvironment } from '../support/fast-environment.ts';
import { createFaultProxy } from '../support/fault-proxy.ts';
import {
  fakePlatform,
  requestingSide,
  temporaryFolder,
  type WorldOptions,
} from '../support/world.ts';

beforeAll(warmUp);

const SOON = { timeout: 5_000, interval: 5 };

/** An approval that waits on a live channel, at `url`. */
async function waiting(
  platform: FakePlatform,
  options: WorldOptions,
  url = platform.url,
): Promise<Asked> {
  const world = requestingSide(url, { timeout: '10m', ...options });
  const asked = world.approvals.request(ASK);
  await vi.waitFor(() => expect(world.outcomes()).toContain('requested'), SOON);
  await platform.waitForSockets(1);
  return { platform, world, asked };
}

const seen = ({ world }: Asked, outcome: string): Promise<void> =>
  vi.waitFor(() => expect(world.outcomes()).toContain(outcome), SOON);

/** The instants of the requests of a route from now on, by the environment's clock. */
function instants(
  platform: FakePlatform,
  route: 'live' | 'list',
  { clock }: Environment,
): readonly number[] {
  const at: number[] = [];
  platform.respond(fakeRoutes[route], () => {
    at.push(clock.monotonic());
    return undefined;
  });
  return at;
}

/** Nothing else of this process runs meanwhile, as under a long computation. */
function stall({ clock }: Environment, ms: number): void {
  const until = clock.monotonic() + ms;
  while (clock.monotonic() < until);
}

describe('F25 a close', () => {
  it.each([1000, 1001, 1005, 1006, 1008, 1011, 1012, 1013, 4401, 4403, 4999])(
    'F25 with %i decides nothing; the channel comes back, and what was missed is read at once',
    async (code) => {
      const platform = await fakePlatform();
      const folder = temporaryFolder();
      writeFileSync(join(folder, '.auth_token'), 'old-token');
      vi.stubEnv('CONFIGS_DIR', folder);
      const environment = { ...fastEnvironment(20), random: () => 0.05 };
      const wait = await waiting(platform, { pollInterval: '60s', environment });
      vi.unstubAllEnvs();
      writeFileSync(join(folder, '.auth_token'), 'new-token');
      const upgrades = instants(platform, 'live', environment);
      const reads = instants(platform, 'list', environment);
      const again = platform.nextRequest(fakeRoutes.live);
      platform.dropSockets(code);
      const rereads = code === 1008 || code === 4401;
      expect((await again).headers.authorization).toBe(`Bearer ${rereads ? 'new' : 'old'}-token`);
      await seen(wait, 'reconnected');
      const [openedAt = 0] = upgrades;
      // The next read by the clock alone would come after 60 s.
      await vi.waitFor(() => expect(reads.at(-1)).toBeGreaterThan(openedAt), SOON);
      expect(reads.find((at) => at > openedAt)).toBeLessThan(openedAt + 30_000);
      expect(endsOf(wait.world)).toEqual([]);
      await expectKept(wait);
    },
  );
});

describe('F26 a half-open connection', () => {
  it('F26 of which nothing comes any more is given up after a ping, and made anew', async () => {
    const platform = await fakePlatform();
    await using proxy = await createFaultProxy({ target: platform.url });
    const environment = fastEnvironment(60);
    const wait = await waiting(platform, { pollInterval: '1s', environment }, proxy.url);
    const since = environment.clock.monotonic();
    proxy.toxics.set({ halfOpen: true });
    await seen(wait, 'fallback');
    // A ping comes within 20 s, and its answer within 10 s.
    expect(environment.clock.monotonic() - since).toBeLessThan(60_000);
    proxy.toxics.clear();
    await seen(wait, 'reconnected');
    await expectKept(wait);
  });

  it('F26 does not hold up a decision that is polled meanwhile', async () => {
    const platform = await fakePlatform();
    const environment = fastEnvironment(60);
    const wait = await waiting(platform, { pollInterval: '1s', environment });
    platform.silenceSockets();
    await expectKept(wait);
  });

  it('F26 is not seen in a connection that is merely quiet and slow', async () => {
    const platform = await fakePlatform();
    await using proxy = await createFaultProxy({ target: platform.url });
    const wait = await waiting(platform, { environment: fastEnvironment(30) }, proxy.url);
    // Three seconds each way, by the fast clock.
    proxy.toxics.set({ latency: { ms: 80, jitterMs: 20 }, slice: 64 });
    await platform.nextRequest(fakeRoutes.list);
    await expectKept(wait);
    expect(wait.world.outcomes()).not.toContain('fallback');
  });
});

it('F27 an upgrade that is never answered is given up after 10 s; decisions are polled', async () => {
  const platform = await fakePlatform();
  platform.respond(fakeRoutes.live, 'hang');
  const fast = fastEnvironment(60);
  const limits: unknown[] = [];
  const environment: Environment = {
    ...fast,
    // The socket keeps this limit by its own clock: shortened as the other one is.
    connect: (url, options) => {
      limits.push(options.handshakeTimeout);
      return fast.connect(url, { ...options, handshakeTimeout: 10_000 / 60 });
    },
  };
  const world = requestingSide(platform.url, { timeout: '10m', pollInterval: '1s', environment });
  const said: string[] = [];
  world.approvals.on('trouble', ({ message }) => said.push(message));
  const asked = world.approvals.request(ASK);
  await vi.waitFor(() => expect(said.join()).toMatch(/handshake has timed out/i), SOON);
  await platform.nextRequest(fakeRoutes.live);
  expect(new Set(limits)).toEqual(new Set([10_000]));
  await expectKept({ platform, world, asked });
});

const POLL_MS = 100;
const chance = (): number => 0.99;
/** How long the n-th pause in a row is, with this chance. */
const nth = (attempt: number): number => reconnectAfterMs(chance, attempt, POLL_MS);

describe('F28 a channel that comes and goes', () => {
  const steps = Array.from({ length: 12 }, (_, index) => nth(index + 1));

  /** The environment, and the pauses before each new connection, as they were asked for. */
  function recordingPauses(factor: number): { environment: Environment; pauses: number[] } {
    const fast = fastEnvironment(factor);
    const pauses: number[] = [];
    const clock = {
      ...fast.clock,
      setTimeout: (callback: () => void, ms: number) => {
        if (steps.includes(ms)) pauses.push(ms);
        return fast.clock.setTimeout(callback, ms);
      },
    };
    return { environment: { ...fast, clock, random: chance }, pauses };
  }

  it('F28 is connected once for each step of the back-off, which grows', async () => {
    const platform = await fakePlatform();
    const { environment, pauses } = recordingPauses(60);
    const world = requestingSide(platform.url, {
      timeout: '60s',
      pollInterval: `${POLL_MS}ms`,
      environment,
    });
    const drop = setInterval(() => platform.dropSockets(1011), 2);
    const asked = world.approvals.request(ASK);
    await expectTimeout({ world, asked }, 'deadline').finally(() => clearInterval(drop));
    expect(pauses.length).toBeGreaterThan(3);
    expect(pauses).toEqual(steps.slice(0, pauses.length));
    expect(platform.countRequests(fakeRoutes.live)).toBeLessThanOrEqual(pauses.length + 1);
    expect(platform.countRequests(fakeRoutes.live)).toBeLessThan(10);
  });

  it('F28 and was up for less than 30 s goes on where the back-off was', async () => {
    const platform = await fakePlatform();
    const { environment, pauses } = recordingPauses(30);
    const wait = await waiting(platform, { pollInterval: `${POLL_MS}ms`, environment });
    const { clock } = environment;
    for (const upMs of [0, 0, 5_000, 31_000]) {
      const until = clock.monotonic() + upMs;
      await vi.waitFor(() => expect(clock.monotonic()).toBeGreaterThan(until), SOON);
      const again = platform.nextRequest(fakeRoutes.live);
      platform.dropSockets(1011);
      await again;
      await platform.waitForSockets(1);
    }
    expect(pauses).toEqual([nth(1), nth(2), nth(3), nth(1)]);
    await expectKept(wait);
  });
});

describe('F56 an event loop that stands still', () => {
  it.each([12_000, 15_000, 30_000])(
    'F56 for %i ms while a pong is on its way loses no connection that is healthy',
    async (ms) => {
      const platform = await fakePlatform();
      const fast = fastEnvironment(30);
      const first = Promise.withResolvers<string>();
      const environment: Environment = {
        ...fast,
        connect: (url, options) => {
          const socket = fast.connect(url, options);
          const ping = socket.ping.bind(socket);
          let stalled = false;
          // The pong cannot be read before the timer that waits for it is late.
          socket.ping = () => {
            ping();
            if (!stalled) queueMicrotask(() => stall(fast, ms));
            stalled = true;
          };
          socket.on('pong', () => first.resolve('pong'));
          socket.on('close', () => first.resolve('close'));
          return socket;
        },
      };
      const wait = await waiting(platform, { environment });
      expect(await first.promise).toBe('pong');
      await expectKept(wait);
      expect(wait.world.outcomes()).not.toContain('fallback');
      expect(platform.countRequests(fakeRoutes.live)).toBe(1);
    },
  );

  it('loses no connection on which frames arrive, whose pong waits behind them', async () => {
    const platform = await fakePlatform();
    const fast = fastEnvironment(60);
    const pings: number[] = [];
    const environment: Environment = {
      ...fast,
      connect: (url, options) => {
        const socket = fast.connect(url, options);
        socket.ping = () => pings.push(fast.clock.monotonic());
        return socket;
      },
    };
    const wait = await waiting(platform, { environment });
    // A second ping is sent only by who took the first for answered.
    await vi.waitFor(() => {
      platform.sendFrame({ event: 'WORKSPACE_HEARTBEAT' });
      expect(pings.length).toBeGreaterThan(2);
    }, SOON);
    await expectKept(wait);
    expect(wait.world.outcomes()).not.toContain('fallback');
    expect(platform.countRequests(fakeRoutes.live)).toBe(1);
  });

  it('F56 beyond the deadline is noticed on waking', async () => {
    const platform = await fakePlatform();
    const environment = fastEnvironment(60);
    const wait = await waiting(platform, { timeout: '20s', environment });
    stall(environment, 30_000);
    const wokenAt = environment.clock.monotonic();
    await expectTimeout(wait, 'deadline');
    expect(environment.clock.monotonic() - wokenAt).toBeLessThan(30_000);
    expect(platform.rows()).toMatchObject([{ status: 'denied' }]);
  });
});
