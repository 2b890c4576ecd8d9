import { describe, expect, it, vi } from 'vitest';
import { LOOK_EVERY_MS } from '../../src/platform/feed.ts';
import { newSecret } from '../../src/platform/secrets.ts';
import { SESSION_MS } from '../../src/platform/sessions.ts';
import { PING_EVERY_MS } from '../../src/platform/sockets.ts';
import { openStorage } from '../../src/platform/storage/index.ts';
import { digestOf } from '../../src/protocol/digest.ts';
import { decisionOfFrame } from '../../src/protocol/frames.ts';
import { manualClock } from '../support/manual-clock.ts';
import {
  type Call,
  type LiveClient,
  liveClient,
  refusedUpgrade,
  runningPlatform,
  temporaryFolder,
} from '../support/platform.ts';

const pathOf = (id: string, workspaceId = 'w1') =>
  `/workspaces/${workspaceId}/approvals/${id}/decide`;
async function signIn(call: Call, token: string): Promise<string> {
  const { headers } = await call('POST', '/session', { body: { token } });
  return (headers.get('set-cookie') ?? '').split(';')[0] ?? '';
}
const closeCodeOf = ({ socket }: LiveClient) =>
  new Promise<number>((resolve) => socket.once('close', resolve));
const approved = { decision: 'approved' } as const;
const until = (condition: () => boolean) =>
  vi.waitUntil(condition, { timeout: 5_000, interval: 2 });

describe('the live channel', () => {
  it('tells of a request, as Molecule does and with all there is to see', async () => {
    const { platform, ask } = await runningPlatform({ clock: manualClock() });
    const { frames } = await liveClient(platform.url);
    const id = await ask({ reason: 'r', task_id: 't' });
    await until(() => frames.length === 1);
    expect(frames[0]).toEqual({
      event: 'APPROVAL_REQUESTED',
      seq: 1,
      workspace_id: 'w1',
      timestamp: '2030-01-01T00:00:00.000Z',
      payload: {
        approval_id: id,
        id,
        workspace_id: 'w1',
        workspace_name: 'w1',
        task_id: 't',
        action: 'Drop table users',
        reason: 'r',
        status: 'pending',
        outcome: null,
        decided_by: null,
        decided_at: null,
        created_at: '2030-01-01T00:00:00.000Z',
        expires_at: '2030-01-01T00:10:00.000Z',
        note: null,
        digest: null,
        args: null,
        args_schema: null,
        edited_args: null,
      },
    });
  });

  it('tells of a decision in both dialects', async () => {
    const { platform, call, ask, token } = await runningPlatform({ clock: manualClock() });
    const { frames } = await liveClient(platform.url);
    const id = await ask();
    await call('POST', pathOf(id), { token, body: { decision: 'denied', note: 'no' } });
    await until(() => frames.length === 2);
    const end = {
      approval_id: id,
      outcome: 'denied',
      decided_by: expect.any(String),
      decided_at: '2030-01-01T00:00:00.000Z',
      note: 'no',
      digest: null,
    };
    expect(frames[1]).toEqual({
      event: 'APPROVAL_DECIDED',
      seq: 2,
      workspace_id: 'w1',
      timestamp: '2030-01-01T00:00:00.000Z',
      status: 'denied',
      ...end,
      payload: { decision: 'denied', ...end },
    });
    const decision = decisionOfFrame(JSON.stringify(frames[1]), 'w1');
    expect(decision).toMatchObject({ approvalId: id, status: 'denied', note: 'no' });
  });

  it('tells of a withdrawal, and not as anybody’s denial', async () => {
    const { platform, call, ask } = await runningPlatform();
    const { frames } = await liveClient(platform.url);
    const id = await ask();
    await call('POST', pathOf(id), { body: { decision: 'denied', decided_by: 'withdrawn: done' } });
    await until(() => frames.length === 2);
    expect(frames[1]).toMatchObject({
      event: 'APPROVAL_WITHDRAWN',
      seq: 2,
      payload: {
        approval_id: id,
        decision: 'denied',
        decided_by: 'withdrawn: done',
        outcome: 'withdrawn',
      },
    });
    expect(frames[1]).not.toHaveProperty('status');
    expect(decisionOfFrame(JSON.stringify(frames[1]), 'w1')?.status).toBe('withdrawn');
  });

  it('tells requesters of their own workspace, approvers of all', async () => {
    const { platform, ask, token } = await runningPlatform();
    const own = await liveClient(platform.url);
    const all = await liveClient(platform.url, { headers: { authorization: `Bearer ${token}` } });
    await ask({}, 'w2');
    await ask({}, 'w1');
    await ask({}, 'w2');
    await until(() => all.frames.length === 3 && own.frames.length === 1);
    expect(all.seqs()).toEqual([1, 2, 3]);
    expect(own.seqs()).toEqual([2]);
  });

  it('tells a workspace token of its own workspace, named or not', async () => {
    const dataDir = temporaryFolder();
    const { platform, ask } = await runningPlatform({ dataDir });
    const storage = openStorage(dataDir);
    const { token } = await storage.tokens.addToken({ kind: 'workspace', name: 'w2' });
    await storage.close();
    const authorization = `Bearer ${token}`;
    const { frames } = await liveClient(platform.url, { headers: { authorization } });
    const other = { authorization, 'x-workspace-id': 'w1' };
    expect((await refusedUpgrade(platform.url, { headers: other })).status).toBe(403);
    await ask({}, 'w1');
    await ask({}, 'w2');
    await until(() => frames.length === 1);
    expect(frames[0]).toMatchObject({ workspace_id: 'w2' });
  });

  it('takes an approver’s session, and no other cookie', async () => {
    const { platform, call, ask, token } = await runningPlatform();
    const cookie = await signIn(call, token);
    const { frames } = await liveClient(platform.url, { headers: { cookie } });
    await ask({}, 'w9');
    await until(() => frames.length === 1);
    const forged = `${cookie.split('=')[0]}=${newSecret()}`;
    expect((await refusedUpgrade(platform.url, { headers: { cookie: forged } })).status).toBe(401);
  });

  it('ignores what clients say, and drops the ones that say too much', async () => {
    const { platform, ask } = await runningPlatform();
    const { socket, frames } = await liveClient(platform.url);
    for (const said of ['{"decision":"approved"}', '[]', 'x', Buffer.from([0, 255])])
      socket.send(said);
    await ask();
    await until(() => frames.length === 1);
    const code = new Promise<number>((resolve) => socket.once('close', resolve));
    socket.send('x'.repeat(2_000));
    expect(await code).toBe(1009);
  });
});

describe('events', () => {
  it('that were missed are replayed, then new ones follow, without gap or repetition', async () => {
    const { platform, call, ask, token } = await runningPlatform();
    const first = await liveClient(platform.url);
    const id = await ask();
    await until(() => first.frames.length === 1);
    first.socket.terminate();
    await call('POST', pathOf(id), { token, body: approved });
    await ask({}, 'w2');
    await ask();
    const second = await liveClient(platform.url, { path: '/ws?since=1' });
    await ask();
    await until(() => second.frames.length === 3);
    expect(second.seqs()).toEqual([2, 4, 5]);
    expect(second.frames[0]).toMatchObject({ event: 'APPROVAL_DECIDED', approval_id: id });
  });

  it('that are replayed tell of a request as it was when it was made', async () => {
    const { platform, call, ask, token } = await runningPlatform();
    const id = await ask();
    await call('POST', pathOf(id), { token, body: { ...approved, note: 'later' } });
    const { frames } = await liveClient(platform.url, { path: '/ws?since=0' });
    await until(() => frames.length === 2);
    expect(frames[0]).toMatchObject({
      event: 'APPROVAL_REQUESTED',
      payload: { status: 'pending', outcome: null, decided_by: null, note: null },
    });
  });

  it('are not replayed to a socket that does not ask for it', async () => {
    const { platform, ask } = await runningPlatform();
    const early = await liveClient(platform.url);
    await ask();
    await until(() => early.frames.length === 1);
    const late = await liveClient(platform.url);
    await ask();
    await until(() => late.frames.length === 1 && early.frames.length === 2);
    expect(late.seqs()).toEqual([2]);
  });

  it('come once each and in order while many are made and sockets join in between', async () => {
    const { platform, ask } = await runningPlatform();
    const path = '/ws?since=0';
    const makers = Array.from({ length: 10 }, async () => {
      for (let count = 0; count < 12; count += 1) await ask();
    });
    const joiners = Array.from({ length: 10 }, () => liveClient(platform.url, { path }));
    const clients = await Promise.all(joiners);
    await Promise.all(makers);
    const everything = Array.from({ length: 120 }, (_, index) => index + 1);
    await until(() => clients.every(({ frames }) => frames.length >= 120));
    for (const client of clients) expect(client.seqs()).toEqual(everything);
  });

  it('go on counting after a restart', async () => {
    const { platform, ask } = await runningPlatform();
    await ask();
    await ask();
    await platform.close();
    const again = await runningPlatform({ dataDir: platform.dataDir });
    const { frames, seqs } = await liveClient(again.platform.url, { path: '/ws?since=1' });
    await again.ask();
    await until(() => frames.length === 2);
    expect(seqs()).toEqual([2, 3]);
  });

  it('that were never there are no reason to stay silent', async () => {
    const { platform, ask } = await runningPlatform();
    const { frames } = await liveClient(platform.url, { path: '/ws?since=4711' });
    await ask();
    await until(() => frames.length === 1);
  });

  it('written by another process reach the sockets with the next event or second', async () => {
    const clock = manualClock();
    const { platform, ask } = await runningPlatform({ clock });
    const { frames, seqs } = await liveClient(platform.url);
    const other = await runningPlatform({ dataDir: platform.dataDir, clock: manualClock() });
    await other.ask();
    await ask();
    await until(() => frames.length === 2);
    await other.ask();
    clock.advance(LOOK_EVERY_MS);
    await until(() => frames.length === 3);
    expect(seqs()).toEqual([1, 2, 3]);
  });
});

describe('a socket', () => {
  it('is pinged, and dropped when it does not answer', async () => {
    const clock = manualClock();
    const { platform } = await runningPlatform({ clock });
    const healthy = await liveClient(platform.url);
    const dead = await liveClient(platform.url);
    let pings = 0;
    healthy.socket.on('ping', () => {
      pings += 1;
    });
    dead.socket.pause();
    const closed = new Promise<number>((resolve) => dead.socket.once('close', resolve));
    clock.advance(PING_EVERY_MS);
    await until(() => pings === 1);
    // The second ping is answered in order: when it is here, the first pong has been read.
    healthy.socket.ping();
    await new Promise((resolve) => healthy.socket.once('pong', resolve));
    clock.advance(PING_EVERY_MS);
    dead.socket.resume();
    expect(await closed).toBe(1006);
    await until(() => pings === 2);
    expect(healthy.socket.readyState).toBe(healthy.socket.OPEN);
  });

  it('is closed with 4401 when its credential is revoked', async () => {
    const clock = manualClock();
    const dataDir = temporaryFolder();
    const { platform } = await runningPlatform({ clock, dataDir });
    const { tokens, ...storage } = openStorage(dataDir);
    const alice = await tokens.addToken({ kind: 'approver', name: 'alice' });
    const headers = { authorization: `Bearer ${alice.token}` };
    const { socket } = await liveClient(platform.url, { headers });
    const closed = new Promise<number>((resolve) => socket.once('close', resolve));
    await tokens.revokeToken(alice.id);
    await storage.close();
    clock.advance(PING_EVERY_MS);
    expect(await closed).toBe(4401);
  });

  it('of a browser is closed with 4401 at once when this browser signs out', async () => {
    const { platform, call, ask, token } = await runningPlatform({ clock: manualClock() });
    const one = { cookie: await signIn(call, token) };
    const two = { cookie: await signIn(call, token) };
    const leaving = await liveClient(platform.url, { headers: one });
    const staying = await liveClient(platform.url, { headers: two });
    const bearer = await liveClient(platform.url, {
      headers: { authorization: `Bearer ${token}` },
    });
    const closed = closeCodeOf(leaving);
    await call('DELETE', '/session', { headers: one });
    await ask();
    expect(await closed).toBe(4401);
    await until(() => staying.frames.length === 1 && bearer.frames.length === 1);
    expect(leaving.frames).toEqual([]);
  });

  it('of a browser is closed with 4401 when its session ends, or ended elsewhere', async () => {
    const clock = manualClock();
    const { platform, call, token } = await runningPlatform({ clock });
    const other = await runningPlatform({ clock, dataDir: platform.dataDir });
    const old = await liveClient(platform.url, { headers: { cookie: await signIn(call, token) } });
    clock.jump(SESSION_MS / 2);
    const [one, two] = [await signIn(call, token), await signIn(call, token)];
    const out = await liveClient(platform.url, { headers: { cookie: one } });
    const kept = await liveClient(platform.url, { headers: { cookie: two } });
    const closed = [closeCodeOf(old), closeCodeOf(out)];
    const cookie = one.replace(/_\d+=/, `_${new URL(other.platform.url).port}=`);
    await other.call('DELETE', '/session', { headers: { cookie } });
    clock.jump(SESSION_MS / 2);
    const pinged = new Promise((resolve) => kept.socket.once('ping', resolve));
    clock.advance(PING_EVERY_MS);
    expect(await Promise.all(closed)).toEqual([4401, 4401]);
    await pinged;
    expect(kept.socket.readyState).toBe(kept.socket.OPEN);
  });

  it('that reads too slowly is dropped, and misses nothing when it comes back', async () => {
    const { platform, ask } = await runningPlatform();
    const slow = await liveClient(platform.url);
    slow.socket.pause();
    const closed = new Promise<number>((resolve) => slow.socket.once('close', resolve));
    const args = 'x'.repeat(200_000);
    const digest = digestOf({ action: 'a', args, workspaceId: 'w1' });
    let asked = 0;
    // Kernel buffers take some megabytes before any of it counts as waiting.
    for (; asked < 90; asked += 1) await ask({ action: 'a', context: { args, digest } });
    slow.socket.resume();
    expect(await closed).toBe(1006);
    expect(slow.frames.length).toBeLessThan(asked);
    const path = `/ws?since=${slow.frames.length}`;
    const again = await liveClient(platform.url, { path });
    await until(() => slow.frames.length + again.frames.length === asked);
    expect(again.seqs().at(-1)).toBe(asked);
  });

  it('is told when the server stops', async () => {
    const { platform } = await runningPlatform();
    const { socket } = await liveClient(platform.url);
    const closed = new Promise<number>((resolve) => socket.once('close', resolve));
    await platform.close();
    expect(await closed).toBe(1001);
  });
});
