import { describe, expect, it, vi } from 'vitest';
import { type AuditLog, memoryAuditLog } from '../../src/index.ts';
import { decisionOfFrame, MAX_DECISION_LENGTH } from '../../src/protocol/frames.ts';
import { fakeRoutes } from '../../src/testing/index.ts';
import { ASK, endsOf } from '../support/catalogue.ts';
import { fastEnvironment } from '../support/fast-environment.ts';
import { fakePlatform, requestingSide, WORKSPACE } from '../support/world.ts';

const POLLING = { useWebSocket: false, timeout: '20s' } as const;

describe('F10 reads that fail for the whole wait', () => {
  it('F10 are in the record of the timeout, also where the request was taken back', async () => {
    const platform = await fakePlatform();
    platform.respond(fakeRoutes.list, { status: 503, body: { error: 'platform_unavailable' } });
    const world = requestingSide(platform.url, { ...POLLING, environment: fastEnvironment(60) });
    await world.approvals.request(ASK);
    expect(world.audit().at(-1)).toMatchObject({
      outcome: 'timeout',
      error: expect.stringContaining('503'),
    });
  });
});

describe('F16 a row that says something else later', () => {
  it.each(['denied', 'pending'])(
    'F16 is recorded where it is %s after it was approved',
    async (later) => {
      const platform = await fakePlatform();
      const world = requestingSide(platform.url, { ...POLLING, environment: fastEnvironment(20) });
      const other = world.approvals.request({ action: 'Keep reading' });
      const asked = world.approvals.request(ASK);
      await platform.waitForRow(({ action }) => action === 'Keep reading');
      const row = await platform.waitForRow(({ action }) => action === ASK.action);
      const saying = (status: string) => ({ body: [{ ...row, status, decided_by: 'dana' }] });
      let reads = 0;
      platform.respond(fakeRoutes.list, () => {
        reads += 1;
        return saying(reads === 1 ? 'approved' : later);
      });
      expect(await asked).toMatchObject({ status: 'granted' });
      await other;
      const told = world.audit().filter(({ outcome }) => outcome === 'platform_inconsistent');
      expect(told).toMatchObject([{ error: `the platform said "approved", then "${later}"` }]);
    },
  );
});

describe('F58 an audit log of the caller that throws', () => {
  it('F58 from the start: nothing is asked', async () => {
    const platform = await fakePlatform();
    const audit = {
      ...memoryAuditLog(),
      append: () => {
        throw new Error('the sink is gone');
      },
    };
    const world = requestingSide(platform.url, { audit });
    expect(await world.approvals.request(ASK)).toMatchObject({
      status: 'failed',
      error: { code: 'audit', message: expect.stringContaining('the sink is gone') },
    });
    expect(platform.rows()).toEqual([]);
  });

  it('F58 at the grant: nothing is granted', async () => {
    const platform = await fakePlatform();
    const log = memoryAuditLog();
    const append: typeof log.append = (event) => {
      if (event.outcome === 'granted') throw new Error('the sink is gone');
      log.append(event);
    };
    const world = requestingSide(platform.url, { audit: { ...log, append } });
    const asked = world.approvals.request(ASK);
    const { id } = await platform.waitForRow();
    await vi.waitFor(() =>
      expect(log.records.map(({ outcome }) => outcome)).toContain('requested'),
    );
    platform.decide(id, 'approved');
    expect(await asked).toMatchObject({ status: 'failed', error: { code: 'audit' } });
  });
});

/** Its faults begin with the record of the grant. */
const brokenLog = (fault: (isBroken: () => boolean) => Partial<AuditLog>) => {
  const log = memoryAuditLog();
  let isBroken = false;
  const append: typeof log.append = (event) => {
    isBroken ||= event.outcome === 'granted';
    log.append(event);
  };
  return Object.defineProperties(
    { ...log, append },
    Object.getOwnPropertyDescriptors(fault(() => isBroken)),
  );
};

describe.each([0, Infinity])('F58 with %s awake, at the grant', (awakeAtMost) => {
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();

  it.each([
    [
      'what it throws cannot be looked at',
      () => {
        const log = memoryAuditLog();
        const append: typeof log.append = (event) => {
          if (event.outcome === 'granted') throw revoked.proxy;
          log.append(event);
        };
        return { ...log, append };
      },
    ],
    [
      'it throws where it is asked for its failure',
      () =>
        brokenLog((isBroken) => ({
          get failure(): undefined {
            if (isBroken()) throw new Error('no answer');
            return undefined;
          },
        })),
    ],
  ])('F58 %s: nothing is granted, and all ends', async (_, log) => {
    const platform = await fakePlatform();
    const world = requestingSide(platform.url, { audit: log(), awakeAtMost });
    const states: string[] = [];
    const asked = world.approvals.request(ASK, { onState: ({ state }) => states.push(state) });
    const { id } = await platform.waitForRow();
    await vi.waitFor(() => expect(states).toContain('awaitingWS'));
    platform.decide(id, 'approved');
    expect(await asked).toMatchObject({ status: 'failed', error: { code: 'audit' } });
    await world.approvals.close();
  });
});

describe('G2 a decision after the deadline', () => {
  it('G2 is too late also where no timer has noticed yet, right after a sleep', async () => {
    const platform = await fakePlatform();
    const base = fastEnvironment(1);
    let sleptMs = 0;
    const clock = {
      ...base.clock,
      monotonic: () => base.clock.monotonic() + sleptMs,
      now: () => base.clock.now() + sleptMs,
    };
    const world = requestingSide(platform.url, { timeout: '20s', environment: { ...base, clock } });
    const asked = world.approvals.request(ASK);
    const { id } = await platform.waitForRow();
    await vi.waitFor(() => expect(world.outcomes()).toContain('requested'));
    sleptMs = 30_000;
    platform.decide(id, 'approved');
    expect(await asked).toMatchObject({ status: 'timeout', cause: 'decided_late' });
    expect(endsOf(world)).toEqual(['timeout']);
  });
});

describe('F23 a frame that is larger than any decision', () => {
  const decided = { event: 'APPROVAL_DECIDED', approval_id: 'row-1', status: 'approved' };

  it('F23 is not read, and its decision comes with a read of the list', async () => {
    const platform = await fakePlatform({ dropFrames: true });
    const world = requestingSide(platform.url, { timeout: '20s' });
    const asked = world.approvals.request(ASK);
    const { id } = await platform.waitForRow();
    await vi.waitFor(() => expect(world.outcomes()).toContain('requested'));
    await platform.waitForSockets(1);
    platform.decide(id, 'approved');
    const frame = { ...decided, approval_id: id, padding: 'x'.repeat(MAX_DECISION_LENGTH) };
    expect(decisionOfFrame(JSON.stringify(frame), WORKSPACE)).toBeUndefined();
    platform.sendFrame(frame);
    expect(await asked).toMatchObject({ status: 'granted', approvalId: id });
    expect(world.approvals.ignoredFrames).toBeGreaterThan(0);
  });
});
