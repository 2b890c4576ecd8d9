import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { loadParts } from '../src/approvals/lazy-parts.ts';
import {
  type ApprovalsOptions,
  createApprovals,
  memoryAuditLog,
  systemEnvironment,
} from '../src/index.ts';
import { MemorySocket } from './support/memory-socket.ts';
import { SimulatedTime } from './support/simulated-clock.ts';
import { temporaryFolder } from './support/temp-folder.ts';

const MINUTE_MS = 60_000;

/** A platform that takes every request, and on which nobody decides; time passes when it is told. */
function quietWorld(options: ApprovalsOptions = {}) {
  const time = new SimulatedTime();
  const sent: { readonly what: string; readonly at: number }[] = [];
  const sockets = new Set<MemorySocket>();
  const world = { isDown: false, listsInFlight: 0, mostListsInFlight: 0 };
  let rows = 0;
  const note = (what: string): void => {
    sent.push({ what, at: time.clock.monotonic() });
  };
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const { method } = new Request(input, init);
    note(method === 'GET' ? 'list' : 'post');
    if (world.isDown) throw Object.assign(new TypeError('fetch failed'), { code: 'ECONNREFUSED' });
    if (method !== 'GET') {
      rows += 1;
      return Response.json({ approval_id: `row-${rows}` }, { status: 201 });
    }
    world.listsInFlight += 1;
    world.mostListsInFlight = Math.max(world.mostListsInFlight, world.listsInFlight);
    await turn();
    world.listsInFlight -= 1;
    return Response.json([]);
  };
  const folder = temporaryFolder();
  const approvals = createApprovals({
    platformUrl: 'http://platform.test',
    workspaceId: 'billing-agent',
    configDir: folder,
    stateDir: folder,
    // A token file would be read from a disk, which takes time that nobody here lets pass.
    token: 'token-of-the-test',
    audit: memoryAuditLog(),
    journal: false,
    timeout: '1h',
    ...options,
    environment: {
      ...systemEnvironment,
      clock: time.clock,
      fetch,
      connect: () => {
        note('socket');
        const socket = new MemorySocket();
        sockets.add(socket);
        queueMicrotask(() => (world.isDown ? socket.end(1006) : socket.open()));
        return socket;
      },
    },
  });
  const pass = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 500) {
      time.advance(500);
      for (let turns = 0; turns < 4; turns += 1) await turn();
    }
  };
  const fail = (): void => {
    world.isDown = true;
    for (const socket of sockets) socket.end(1006);
  };
  const count = (what: string, since: number): number =>
    sent.filter((request) => request.what === what && request.at >= since).length;
  return { time, world, approvals, pass, fail, count, now: () => time.clock.monotonic() };
}

type Quiet = ReturnType<typeof quietWorld>;

/** Two hundred, who wait when it resolves. */
async function ask({ approvals, pass, count }: Quiet): Promise<void> {
  // Takes turns of this process, and no time of the world.
  await loadParts();
  for (let index = 0; index < 200; index += 1)
    void approvals.request({ action: `Refund order ${index}` });
  // `config.yaml` is looked for on the disk, which takes as long as it takes.
  while (count('post', 0) < 200) await pass(500);
  await pass(2_000);
}

async function end({ approvals, time, pass }: Quiet): Promise<void> {
  const closing = { isOver: false };
  void approvals.close().finally(() => {
    closing.isOver = true;
  });
  while (!closing.isOver) await pass(1_000);
  // What was armed for the next turn.
  await pass(500);
  expect(time.timers, 'timers left').toBe(0);
}

describe('many who wait', () => {
  it('G10 share one socket, and one list request at a time, every 30 s while it is live', async () => {
    const quiet = quietWorld();
    const { world, pass, count, now } = quiet;
    await ask(quiet);
    const since = now();
    await pass(5 * MINUTE_MS);
    expect(count('socket', 0)).toBe(1);
    expect(count('list', since)).toBeLessThanOrEqual(11);
    expect(world.mostListsInFlight).toBe(1);
    await end(quiet);
  });

  it('G10 are polite in an outage: 60 requests in ten minutes at the most', async () => {
    const quiet = quietWorld();
    const { world, pass, fail, count, now } = quiet;
    await ask(quiet);
    fail();
    const since = now();
    await pass(10 * MINUTE_MS);
    const requests = count('list', since) + count('socket', since) + count('post', since);
    expect(requests).toBeGreaterThan(5);
    expect(requests).toBeLessThanOrEqual(60);
    world.isDown = false;
    await end(quiet);
  });

  it('G10 read twelve times a minute at the most while there is no channel', async () => {
    const quiet = quietWorld({ useWebSocket: false });
    const { world, pass, count, now } = quiet;
    await ask(quiet);
    const since = now();
    await pass(5 * MINUTE_MS);
    expect(count('list', since) / 5).toBeLessThanOrEqual(12);
    expect(world.mostListsInFlight).toBe(1);
    await end(quiet);
  });

  it('G10 read once a second at the most while ever more of them begin', async () => {
    const quiet = quietWorld({ useWebSocket: false });
    const { world, approvals, pass, count, now } = quiet;
    await ask(quiet);
    const since = now();
    for (let more = 1; more <= 40; more += 1) {
      void approvals.request({ action: `Refund order ${more} again` });
      // The disk takes turns of this process, and no time of the world.
      while (count('post', since) < more) await turn();
      await pass(500);
    }
    expect(count('list', since)).toBeGreaterThan(10);
    expect(count('list', since)).toBeLessThanOrEqual(21);
    expect(world.mostListsInFlight).toBe(1);
    await end(quiet);
  });
});
