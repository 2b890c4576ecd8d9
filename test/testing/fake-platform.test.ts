import { once } from 'node:events';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  createFakePlatform,
  type FakePlatform,
  type FakePlatformOptions,
} from '../../src/testing/index.ts';
import { expectCleanFinishOfEachTest } from '../support/clean-finish.ts';
import { openLive, refusedUpgrade, roundTrip } from '../support/live-client.ts';

expectCleanFinishOfEachTest();

async function startPlatform(options?: FakePlatformOptions): Promise<FakePlatform> {
  const platform = await createFakePlatform(options);
  onTestFinished(() => platform.close());
  return platform;
}

const ask = (platform: FakePlatform, body: object, workspace = 'w1'): Promise<Response> =>
  fetch(`${platform.url}/workspaces/${workspace}/approvals`, {
    method: 'POST',
    body: JSON.stringify(body),
  });
const list = async (platform: FakePlatform, workspace = 'w1'): Promise<unknown> =>
  (await fetch(`${platform.url}/workspaces/${workspace}/approvals`)).json();

describe('the list of the fake platform', () => {
  it('shows the 50 newest rows of the workspace and no more', async () => {
    const platform = await startPlatform({ now: () => 0 });
    for (let number = 0; number < 52; number += 1)
      platform.addRow({ workspaceId: 'w1', action: `action ${number}` });
    platform.addRow({ workspaceId: 'w2', action: 'of another workspace' });
    const rows = await list(platform);
    expect(rows).toHaveLength(50);
    expect(rows).toMatchObject({ 0: { action: 'action 51' }, 49: { action: 'action 2' } });
    expect(platform.rows()).toHaveLength(53);
  });

  it('expires what waited too long only when somebody looks, and tells nobody', async () => {
    let nowMs = 0;
    const platform = await startPlatform({ now: () => nowMs });
    const { frames, socket } = await openLive(platform.url);
    const { id } = platform.addRow({ workspaceId: 'w1', action: 'wait' });
    nowMs = 10 * 60_000;
    expect(await list(platform)).toMatchObject([{ status: 'pending' }]);
    nowMs += 1;
    expect(platform.rows()).toMatchObject([{ id, status: 'pending' }]);
    expect(await list(platform)).toMatchObject([{ status: 'denied', decided_by: 'auto-expired' }]);
    await roundTrip(socket);
    expect(frames).toHaveLength(1);
  });

  it('writes times with microseconds, in frames with nanoseconds, and drops zeros at the end', async () => {
    const platform = await startPlatform();
    const { frames } = await openLive(platform.url);
    for (let number = 0; number < 50; number += 1)
      platform.addRow({ workspaceId: 'w1', action: 'a' });
    await vi.waitUntil(() => frames.length === 50);
    expect(longest(platform.rows().map((row) => row.created_at))).toBe(6);
    expect(longest(frames)).toBe(9);
    expect(JSON.stringify(platform.rows())).not.toMatch(/\.\d*0Z/);
  });

  it('is empty after the rows were forgotten', async () => {
    const platform = await startPlatform();
    platform.addRow({ workspaceId: 'w1', action: 'a' });
    platform.forgetRows();
    expect(await list(platform)).toEqual([]);
  });

  it('makes two rows of two requests with one idempotency key', async () => {
    const platform = await startPlatform();
    const init = {
      method: 'POST',
      headers: { 'idempotency-key': 'k' },
      body: JSON.stringify({ action: 'a' }),
    };
    await fetch(`${platform.url}/workspaces/w1/approvals`, init);
    await fetch(`${platform.url}/workspaces/w1/approvals`, init);
    expect(platform.rows()).toHaveLength(2);
  });

  it('holds the pending rows of all workspaces for an admin', async () => {
    const platform = await startPlatform({ requireAdminToken: 'admin' });
    const { id } = platform.addRow({ workspaceId: 'w1', action: 'a' });
    platform.decide(platform.addRow({ workspaceId: 'w2', action: 'b' }).id, 'denied');
    const pending = (authorization: string) =>
      fetch(`${platform.url}/approvals/pending`, { headers: { authorization } });
    expect(await (await pending('Bearer admin')).json()).toMatchObject([
      { id, workspace_id: 'w1', workspace_name: 'w1' },
    ]);
    expect((await pending('Bearer other')).status).toBe(401);
  });
});

describe('a decision on the fake platform', () => {
  it('can be made before the request is answered, and is told before too', async () => {
    const platform = await startPlatform();
    const { frames } = await openLive(platform.url);
    platform.quirks.onCreate = async ({ id }) => {
      await vi.waitUntil(() => frames.length === 1);
      platform.decide(id, 'approved', 'alice');
      await vi.waitUntil(() => frames.length === 2);
    };
    expect((await ask(platform, { action: 'a' })).status).toBe(201);
    expect(frames).toHaveLength(2);
    expect(platform.rows()).toMatchObject([{ status: 'approved', decided_by: 'alice' }]);
  });

  it('is told in the flat dialect where that is asked for', async () => {
    const platform = await startPlatform({ dialect: 'flat' });
    const { frames } = await openLive(platform.url);
    const { id } = platform.addRow({ workspaceId: 'w1', action: 'a' });
    platform.decide(id, 'denied');
    const frame = await vi.waitUntil(() => frames[1]);
    expect(frame).toBe(
      `{"event":"APPROVAL_DECIDED","approval_id":"${id}","status":"denied","decided_by":"human"}`,
    );
  });

  it('is lost without a trace while frames are dropped', async () => {
    const platform = await startPlatform();
    const { frames, socket } = await openLive(platform.url);
    platform.quirks.dropFrames = true;
    const { id } = platform.addRow({ workspaceId: 'w1', action: 'a' });
    platform.decide(id, 'approved');
    await roundTrip(socket);
    expect(frames).toEqual([]);
    expect(platform.sockets).toBe(1);
  });

  it('cannot be made twice', async () => {
    const platform = await startPlatform();
    const { id } = platform.addRow({ workspaceId: 'w1', action: 'a' });
    platform.decide(id, 'approved');
    expect(() => platform.decide(id, 'denied')).toThrow('unknown or ended');
  });

  it('is not found below another workspace', async () => {
    const platform = await startPlatform();
    const { id } = platform.addRow({ workspaceId: 'w1', action: 'a' });
    const answer = await fetch(`${platform.url}/workspaces/w2/approvals/${id}/decide`, {
      method: 'POST',
      body: '{"decision":"approved"}',
    });
    expect(answer.status).toBe(404);
    expect(platform.rows()).toMatchObject([{ status: 'pending' }]);
  });
});

describe('the live channel of the fake platform', () => {
  it.each([
    [1000, {}, 1000],
    [4401, {}, 4401],
    [1005, {}, 1005],
    [1006, {}, 1006],
    [1000, { abrupt: true }, 1006],
  ])('closes with %i %o as a client sees it', async (code, options, seen) => {
    const platform = await startPlatform();
    const { socket } = await openLive(platform.url);
    const closed = once(socket, 'close');
    const noneLeft = platform.waitForSockets(0);
    platform.dropSockets(code, options);
    expect((await closed)[0]).toBe(seen);
    await noneLeft;
  });

  it('sends text, bytes and objects as they are given, whatever the quirks say', async () => {
    const platform = await startPlatform({ dropFrames: true });
    const { socket, frames } = await openLive(platform.url);
    const binary: boolean[] = [];
    socket.on('message', (_, isBinary) => binary.push(isBinary));
    platform.sendFrame('[]');
    platform.sendFrame(Buffer.from('bytes'));
    platform.sendFrame({ event: 'OTHER' });
    await vi.waitUntil(() => frames.length === 3);
    expect(frames).toEqual(['[]', 'bytes', '{"event":"OTHER"}']);
    expect(binary).toEqual([false, true, false]);
  });

  it('can leave a message open, and end it later', async () => {
    const platform = await startPlatform();
    const { frames, socket } = await openLive(platform.url);
    platform.sendFrame('never', { fin: false });
    await roundTrip(socket);
    expect(frames).toEqual([]);
    platform.sendFrame('theless');
    await vi.waitUntil(() => frames.length > 0);
    expect(frames).toEqual(['nevertheless']);
  });

  it('answers no ping and sends nothing while it is silent, and the sockets stay', async () => {
    const platform = await startPlatform();
    const { socket, frames } = await openLive(platform.url);
    await roundTrip(socket);
    platform.silenceSockets();
    let pongs = 0;
    socket.on('pong', () => {
      pongs += 1;
    });
    socket.ping();
    platform.addRow({ workspaceId: 'w1', action: 'a' });
    platform.sendFrame('after the ping');
    await vi.waitUntil(() => frames.includes('after the ping'));
    platform.silenceSockets(false);
    await roundTrip(socket);
    expect(frames).toEqual(['after the ping']);
    expect(pongs).toBe(1);
    expect(platform.sockets).toBe(1);
  });

  it('refuses upgrades as told, until told otherwise', async () => {
    const platform = await startPlatform();
    platform.refuseUpgrades(503);
    expect(await refusedUpgrade(platform.url)).toBe(503);
    platform.refuseUpgrades({ redirect: 'http://127.0.0.1:9/ws' });
    expect(await refusedUpgrade(platform.url)).toBe(307);
    platform.refuseUpgrades('reset');
    await expect(refusedUpgrade(platform.url)).rejects.toThrow('ECONNRESET');
    platform.refuseUpgrades(undefined);
    await openLive(platform.url);
    expect(platform.countRequests(({ upgrade }) => upgrade)).toBe(4);
  });

  it('refuses an origin that is not the one it demands', async () => {
    const platform = await startPlatform({ requireOrigin: 'http://a.example' });
    expect(await refusedUpgrade(platform.url, { origin: 'http://b.example' })).toBe(403);
    await openLive(platform.url, { origin: 'http://a.example' });
  });
});

describe('the address of the fake platform', () => {
  it('can have a path, and nothing is served beside it', async () => {
    const platform = await startPlatform({ basePath: '/molecule' });
    expect(platform.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/molecule$/);
    expect((await ask(platform, { action: 'a' })).status).toBe(201);
    const beside = new URL('/workspaces/w1/approvals', platform.url);
    expect((await fetch(beside)).status).toBe(404);
    await openLive(platform.url);
    expect(await refusedUpgrade(new URL(platform.url).origin)).toBe(404);
  });
});

/** The most digits of a second that any of the texts has. */
const longest = (texts: readonly string[]): number =>
  Math.max(...texts.map((text) => /\.(\d+)Z/.exec(text)?.[1]?.length ?? 0));
