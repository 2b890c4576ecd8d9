/** Guarantees of the requesting side, each where nothing but it stands between a fault and a lie. */
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { systemEnvironment } from '../src/index.ts';
import { fakeRoutes } from '../src/testing/index.ts';
import { recordingFetch } from './support/catalogue.ts';
import { fastEnvironment } from './support/fast-environment.ts';
import { slowDisk } from './support/slow-disk.ts';
import { fakePlatform, requestingSide, WORKSPACE } from './support/world.ts';

const ASK = { action: 'Refund order 4711' };
const SOON = { timeout: 5_000, interval: 5 };

describe('a request', () => {
  it.each([
    ['D23', 'record', (path: string) => path.endsWith('audit.jsonl')],
    ['G7', 'entry in the journal', (path: string) => /\/[0-9a-f]{64}\.json/.test(path)],
  ])('%s is not sent before its %s is on disk, however slow that is', async (_, __, isSlow) => {
    const platform = await fakePlatform();
    const { environment, happened } = slowDisk(isSlow);
    const { approvals } = requestingSide(platform.url, { environment, useWebSocket: false });
    const asked = approvals.request(ASK);
    platform.decide((await platform.waitForRow()).id, 'approved');
    expect(await asked).toMatchObject({ status: 'granted' });
    expect(happened.slice(0, 2)).toEqual(['on disk', 'sent']);
  });
});

describe('a decision', () => {
  it('G1 that was made while the channel was down is read as soon as it is back', async () => {
    const platform = await fakePlatform({ dropFrames: true });
    const { approvals, outcomes } = requestingSide(platform.url, {
      pollInterval: '60s',
      timeout: '5s',
      environment: { ...systemEnvironment, random: () => 0 },
    });
    const asked = approvals.request(ASK);
    const row = await platform.waitForRow();
    await vi.waitFor(() => expect(outcomes()).toContain('requested'), SOON);
    const back = Promise.withResolvers<void>();
    platform.respond(fakeRoutes.live, async () => {
      await back.promise;
      return undefined;
    });
    // The read with which the polling begins comes before the decision; the next is a minute away.
    platform.respond(fakeRoutes.list, () => {
      if (platform.sockets > 0) return undefined;
      return { body: [row] };
    });
    const read = platform.nextRequest(fakeRoutes.list);
    platform.dropSockets(1012);
    await read;
    platform.decide(row.id, 'approved', 'alice');
    back.resolve();
    expect(await asked).toMatchObject({ status: 'granted', decidedBy: 'alice' });
  });
});

describe('another row of a key', () => {
  it.each([
    ['of a create that was cut', ['reset']],
    ['of somebody elsewhere with the same key', []],
  ] as const)('G5 %s is taken back, and the one that counts is decided', async (_, answers) => {
    const platform = await fakePlatform();
    platform.respond(fakeRoutes.create, answers);
    const { approvals, audit } = requestingSide(platform.url, { useWebSocket: false });
    const asked = approvals.request({ ...ASK, key: 'refund-4711' });
    const ours = await platform.waitForRow();
    const { action, reason, task_id: taskId } = ours;
    const twin = platform.addRow({ workspaceId: WORKSPACE, action, reason, taskId });
    await vi.waitFor(
      () =>
        expect(platform.rows()).toContainEqual({
          ...twin,
          status: 'denied',
          decided_at: expect.any(String),
          decided_by: `withdrawn: the same request stands as ${ours.id}`,
        }),
      SOON,
    );
    platform.decide(ours.id, 'approved', 'alice');
    expect(await asked).toMatchObject({ status: 'granted', approvalId: ours.id });
    expect(audit().filter(({ outcome }) => outcome === 'twin')).toMatchObject([
      { approval_id: ours.id, twin_id: twin.id },
    ]);
  });
});

describe('a withdrawal', () => {
  it('G6 that the platform did not answer is tried again after the end', async () => {
    const platform = await fakePlatform();
    const takeRuleBack = platform.respond(fakeRoutes.decide, { status: 503 });
    const { approvals } = requestingSide(platform.url, {
      timeout: '10s',
      environment: fastEnvironment(30),
    });
    expect(await approvals.request(ASK)).toMatchObject({
      status: 'timeout',
      cause: 'indeterminate',
    });
    expect(platform.rows()).toMatchObject([{ status: 'pending' }]);
    takeRuleBack();
    await vi.waitFor(() => expect(platform.rows()).toMatchObject([{ status: 'denied' }]), SOON);
  });
});

describe('fifty keys that may have been asked before', () => {
  it('G10 are looked for with one list request at a time, shared by many', async () => {
    const platform = await fakePlatform();
    let reading = 0;
    let most = 0;
    platform.respond(fakeRoutes.list, async () => {
      reading += 1;
      most = Math.max(most, reading);
      for (let turns = 0; turns < 5; turns += 1) await turn();
      reading -= 1;
      return undefined;
    });
    const { approvals } = requestingSide(platform.url, {
      useWebSocket: false,
      pollInterval: '60s',
    });
    platform.quirks.onCreate = ({ id }) => void platform.decide(id, 'approved');
    const asked = Array.from({ length: 50 }, (_, index) =>
      approvals.request({ action: `step ${index}`, key: `step-${index}` }),
    );
    expect((await Promise.all(asked)).every(({ approved }) => approved)).toBe(true);
    expect(most).toBe(1);
    expect(platform.countRequests(fakeRoutes.list)).toBeLessThan(50);
  });
});

describe('a platform that asks for patience', () => {
  it('G10 is sent nothing meanwhile, of whatever kind', async () => {
    const platform = await fakePlatform();
    platform.respond(fakeRoutes.list, [{ status: 429, headers: { 'retry-after': '5' } }]);
    const { environment, sent } = recordingFetch(fastEnvironment(10));
    const { approvals } = requestingSide(platform.url, {
      useWebSocket: false,
      timeout: '5m',
      environment,
    });
    const answered = new Promise<void>((resolve) => {
      approvals.on('trouble', () => resolve());
    });
    const first = approvals.request({ action: 'Deploy' });
    await answered;
    const second = approvals.request(ASK);
    await platform.waitForRow(({ action }) => action === ASK.action);
    const [, read, next] = sent;
    expect([read?.method, next?.at]).toEqual(['GET', expect.any(Number)]);
    expect((next?.at ?? 0) - (read?.at ?? 0)).toBeGreaterThanOrEqual(5_000);
    for (const { id } of platform.rows()) platform.decide(id, 'approved');
    expect(await Promise.all([first, second])).toMatchObject([
      { approved: true },
      { approved: true },
    ]);
  });
});

describe('a request whose create failed, and whose key is asked again', () => {
  it('G6 takes no row back that somebody waits for by now', async () => {
    const platform = await fakePlatform();
    const takeRuleBack = platform.respond(fakeRoutes.create, { status: 500 });
    const environment = fastEnvironment(20);
    const { approvals } = requestingSide(platform.url, {
      environment,
      useWebSocket: false,
      timeout: '1h',
      pollInterval: '10s',
    });
    const keyed = { ...ASK, key: 'refund-4711' };
    expect(await approvals.request(keyed)).toMatchObject({ status: 'failed' });
    takeRuleBack();
    const asked = approvals.request(keyed);
    const { id } = await platform.waitForRow();
    const later = environment.clock.monotonic() + 25_000;
    await vi.waitFor(() => expect(environment.clock.monotonic()).toBeGreaterThan(later), SOON);
    expect(platform.rows()).toMatchObject([{ id, status: 'pending' }]);
    platform.decide(id, 'approved');
    expect(await asked).toMatchObject({ status: 'granted', approvalId: id });
  });
});
