import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createLifecycle } from '../../src/platform/lifecycle.ts';
import { DATABASE_FILE, openStorage } from '../../src/platform/storage/index.ts';
import { manualClock } from '../support/manual-clock.ts';
import { liveClient, runningPlatform, temporaryFolder, testApp } from '../support/platform.ts';

const APPROVALS = '/workspaces/w1/approvals';

const ASKED = {
  workspace_id: 'w1',
  task_id: '',
  action: 'a',
  reason: '',
  args: null,
  args_schema: null,
  digest: null,
  idempotency_key: null,
  request_hash: null,
};

describe('a pending approval', () => {
  it('ends at its deadline by the server’s clock, with nobody looking, and says so', async () => {
    const clock = manualClock();
    const { platform, call, ask } = await runningPlatform({ clock });
    const { frames } = await liveClient(platform.url);
    const id = await ask({ timeout_seconds: 5 });
    clock.advance(4_999);
    expect((await call('GET', `${APPROVALS}/${id}`)).body['status']).toBe('pending');
    clock.advance(1);
    await vi.waitUntil(() => frames.length === 2);
    expect(frames[1]).toEqual({
      event: 'APPROVAL_EXPIRED',
      seq: 2,
      workspace_id: 'w1',
      timestamp: '2030-01-01T00:00:05.000Z',
      payload: {
        approval_id: id,
        decision: 'denied',
        decided_by: 'auto-expired',
        outcome: 'timeout',
        decided_at: '2030-01-01T00:00:05.000Z',
        note: null,
        digest: null,
      },
    });
    expect((await call('GET', `${APPROVALS}/${id}`)).body).toMatchObject({
      status: 'denied',
      decided_by: 'auto-expired',
      outcome: 'timeout',
    });
  });

  it('ends in its turn, whatever the order in which they were asked', async () => {
    const clock = manualClock();
    const { platform, ask } = await runningPlatform({ clock });
    const { frames } = await liveClient(platform.url);
    const slow = await ask({ timeout_seconds: 30 });
    const quick = await ask({ timeout_seconds: 10 });
    const middle = await ask({ timeout_seconds: 20 });
    for (const [ms, id] of [
      [10_000, quick],
      [10_000, middle],
      [10_000, slow],
    ] as const) {
      const before = frames.length;
      await vi.waitUntil(() => clock.waits.includes(ms));
      clock.advance(ms);
      await vi.waitUntil(() => frames.length > Math.max(before, 3));
      expect(frames.at(-1)).toMatchObject({ payload: { approval_id: id, outcome: 'timeout' } });
    }
  });

  it('ends when it is decided too late, although the sweeper has not come by', async () => {
    const { call, ask, token, clock } = await testApp();
    const id = await ask({ timeout_seconds: 1 });
    clock.jump(1_000);
    const path = `${APPROVALS}/${id}/decide`;
    const answer = await call('POST', path, { token, body: { decision: 'approved' } });
    expect(answer.body).toMatchObject({ code: 'already_decided', outcome: 'timeout' });
  });

  it('ends when its decision has waited past the deadline for another writer', async () => {
    const folder = temporaryFolder();
    const clock = manualClock();
    const storage = openStorage(folder);
    const other = new DatabaseSync(join(folder, DATABASE_FILE));
    onTestFinished(async () => {
      other.close();
      await storage.close();
    });
    const { approvals } = storage;
    const ignored = { onEvent: () => {}, onDeadline: () => {} };
    const lifecycle = createLifecycle({ approvals, now: () => clock.now(), ...ignored });
    const row = await lifecycle.request({ ...ASKED, timeoutMs: 1_000 });
    other.exec('BEGIN IMMEDIATE');
    const deciding = lifecycle.decide(row, 'ann', { decision: 'approved', note: null });
    clock.jump(1_000);
    other.exec('COMMIT');
    await expect(deciding).rejects.toMatchObject({
      code: 'already_decided',
      details: { outcome: 'timeout', decided_by: 'auto-expired' },
    });
  });

  it('may be decided until the last millisecond', async () => {
    const { call, ask, token, clock } = await testApp();
    const id = await ask({ timeout_seconds: 1 });
    clock.jump(999);
    const path = `${APPROVALS}/${id}/decide`;
    const answer = await call('POST', path, { token, body: { decision: 'approved' } });
    expect(answer.status).toBe(200);
  });

  it('that came due while no server ran ends at the next start', async () => {
    const clock = manualClock();
    const first = await runningPlatform({ clock });
    const id = await first.ask({ timeout_seconds: 5 });
    const later = await first.ask({ timeout_seconds: 50 });
    await first.platform.close();
    clock.jump(10_000);
    const { dataDir } = first.platform;
    const { platform, call } = await runningPlatform({ clock, dataDir });
    expect((await call('GET', `${APPROVALS}/${id}`)).body['outcome']).toBe('timeout');
    const { frames } = await liveClient(platform.url);
    clock.advance(40_000);
    // A sweep that was under way at the deadline looks again at once.
    await vi.waitUntil(() => {
      clock.advance(0);
      return frames.length === 1;
    });
    expect(frames[0]).toMatchObject({ payload: { approval_id: later } });
  });

  it('ends together with hundreds of others', async () => {
    const { ask, clock, storage } = await testApp();
    await Promise.all(Array.from({ length: 450 }, () => ask({ timeout_seconds: 1 })));
    clock.advance(1_000);
    await vi.waitUntil(async () => (await storage.events.head()) === 900);
    expect(await storage.approvals.nextExpiry()).toBeUndefined();
  });
});
