import { describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  createFakePlatform,
  type FakePlatform,
  fakeRoutes,
  type ScriptedApproverOptions,
  scriptedApprover,
} from '../../src/testing/index.ts';
import { expectCleanFinishOfEachTest } from '../support/clean-finish.ts';

expectCleanFinishOfEachTest();

const TOKEN = 'approver-token';

async function startPlatform(): Promise<FakePlatform> {
  const platform = await createFakePlatform({
    requireToken: 'workspace-token',
    requireAdminToken: TOKEN,
  });
  onTestFinished(() => platform.close());
  return platform;
}

function startApprover(platform: FakePlatform, options: Partial<ScriptedApproverOptions>) {
  const approver = scriptedApprover({
    url: platform.url,
    token: TOKEN,
    decide: 'approve',
    pollIntervalMs: 5,
    ...options,
  });
  onTestFinished(() => approver.stop());
  return approver;
}

const decided = (platform: FakePlatform, action: string) =>
  platform.waitForRow((row) => row.action === action && row.status !== 'pending');

describe('the scripted approver', () => {
  it.each([
    ['approve', 'approved'],
    ['deny', 'denied'],
  ] as const)('says %s to what waits and to what comes later', async (decide, status) => {
    const platform = await startPlatform();
    const first = platform.addRow({ workspaceId: 'w1', action: 'first' });
    const approver = startApprover(platform, { decide });
    expect(await decided(platform, 'first')).toMatchObject({ status, decided_by: 'human' });
    const second = platform.addRow({ workspaceId: 'w2', action: 'second' });
    expect(await decided(platform, 'second')).toMatchObject({ status });
    await vi.waitFor(() =>
      expect(approver.decided).toEqual([
        { id: first.id, decision: decide },
        { id: second.id, decision: decide },
      ]),
    );
  });

  it('leaves alone what it says none to, and asks its function once', async () => {
    const platform = await startPlatform();
    platform.addRow({ workspaceId: 'w1', action: 'harmless' });
    platform.addRow({ workspaceId: 'w1', action: 'dangerous' });
    const asked: unknown[] = [];
    startApprover(platform, {
      decide: ({ action }) => {
        asked.push(action);
        return action === 'harmless' ? 'approve' : 'none';
      },
    });
    await decided(platform, 'harmless');
    await platform.nextRequest(fakeRoutes.pending);
    await platform.nextRequest(fakeRoutes.pending);
    expect(asked).toEqual(['dangerous', 'harmless']);
    expect(platform.rows()).toMatchObject([{ status: 'pending' }, { status: 'approved' }]);
  });

  it('sends its note, and the digest that it was shown', async () => {
    const platform = await startPlatform();
    const { id } = platform.addRow({ workspaceId: 'w1', action: 'a' });
    platform.respond(fakeRoutes.pending, [
      { body: [{ id, workspace_id: 'w1', action: 'a', digest: 'sha256:00' }] },
    ]);
    const decision = platform.nextRequest(fakeRoutes.decide);
    startApprover(platform, { note: 'looks fine' });
    expect(JSON.parse((await decision).body)).toEqual({
      decision: 'approved',
      note: 'looks fine',
      digest: 'sha256:00',
    });
  });

  it('goes on through failures, and says what the last one was until all is well', async () => {
    const platform = await startPlatform();
    platform.addRow({ workspaceId: 'w1', action: 'a' });
    platform.respond(fakeRoutes.decide, ['reset', { status: 503, body: 'busy' }]);
    const approver = startApprover(platform, {});
    await vi.waitUntil(() => approver.lastError?.message.includes('503'), { interval: 1 });
    await decided(platform, 'a');
    await vi.waitUntil(() => approver.lastError === undefined);
    expect(approver.decided).toHaveLength(1);
  });

  it('decides the others where one cannot be decided', async () => {
    const platform = await startPlatform();
    platform.addRow({ workspaceId: 'w1', action: 'possible' });
    const { id } = platform.addRow({ workspaceId: 'w1', action: 'impossible' });
    platform.respond(`POST /workspaces/w1/approvals/${id}/decide`, { status: 500 });
    startApprover(platform, {});
    expect(await decided(platform, 'possible')).toMatchObject({ status: 'approved' });
  });

  it('neither counts nor tries again what somebody else decided first', async () => {
    const platform = await startPlatform();
    const { id } = platform.addRow({ workspaceId: 'w1', action: 'a' });
    platform.decide(id, 'denied', 'bob');
    platform.respond(fakeRoutes.pending, { body: [{ id, workspace_id: 'w1' }] });
    const approver = startApprover(platform, {});
    await platform.nextRequest(fakeRoutes.decide);
    await platform.nextRequest(fakeRoutes.pending);
    await platform.nextRequest(fakeRoutes.pending);
    expect(approver.decided).toEqual([]);
    expect(approver.lastError).toBeUndefined();
    expect(platform.countRequests(fakeRoutes.decide)).toBe(1);
  });

  it('names the refusal of a wrong token, and never the token', async () => {
    const platform = await startPlatform();
    const approver = startApprover(platform, { token: 'secret-and-wrong' });
    const error = await vi.waitUntil(() => approver.lastError);
    expect(error.message).toContain('GET /approvals/pending answered 401');
    expect(error.message).not.toContain('secret');
  });

  it('waits as long as the platform asks', async () => {
    const platform = await startPlatform();
    platform.respond(fakeRoutes.pending, { status: 429, headers: { 'retry-after': '30' } });
    const approver = startApprover(platform, {});
    await vi.waitUntil(() => approver.lastError);
    await approver.stop();
    expect(platform.countRequests(fakeRoutes.pending)).toBe(1);
  });

  it('does not follow a redirect with its token', async () => {
    const platform = await startPlatform();
    const elsewhere = await startPlatform();
    platform.respond(fakeRoutes.pending, { redirect: `${elsewhere.url}/approvals/pending` });
    const approver = startApprover(platform, {});
    await vi.waitUntil(() => approver.lastError);
    expect(elsewhere.requests).toEqual([]);
  });

  it('stops in the middle of a request, by its signal too', async () => {
    const platform = await startPlatform();
    platform.respond(fakeRoutes.pending, 'hang');
    const stopping = new AbortController();
    const approver = startApprover(platform, { signal: stopping.signal });
    await platform.nextRequest(fakeRoutes.pending);
    stopping.abort();
    await approver.stop();
    expect(approver.lastError).toBeUndefined();
  });
});
