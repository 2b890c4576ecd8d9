/** Faults of the caller: who gives up, and whose own code throws. */
import { runInNewContext } from 'node:vm';
import { pino } from 'pino';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { type AuditLog, memoryAuditLog } from '../../src/index.ts';
import { fakeRoutes } from '../../src/testing/index.ts';
import { ASK, endsOf, expectKept, warmUp } from '../support/catalogue.ts';
import { fastEnvironment } from '../support/fast-environment.ts';
import { createFaultProxy } from '../support/fault-proxy.ts';
import { fakePlatform, requestingSide, type WorldOptions } from '../support/world.ts';

beforeAll(warmUp);

const SOON = { timeout: 5_000, interval: 5 };
const TAKEN_BACK = { status: 'denied', decided_by: expect.stringMatching(/^withdrawn: /) };

describe('F57 an abort', () => {
  it.each(['before the call', 'in the same turn'])('F57 %s sends nothing', async (when) => {
    const platform = await fakePlatform();
    const world = requestingSide(platform.url);
    const controller = new AbortController();
    if (when === 'before the call') controller.abort();
    const asked = world.approvals.request(ASK, { signal: controller.signal });
    controller.abort();
    expect(await asked).toMatchObject({ status: 'withdrawn', approved: false });
    expect(endsOf(world)).toEqual(['withdrawn']);
    expect(platform.requests).toEqual([]);
  });

  it.each([
    ['while the row is being made', 'asRecorded'],
    ['while its answer is lost', 'commitThenReset'],
    ['while it is stored and answered with 500', 'commitThen500'],
  ] as const)('F57 %s takes the row back', async (_, answer) => {
    const platform = await fakePlatform();
    const controller = new AbortController();
    platform.respond(fakeRoutes.create, () => {
      controller.abort();
      return answer;
    });
    const environment = fastEnvironment(10);
    const world = requestingSide(platform.url, { environment, timeout: '10m' });
    const outcome = await world.approvals.request(ASK, { signal: controller.signal });
    expect(outcome).toMatchObject({ status: 'withdrawn', approved: false });
    expect(endsOf(world)).toEqual(['withdrawn']);
    await vi.waitFor(() => expect(platform.rows()).toMatchObject([TAKEN_BACK]), SOON);
    expect(platform.countRequests(fakeRoutes.create)).toBe(1);
  });

  it('F57 while the answer to the POST hangs on a dead link takes the row back', async () => {
    const platform = await fakePlatform();
    await using proxy = await createFaultProxy({ target: platform.url });
    const controller = new AbortController();
    platform.quirks.onCreate = () => {
      proxy.toxics.down.set({ halfOpen: true });
      controller.abort();
    };
    platform.respond(fakeRoutes.list, () => {
      proxy.toxics.clear();
      return undefined;
    });
    const world = requestingSide(proxy.url, {
      environment: fastEnvironment(20),
      timeout: '10m',
      useWebSocket: false,
    });
    const outcome = await world.approvals.request(ASK, { signal: controller.signal });
    expect(outcome).toMatchObject({ status: 'withdrawn', approved: false });
    await vi.waitFor(() => expect(platform.rows()).toMatchObject([TAKEN_BACK]), SOON);
  });

  it.each([true, false])(
    'F57 during the wait takes the row back, once (live: %s)',
    async (live) => {
      const platform = await fakePlatform();
      const world = requestingSide(platform.url, { useWebSocket: live });
      const [first, second] = [new AbortController(), new AbortController()];
      const signal = AbortSignal.any([first.signal, second.signal]);
      const asked = world.approvals.request(ASK, { signal });
      await vi.waitFor(() => expect(world.outcomes()).toContain('requested'), SOON);
      first.abort();
      first.abort();
      second.abort(new Error('again'));
      await Promise.all([asked, world.approvals.close()]);
      expect(await asked).toMatchObject({ status: 'withdrawn', approved: false });
      expect(platform.rows()).toMatchObject([TAKEN_BACK]);
      expect(platform.countRequests(fakeRoutes.decide)).toBe(1);
      expect(endsOf(world)).toEqual(['withdrawn']);
    },
  );

  it("F57 that crosses a person's click ends as withdrawn, and grants nothing", async () => {
    const platform = await fakePlatform({ dropFrames: true });
    const world = requestingSide(platform.url, { pollInterval: '60s' });
    const controller = new AbortController();
    const asked = world.approvals.request(ASK, { signal: controller.signal });
    const { id } = await platform.waitForRow();
    await vi.waitFor(() => expect(world.outcomes()).toContain('requested'), SOON);
    platform.respond(fakeRoutes.decide, () => {
      platform.decide(id, 'approved', 'alice');
      return undefined;
    });
    controller.abort();
    expect(await asked).toMatchObject({ status: 'withdrawn', approved: false });
    expect(world.audit().at(-1)).toMatchObject({
      outcome: 'withdrawn',
      withdrawal: 'already_decided',
    });
    expect(endsOf(world)).toEqual(['withdrawn']);
  });

  it('F57 after the decision changes nothing', async () => {
    const platform = await fakePlatform();
    const world = requestingSide(platform.url);
    const controller = new AbortController();
    world.approvals.on('state', ({ state }) => {
      if (state === 'granted') controller.abort();
    });
    const asked = world.approvals.request(ASK, { signal: controller.signal });
    await expectKept({ platform, world, asked });
    expect(controller.signal.aborted).toBe(true);
    expect(platform.countRequests(fakeRoutes.decide)).toBe(0);
  });
});

const throws = (): never => {
  throw new Error('a fault of the caller');
};
const rejects = (): Promise<never> => Promise.reject(new Error('a fault of the caller'));
const rejectsElsewhere: () => unknown = runInNewContext(
  'async () => { throw new Error("a fault of the caller") }',
);

describe('F58 code of the caller that throws', () => {
  it.each([
    ['a listener that throws', throws],
    ['a listener that rejects', rejects],
    ['a listener of another realm that rejects', rejectsElsewhere],
  ])('F58 in %s changes nothing, for any event', async (_, listener) => {
    const platform = await fakePlatform({ requireOrigin: 'https://nowhere.example' });
    const world = requestingSide(platform.url, { inspect: throws });
    for (const name of ['audit', 'state', 'trouble'] as const) world.approvals.on(name, listener);
    await expectKept({ platform, world, asked: world.approvals.request(ASK) });
  });

  it.each([
    ['throws', throws],
    ['rejects', rejects],
  ])('F58 in a logger that %s changes nothing', async (_, say) => {
    const platform = await fakePlatform();
    const logger = Object.assign(pino({ level: 'silent' }), { warn: say, error: say });
    const world = requestingSide(platform.url, { logger, useWebSocket: false });
    platform.respond(fakeRoutes.list, [{ status: 502 }]);
    world.approvals.on('state', throws);
    await expectKept({ platform, world, asked: world.approvals.request(ASK) });
  });

  const sinks: readonly [string, Partial<AuditLog>][] = [
    ['a sink whose flush rejects', { flush: rejects }],
    ['a sink whose flush throws', { flush: throws }],
  ];

  it.each(sinks)('F58 in %s is no grant, and asks nobody', async (_, broken) => {
    const platform = await fakePlatform();
    const audit: AuditLog = { ...memoryAuditLog(), ...broken };
    const world = requestingSide(platform.url, { audit } satisfies WorldOptions);
    expect(await world.approvals.request(ASK)).toMatchObject({ status: 'failed', approved: false });
    expect(platform.rows()).toEqual([]);
  });
});
