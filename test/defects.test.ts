/**
 * What was wrong with the Python tool that this project grew from. Each defect was seen there;
 * each has a test here that fails when it comes back.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { createApprovals, NotApprovedError, toToolResult } from '../src/index.ts';
import { type FakePlatform, fakeRoutes } from '../src/testing/index.ts';
import { fastEnvironment } from './support/fast-environment.ts';
import { recordedFrame } from './support/recorded.ts';
import { fakePlatform, requestingSide, temporaryFolder, WORKSPACE } from './support/world.ts';

const ASK = { action: 'Drop table users', reason: 'GDPR erasure request 4711' };
const flat = (approvalId: unknown, status: unknown) => ({
  event: 'APPROVAL_DECIDED',
  approval_id: approvalId,
  status,
  decided_by: 'mallory',
});

/** A recorded frame, about another approval than the recorded one. */
const frameAbout = (approvalId: string, name: string): string =>
  recordedFrame(name).replace(/"approval_id":"[^"]*"/, `"approval_id":"${approvalId}"`);

/** Approves once a frame that must not count was certainly read: frames keep their order. */
function approve(platform: FakePlatform, id: string): void {
  platform.decide(id, 'approved', 'alice@example.com');
}

describe('the defects of the original do not occur', () => {
  it('D1: hears the event that the platform really sends, as it was recorded', async () => {
    const platform = await fakePlatform();
    const { approvals, outcomes } = requestingSide(platform.url, { pollInterval: '60s' });
    const asked = approvals.request(ASK);
    const { id } = await platform.waitForRow();
    platform.sendFrame(frameAbout(id, 'approved'));
    expect(await asked).toMatchObject({ status: 'granted', decidedBy: 'alice@example.com' });
    expect(outcomes()).toEqual(['allowed', 'requested', 'granted']);
  });

  it('D2: waits once, not once for each transport', async () => {
    const platform = await fakePlatform();
    const { approvals } = requestingSide(platform.url, { timeout: '1s' });
    const startedAt = performance.now();
    const asked = approvals.request(ASK);
    await platform.waitForSockets(1);
    await platform.waitForRow();
    platform.silenceSockets();
    expect(await asked).toMatchObject({ status: 'timeout', cause: 'deadline' });
    const elapsed = performance.now() - startedAt;
    expect(elapsed).toBeGreaterThanOrEqual(990);
    expect(elapsed).toBeLessThan(1_900);
  });

  it('D3: a clean close of the channel ends nothing', async () => {
    const platform = await fakePlatform();
    const { approvals, outcomes } = requestingSide(platform.url);
    const asked = approvals.request(ASK);
    const { id } = await platform.waitForRow();
    await vi.waitFor(() => expect(outcomes()).toContain('requested'));
    platform.dropSockets(1000);
    await vi.waitFor(() => expect(outcomes()).toContain('fallback'));
    approve(platform, id);
    expect(await asked).toMatchObject({ status: 'granted' });
    expect(outcomes().at(-1)).toBe('granted');
  });

  it('D4: a decision between the POST and its answer is not lost', async () => {
    const platform = await fakePlatform();
    const { approvals } = requestingSide(platform.url, { pollInterval: '60s', timeout: '5s' });
    // The channel opens after the decision, whose frame nobody heard, and before the wait begins.
    const decided = new Promise<void>((resolve) => {
      platform.quirks.onCreate = async ({ id }) => {
        approve(platform, id);
        resolve();
        await platform.waitForSockets(1);
        // Some turns, in which the client sees its channel open before its POST is answered.
        for (let turn = 0; turn < 20; turn += 1) await new Promise((next) => setTimeout(next, 0));
      };
    });
    platform.respond(fakeRoutes.live, async () => {
      await decided;
      return undefined;
    });
    const startedAt = performance.now();
    expect(await approvals.request(ASK)).toMatchObject({ status: 'granted' });
    expect(performance.now() - startedAt).toBeLessThan(2_500);
  });

  it('D5: a create that names two ids is no approval', async () => {
    const platform = await fakePlatform();
    const body = '{"approval_id":"evil","approval_id":"good","status":"pending"}';
    platform.respond(fakeRoutes.create, { status: 201, body });
    const { approvals } = requestingSide(platform.url, { timeout: '4s' });
    expect(await approvals.request(ASK)).toMatchObject({
      status: 'failed',
      error: { code: 'protocol' },
    });
  });

  it.each([{}, { approval_id: null }, { approval_id: '' }, { approval_id: 7 }, null, [], 'x'])(
    'D5: a create without an id is no approval: %j',
    async (body) => {
      const platform = await fakePlatform();
      platform.respond(fakeRoutes.create, { status: 201, body });
      platform.respond(fakeRoutes.list, { status: 200, body: [{ status: 'approved' }] });
      const { approvals } = requestingSide(platform.url, { timeout: '4s' });
      const asked = approvals.request(ASK);
      await platform.nextRequest(fakeRoutes.create);
      platform.sendFrame({ event: 'APPROVAL_DECIDED', status: 'approved' });
      expect(await asked).toMatchObject({ status: 'failed', error: { code: 'protocol' } });
    },
  );

  it('D6: only exactly "approved" and "denied" decide, in a frame and in a row', async () => {
    const platform = await fakePlatform();
    const { approvals, audit } = requestingSide(platform.url);
    const asked = approvals.request(ASK);
    const row = await platform.waitForRow();
    const words = ['escalated', 'pending', 'APPROVED', null, true];
    for (const status of words) platform.sendFrame(flat(row.id, status));
    platform.respond(
      fakeRoutes.list,
      words.map((status) => ({ body: [{ ...row, status, decided_by: 'mallory' }] })),
    );
    platform.refuseUpgrades(503);
    platform.dropSockets(1001);
    for (const _ of words) await platform.nextRequest(fakeRoutes.list);
    approve(platform, row.id);
    expect(await asked).toMatchObject({ status: 'granted', decidedBy: 'alice@example.com' });
    expect(audit().filter(({ actor }) => actor === 'mallory')).toEqual([]);
  });

  it("D7: what expired by itself is nobody's denial", async () => {
    const platform = await fakePlatform({ expireAfterMs: 0, dropFrames: true });
    const { approvals, audit } = requestingSide(platform.url, { useWebSocket: false });
    const outcome = await approvals.request(ASK);
    expect(outcome).toMatchObject({ status: 'timeout', cause: 'platform_expired' });
    expect(toToolResult(outcome)).not.toHaveProperty('decided_by');
    expect(audit().at(-1)).toMatchObject({ outcome: 'timeout', actor: WORKSPACE });
  });

  it('D8: frames that are no objects cost nothing', async () => {
    const platform = await fakePlatform();
    const { approvals, outcomes } = requestingSide(platform.url, { pollInterval: '60s' });
    const asked = approvals.request(ASK);
    const { id } = await platform.waitForRow();
    await vi.waitFor(() => expect(outcomes()).toContain('requested'));
    await platform.waitForSockets(1);
    for (const frame of [
      '[]',
      '1',
      '"x"',
      'null',
      '',
      '\uFEFF{}',
      '{"event":',
      '[['.repeat(50_000),
    ])
      platform.sendFrame(frame);
    platform.sendFrame(new Uint8Array([0xff, 0x00]));
    approve(platform, id);
    expect(await asked).toMatchObject({ status: 'granted' });
    expect(outcomes()).not.toContain('fallback');
    expect(platform.countRequests(fakeRoutes.live)).toBe(1);
  });

  it('D9: a frame of more than 1 MiB does not close the channel', async () => {
    const platform = await fakePlatform();
    const { approvals, outcomes } = requestingSide(platform.url, { pollInterval: '60s' });
    const asked = approvals.request(ASK);
    const { id } = await platform.waitForRow();
    await vi.waitFor(() => expect(outcomes()).toContain('requested'));
    expect(platform.sockets).toBe(1);
    platform.sendFrame({ event: 'AGENT_MESSAGE', payload: { text: 'x'.repeat(1_100_000) } });
    approve(platform, id);
    expect(await asked).toMatchObject({ status: 'granted' });
    expect(outcomes()).not.toContain('fallback');
  });

  it('D10: after a drop the channel comes back, and decides', async () => {
    const platform = await fakePlatform();
    const { approvals, outcomes } = requestingSide(platform.url);
    const asked = approvals.request(ASK);
    const { id } = await platform.waitForRow();
    await vi.waitFor(() => expect(outcomes()).toContain('requested'));
    platform.dropSockets(1006, { abrupt: true });
    await vi.waitFor(() => expect(outcomes()).toContain('reconnected'), 5_000);
    platform.respond(fakeRoutes.list, { status: 503 });
    approve(platform, id);
    expect(await asked).toMatchObject({ status: 'granted' });
    expect(outcomes()).toEqual(['allowed', 'requested', 'fallback', 'reconnected', 'granted']);
  });

  it('D11: shows its token on the POST, the reads, the channel and the withdrawal', async () => {
    const platform = await fakePlatform({ requireToken: 'secret-token' });
    const { approvals } = requestingSide(platform.url, { token: 'secret-token', timeout: '1s' });
    expect(await approvals.request(ASK)).toMatchObject({ status: 'timeout', cause: 'deadline' });
    for (const route of [fakeRoutes.create, fakeRoutes.live, fakeRoutes.decide])
      expect(platform.countRequests(route), route).toBeGreaterThan(0);
    expect(platform.requests.map(({ headers }) => headers.authorization)).toEqual(
      platform.requests.map(() => 'Bearer secret-token'),
    );
  });

  it('D12: sends the Origin that a platform demands; without it, polls and says why', async () => {
    const platform = await fakePlatform({ requireOrigin: 'https://agents.example' });
    const withOrigin = requestingSide(platform.url, { origin: 'https://agents.example' });
    const live: string[] = [];
    withOrigin.approvals.on('state', ({ state }) => live.push(state));
    const first = withOrigin.approvals.request(ASK);
    const { id } = await platform.waitForRow();
    await vi.waitFor(() => expect(live).toContain('awaitingWS'), 3_000);
    approve(platform, id);
    expect(await first).toMatchObject({ status: 'granted' });
    expect(withOrigin.outcomes()).not.toContain('fallback');

    const without = requestingSide(platform.url);
    const states: string[] = [];
    const troubles: string[] = [];
    without.approvals.on('state', ({ state }) => states.push(state));
    without.approvals.on('trouble', ({ message }) => troubles.push(message));
    const second = without.approvals.request({ action: 'Rotate keys' });
    approve(platform, (await platform.waitForRow(({ status }) => status === 'pending')).id);
    expect(await second).toMatchObject({ status: 'granted' });
    expect(states).toContain('fallbackPolling');
    expect(states).not.toContain('awaitingWS');
    expect(troubles).toEqual([expect.stringMatching(/403.*APPROVAL_ORIGIN.*CORS_ORIGINS/)]);
  });

  it('D13: the headers of the upgrade arrive', async () => {
    const platform = await fakePlatform();
    const { approvals } = requestingSide(platform.url, {
      token: 't0ken',
      origin: 'http://o.example',
    });
    const upgrade = platform.nextRequest(fakeRoutes.live);
    const asked = approvals.request(ASK);
    expect((await upgrade).headers).toMatchObject({
      'x-workspace-id': WORKSPACE,
      authorization: 'Bearer t0ken',
      origin: 'http://o.example',
    });
    approve(platform, (await platform.waitForRow()).id);
    await asked;
  });

  it('D14: 401 for good is said to be that, not a person who did not answer', async () => {
    const platform = await fakePlatform();
    platform.respond(fakeRoutes.list, {
      status: 401,
      body: { error: 'invalid workspace auth token' },
    });
    const { approvals, audit } = requestingSide(platform.url, {
      useWebSocket: false,
      timeout: '10m',
      pollInterval: '5s',
      environment: fastEnvironment(60),
    });
    expect(await approvals.request(ASK)).toMatchObject({
      status: 'failed',
      error: { code: 'auth' },
    });
    expect(audit().at(-1)).toMatchObject({ outcome: 'failure', reason: 'wait_failed' });
  });

  it('D14: 429 slows the reads down to what it asks for', async () => {
    const platform = await fakePlatform();
    platform.respond(fakeRoutes.list, { status: 429, headers: { 'retry-after': '59' } });
    const { approvals } = requestingSide(platform.url, {
      useWebSocket: false,
      timeout: '2m',
      pollInterval: '1s',
      environment: fastEnvironment(80),
    });
    expect(await approvals.request(ASK)).toMatchObject({ status: 'timeout' });
    expect(platform.countRequests(fakeRoutes.list)).toBeLessThanOrEqual(4);
  });

  it('D15: reads at once when it begins to poll', async () => {
    const platform = await fakePlatform();
    platform.quirks.onCreate = ({ id }) => approve(platform, id);
    const { approvals } = requestingSide(platform.url, {
      useWebSocket: false,
      pollInterval: '60s',
      timeout: '5s',
    });
    expect(await approvals.request(ASK)).toMatchObject({ status: 'granted' });
  });

  it('D16: a row outside of the list is not denied; a frame still decides', async () => {
    const platform = await fakePlatform();
    const { approvals } = requestingSide(platform.url);
    const asked = approvals.request(ASK);
    const { id } = await platform.waitForRow();
    for (let index = 0; index < 60; index += 1)
      platform.addRow({ workspaceId: WORKSPACE, action: `other ${index}` });
    platform.dropSockets(1001);
    await platform.nextRequest(fakeRoutes.list);
    await platform.waitForSockets(1);
    await platform.nextRequest(fakeRoutes.list);
    approve(platform, id);
    expect(await asked).toMatchObject({ status: 'granted' });
  });

  it('D16: a decided row that left the list is indeterminate at the deadline', async () => {
    const platform = await fakePlatform({ dropFrames: true });
    const { approvals } = requestingSide(platform.url, { timeout: '1s' });
    const asked = approvals.request(ASK);
    approve(platform, (await platform.waitForRow()).id);
    for (let index = 0; index < 60; index += 1)
      platform.addRow({ workspaceId: WORKSPACE, action: `other ${index}` });
    expect(await asked).toMatchObject({ status: 'timeout', cause: 'indeterminate' });
  });

  it('D17: fifty approvals share one socket and one list request at a time', async () => {
    const platform = await fakePlatform();
    let reading = 0;
    let most = 0;
    platform.respond(fakeRoutes.list, async () => {
      reading += 1;
      most = Math.max(most, reading);
      await new Promise(setImmediate);
      reading -= 1;
      return undefined;
    });
    const { approvals } = requestingSide(platform.url);
    const asked = Array.from({ length: 50 }, (_, index) =>
      approvals.request({ action: `step ${index}` }),
    );
    await vi.waitFor(() => expect(platform.rows()).toHaveLength(50), 5_000);
    expect(platform.sockets).toBe(1);
    platform.dropSockets(1012);
    await platform.nextRequest(fakeRoutes.list);
    for (const { id } of platform.rows()) approve(platform, id);
    expect((await Promise.all(asked)).every(({ approved }) => approved)).toBe(true);
    expect(most).toBe(1);
    // One each 100 ms on a machine that is busy; one for each waiter would be 50.
    expect(platform.countRequests(fakeRoutes.list)).toBeLessThan(25);
  });

  it.each(['commitThenReset', 'commitThen500'] as const)(
    'D18: a create whose answer was lost (%s) is found, not sent again',
    async (fault) => {
      const platform = await fakePlatform();
      platform.respond(fakeRoutes.create, [fault]);
      const { approvals } = requestingSide(platform.url);
      const asked = approvals.request(ASK);
      approve(platform, (await platform.waitForRow()).id);
      expect(await asked).toMatchObject({ status: 'granted' });
      expect(platform.rows()).toHaveLength(1);
      expect(platform.countRequests(fakeRoutes.create)).toBe(1);
    },
  );

  it('D19: after a timeout nobody can approve into the void', async () => {
    const platform = await fakePlatform();
    const { approvals } = requestingSide(platform.url, { timeout: '500ms' });
    expect(await approvals.request(ASK)).toMatchObject({ status: 'timeout', cause: 'deadline' });
    const [row] = platform.rows();
    expect(row).toMatchObject({ status: 'denied', decided_by: 'withdrawn: timed out after 0.5s' });
  });

  it('D20: the same key goes on with the same approval, also in another process', async () => {
    const platform = await fakePlatform();
    const first = requestingSide(platform.url);
    void first.approvals.request({ ...ASK, key: 'nightly-1' });
    const { id } = await platform.waitForRow();
    // The first asker is gone without a word; another one asks with its key.
    const second = requestingSide(platform.url);
    const asked = second.approvals.request({ ...ASK, key: 'nightly-1' });
    await vi.waitFor(() => expect(second.outcomes()).toContain('requested'));
    approve(platform, id);
    expect(await asked).toMatchObject({ status: 'granted', approvalId: id });
    expect(platform.rows()).toHaveLength(1);
  });

  it('D20: a key whose request was taken back says so, and why', async () => {
    const { approvals } = requestingSide((await fakePlatform()).url);
    const ask = { ...ASK, key: 'nightly-1' };
    expect(await approvals.request({ ...ask, timeout: '200ms' })).toMatchObject({
      status: 'timeout',
    });
    expect(await approvals.request(ask)).toMatchObject({
      status: 'withdrawn',
      error: { message: 'Withdrawn: timed out after 0.2s' },
    });
  });

  it('D21: a cancelled wait leaves a record, and no open request', async () => {
    const platform = await fakePlatform();
    const { approvals, outcomes } = requestingSide(platform.url);
    const controller = new AbortController();
    const asked = approvals.request(ASK, { signal: controller.signal });
    await platform.waitForRow();
    await vi.waitFor(() => expect(outcomes()).toContain('requested'));
    controller.abort();
    expect(await asked).toMatchObject({ status: 'withdrawn' });
    expect(outcomes()).toEqual(['allowed', 'requested', 'withdrawn']);
    expect(platform.rows()[0]).toMatchObject({ status: 'denied', decided_by: /^withdrawn: / });
  });

  it('D22: what cannot be recorded is not approved, and not even asked', async () => {
    const platform = await fakePlatform();
    const { approvals } = requestingSide(platform.url, { auditLogPath: '/dev/full' });
    expect(await approvals.request(ASK)).toMatchObject({
      status: 'failed',
      approved: false,
      error: { code: 'audit' },
    });
    expect(platform.rows()).toEqual([]);
  });

  it('D23: a record is on disk before anything is sent', async () => {
    const platform = await fakePlatform();
    const { approvals, audit } = requestingSide(platform.url);
    let before: string[] = [];
    platform.respond(fakeRoutes.create, () => {
      before = audit().map(({ outcome, trace_id }) => `${outcome} ${trace_id}`);
      return undefined;
    });
    const asked = approvals.request(ASK);
    approve(platform, (await platform.waitForRow()).id);
    const { traceId } = await asked;
    expect(before).toEqual([`allowed ${traceId}`]);
  });

  it('D24: an approver without a name is not the agent', async () => {
    const platform = await fakePlatform();
    const { approvals, audit } = requestingSide(platform.url);
    const asked = approvals.request(ASK);
    const { id } = await platform.waitForRow();
    await vi.waitFor(() => expect(audit()).toHaveLength(2));
    platform.sendFrame({ event: 'APPROVAL_DECIDED', approval_id: id, status: 'approved' });
    const outcome = await asked;
    expect(outcome).toMatchObject({ status: 'granted' });
    expect(outcome).not.toHaveProperty('decidedBy');
    expect(audit().at(-1)).toMatchObject({
      outcome: 'granted',
      decided_by: null,
      actor: WORKSPACE,
    });
  });

  it.each(['5 minutes', 'NaN', '-1', '0', 'Infinity'])(
    'D25: a timeout of %j is refused before anything is sent',
    async (timeout) => {
      const platform = await fakePlatform();
      expect(() => requestingSide(platform.url, { timeout })).toThrow(/timeout|APPROVAL_TIMEOUT/);
      const { approvals } = requestingSide(platform.url);
      const outcome = await approvals.request({ ...ASK, timeout });
      expect(outcome).toMatchObject({ status: 'failed', error: { code: 'config' } });
      expect(platform.requests).toEqual([]);
    },
  );

  it('D25: "5m" is five minutes', async () => {
    const platform = await fakePlatform();
    const { approvals } = requestingSide(platform.url);
    const asked = approvals.request({ ...ASK, timeout: '5m' });
    const created = await platform.nextRequest(fakeRoutes.create);
    expect(JSON.parse(created.body)).toMatchObject({ timeout_seconds: 300 });
    approve(platform, (await platform.waitForRow()).id);
    await asked;
  });

  it('D26: a frame for another workspace is not ours, and a contradiction is seen', async () => {
    const platform = await fakePlatform();
    const { approvals, outcomes, audit } = requestingSide(platform.url);
    const states: string[] = [];
    approvals.on('state', ({ state }) => states.push(state));
    const other = approvals.request({ action: 'keep the channel open' });
    const otherRow = await platform.waitForRow();
    const asked = approvals.request(ASK);
    const { id } = await platform.waitForRow(({ action }) => action === ASK.action);
    await vi.waitFor(() =>
      expect(outcomes().filter((word) => word === 'requested')).toHaveLength(2),
    );
    const enveloped = (workspace: string, word: 'APPROVED' | 'DENIED', by: string) => ({
      event: `APPROVAL_${word}`,
      workspace_id: workspace,
      timestamp: '2026-11-22T16:09:59.295977726Z',
      payload: { approval_id: id, decision: word.toLowerCase(), decided_by: by },
    });
    platform.sendFrame(enveloped('22222222-2222-2222-2222-222222222222', 'DENIED', 'mallory'));
    platform.sendFrame(enveloped(WORKSPACE, 'APPROVED', 'alice@example.com'));
    platform.sendFrame(enveloped(WORKSPACE, 'DENIED', 'mallory'));
    expect(await asked).toMatchObject({ status: 'granted', decidedBy: 'alice@example.com' });
    await vi.waitFor(() => expect(outcomes()).toContain('platform_inconsistent'));
    expect(audit().find(({ outcome }) => outcome === 'platform_inconsistent')).toMatchObject({
      approval_id: id,
      actor: WORKSPACE,
    });
    approve(platform, otherRow.id);
    await other;
  });

  it('D27: what runs is what was asked, whatever happens to the arguments meanwhile', async () => {
    const platform = await fakePlatform();
    const { approvals } = requestingSide(platform.url);
    const ran: unknown[] = [];
    const transfer = approvals.requires(
      (args: { to: string; cents: number }) => ran.push(args),
      ({ to }) => ({ action: `Pay ${to}` }),
    );
    const args = { to: 'alice', cents: 100 };
    const running = transfer(args);
    const { id } = await platform.waitForRow();
    args.to = 'mallory';
    args.cents = 1_000_000;
    approve(platform, id);
    await running;
    expect(ran).toEqual([{ to: 'alice', cents: 100 }]);
  });

  it('D27: a guarded function does not run when nobody said yes', async () => {
    const platform = await fakePlatform();
    const { approvals } = requestingSide(platform.url);
    const fn = vi.fn();
    const guarded = approvals.requires(fn, () => ({ action: 'Delete the folder' }));
    const running = guarded({ path: '/srv' });
    platform.decide((await platform.waitForRow()).id, 'denied', 'alice');
    await expect(running).rejects.toBeInstanceOf(NotApprovedError);
    expect(fn).not.toHaveBeenCalled();
  });

  it.each([
    ['an escape sequence', 'rm \u001B[2K', 'U+001B'],
    ['a carriage return', 'ok\rnot ok', 'U+000D'],
    ['a bell', 'ding\u0007', 'U+0007'],
    ['NUL', 'a\u0000b', 'U+0000'],
    ['a C1 control', 'a\u009Bb', 'U+009B'],
    ['a line feed in the action', 'a\nb', 'U+000A'],
  ])('D28: text with %s is refused before anything is sent', async (_, action, named) => {
    const platform = await fakePlatform();
    const { approvals, audit } = requestingSide(platform.url, { timeout: '4s' });
    const outcome = await approvals.request({ action });
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'input' } });
    expect(toToolResult(outcome).error).toContain(named);
    expect(platform.requests).toEqual([]);
    expect(audit()).toMatchObject([{ outcome: 'failure', reason: 'refused' }]);
  });

  it('D28: text without an end is refused', async () => {
    const platform = await fakePlatform();
    const { approvals } = requestingSide(platform.url);
    const outcome = await approvals.request({ action: 'x', reason: 'y'.repeat(1_000_000) });
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'input' } });
    expect(toToolResult(outcome).error).toContain('1000000 characters');
    expect(platform.requests).toEqual([]);
  });

  it.each([
    'rbac: [',
    'rbac:\n  roles: operator\n',
    'rbac:\n  role: [admin]\n',
    ': :',
    'rbac: {roles: [1]}',
  ])('D29: roles that cannot be read allow nothing: %j', async (config) => {
    const platform = await fakePlatform();
    const { approvals } = requestingSide(platform.url, { config, timeout: '4s' });
    const outcome = await approvals.request(ASK);
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'config' } });
    expect(toToolResult(outcome).error).toContain('config.yaml');
    expect(platform.requests).toEqual([]);
  });

  it('D30: addresses with a trailing slash and a base path become the right ones', async () => {
    const platform = await fakePlatform({ basePath: '/molecule/api' });
    const { approvals } = requestingSide(`${platform.url}/`);
    const asked = approvals.request(ASK);
    approve(platform, (await platform.waitForRow()).id);
    expect(await asked).toMatchObject({ status: 'granted' });
    expect(
      platform.requests.every(({ belowBase, path }) => belowBase && !path.includes('//')),
    ).toBe(true);
    expect(platform.requests.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['/ws', `/workspaces/${WORKSPACE}/approvals`]),
    );
  });

  it('D30: a workspace without a name is refused before anything is sent', () => {
    const folder = temporaryFolder();
    expect(() => createApprovals({ workspaceId: '', configDir: folder })).toThrow(
      /workspaceId is empty/,
    );
  });

  it('D31: every end can be told from every other by its words', async () => {
    const platform = await fakePlatform();
    const side = requestingSide(platform.url);
    const denied = side.approvals.request(ASK);
    platform.decide((await platform.waitForRow()).id, 'denied', 'bob');
    const expired = side.approvals.request({ ...ASK, timeout: '200ms' });
    const forbidden = requestingSide(platform.url, { config: 'rbac: {roles: [read-only]}' });
    platform.respond(fakeRoutes.create, ({ body }) =>
      body.includes('too big') ? { status: 413, body: { error: 'too large' } } : undefined,
    );
    const ends = await Promise.all([
      denied,
      expired,
      forbidden.approvals.request(ASK),
      side.approvals.request({ action: 'too big' }),
    ]);
    expect(ends.map(toToolResult)).toMatchObject([
      { approved: false, status: 'denied', decided_by: 'bob', message: 'Denied by human' },
      {
        approved: false,
        status: 'timeout',
        error: 'Timed out after 0.2s waiting for human decision',
      },
      {
        approved: false,
        status: 'denied',
        error:
          "RBAC: this workspace does not have the 'approve' permission. Current roles: read-only",
      },
      { approved: false, status: 'failed', error: 'Failed to create request: 413 (too large)' },
    ]);
  });

  it('D32: settings are read when the client is made, and time by a clock that nobody sets', async () => {
    const platform = await fakePlatform();
    const environment = fastEnvironment(1);
    let stepMs = 0;
    const clock = { ...environment.clock, now: () => environment.clock.now() + stepMs };
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'config.yaml'), 'hitl: {default_timeout: 1}\n');
    vi.stubEnv('PLATFORM_URL', platform.url);
    vi.stubEnv('WORKSPACE_ID', WORKSPACE);
    vi.stubEnv('AUDIT_LOG_PATH', join(folder, 'audit.jsonl'));
    vi.stubEnv('WORKSPACE_CONFIG_PATH', folder);
    await using approvals = createApprovals({ environment: { ...environment, clock } });
    vi.unstubAllEnvs();
    const startedAt = performance.now();
    const asked = approvals.request(ASK);
    await platform.waitForRow();
    stepMs = -3_600_000;
    expect(await asked).toMatchObject({ status: 'timeout' });
    expect(performance.now() - startedAt).toBeLessThan(2_500);
  });
});
