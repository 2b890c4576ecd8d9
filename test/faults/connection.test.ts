/** Faults of the connection itself: closed, half open, never answered, flapping, stalled with us. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { Environment } from '../../src/index.ts';
import { type FakePlatform, fakeRoutes } from '../../src/testing/index.ts';
import { ASK, type Asked, endsOf, expectKept, expectTimeout } from '../support/catalogue.ts';
import { fastEnvironment } from '../support/fast-environment.ts';
import { createFaultProxy } from '../support/fault-proxy.ts';
import {
  fakePlatform,
  requestingSide,
  temporaryFolder,
  type WorldOptions,
} from '../support/world.ts';

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

const idle = (): void => undefined;

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
      expect(reads.find((at) => at > openedAt)).toBeLessThan(openedAt + 5_000);
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
    expect(environment.clock.monotonic() - since).toBeLessThan(40_000);
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
    const wait = await waiting(platform, { environment: fastEnvironment(60) }, proxy.url);
    // Five seconds each way, by the fast clock.
    proxy.toxics.set({ latency: { ms: 50, jitterMs: 30 }, slice: 7 });
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

describe('F28 a channel that comes and goes', () => {
  it('F28 is connected once for each step of the back-off, which grows', async () => {
    const platform = await fakePlatform();
    const environment = { ...fastEnvironment(60), random: () => 0.99 };
    const upgrades = instants(platform, 'live', environment);
    const world = requestingSide(platform.url, {
      timeout: '90s',
      pollInterval: '100ms',
      environment,
    });
    const drop = setInterval(() => platform.dropSockets(1011), 2);
    const asked = world.approvals.request(ASK);
    await expectTimeout({ world, asked }, 'deadline').finally(() => clearInterval(drop));
    const gaps = upgrades.slice(1).map((at, index) => at - (upgrades[index] ?? 0));
    // 1, 2, 4, 8, 16, 30 s at the most, and not much less.
    expect(upgrades.length).toBeGreaterThan(3);
    expect(upgrades.length).toBeLessThan(10);
    const [first = 0] = gaps;
    expect(Math.max(...gaps)).toBeGreaterThan(8 * first);
  });

  it('F28 and that was up for less than 30 s goes on where the back-off was', async () => {
    const platform = await fakePlatform();
    const environment = { ...fastEnvironment(60), random: () => 0.99 };
    const upgrades = instants(platform, 'live', environment);
    const wait = await waiting(platform, { pollInterval: '100ms', environment });
    const { clock } = environment;
    /** Up for so long, then dropped; the result is the pause until it comes back. */
    const pauseAfter = async (upMs: number): Promise<number> => {
      const until = clock.monotonic() + upMs;
      await vi.waitFor(() => expect(clock.monotonic()).toBeGreaterThan(until), SOON);
      const droppedAt = clock.monotonic();
      platform.dropSockets(1011);
      const count = upgrades.length;
      await vi.waitFor(() => expect(upgrades.length).toBeGreaterThan(count), SOON);
      await platform.waitForSockets(1);
      return (upgrades.at(-1) ?? 0) - droppedAt;
    };
    const [first, second, third] = [await pauseAfter(0), await pauseAfter(0), await pauseAfter(0)];
    expect(second).toBeGreaterThan(first);
    expect(third).toBeGreaterThan(second);
    expect(await pauseAfter(15_000)).toBeGreaterThan(third);
    expect(await pauseAfter(31_000)).toBeLessThan(third);
    await expectKept(wait);
  });
});

describe('F56 an event loop that stands still', () => {
  it.each([
    ['between two pings', 30_000, false],
    ['while a pong is on its way', 30_000, true],
  ])('F56 %s loses no connection that is healthy', async (_, ms, afterPing) => {
    const platform = await fakePlatform();
    const fast = fastEnvironment(60);
    let onPing = idle;
    const environment: Environment = {
      ...fast,
      connect: (url, options) => {
        const socket = fast.connect(url, options);
        const ping = socket.ping.bind(socket);
        socket.ping = () => {
          ping();
          // After the poll phase: on waking, timers come before what lies in the buffers.
          setImmediate(onPing);
        };
        return socket;
      },
    };
    const wait = await waiting(platform, { environment });
    if (afterPing) {
      await new Promise<void>((resolve) => {
        onPing = () => {
          onPing = idle;
          stall(environment, ms);
          resolve();
        };
      });
    } else stall(environment, ms);
    await platform.nextRequest(fakeRoutes.list);
    expect(wait.world.outcomes()).not.toContain('fallback');
    expect(platform.countRequests(fakeRoutes.live)).toBe(1);
    await expectKept(wait);
  });

  it('F56 beyond the deadline is noticed on waking', async () => {
    const platform = await fakePlatform();
    const environment = fastEnvironment(60);
    const wait = await waiting(platform, { timeout: '20s', environment });
    stall(environment, 30_000);
    const wokenAt = environment.clock.monotonic();
    await expectTimeout(wait, 'deadline');
    expect(environment.clock.monotonic() - wokenAt).toBeLessThan(15_000);
    expect(platform.rows()).toMatchObject([{ status: 'denied' }]);
  });
});
