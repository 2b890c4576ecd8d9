/** The client with a view: what it shows, and that nothing else changes whatever the view does. */
import { once } from 'node:events';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import type { ActorRow } from '../../src/inspect/wire.ts';
import { expectCleanFinishOfEachTest } from '../support/clean-finish.ts';
import { unreachableUrl } from '../support/cli.ts';
import { muteServer, runningView, watchingPage } from '../support/inspect-view.ts';
import { fakePlatform, requestingSide } from '../support/world.ts';

expectCleanFinishOfEachTest();

const ASK = { action: 'Refund order 4711', args: { cents: 12_500 } };

const sockets = (treat: (socket: WebSocket) => void) => async (): Promise<string> => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  server.on('connection', treat);
  onTestFinished(() => {
    for (const socket of server.clients) socket.terminate();
    server.close();
  });
  await once(server, 'listening');
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
};

const VIEWS: readonly [string, () => Promise<string>][] = [
  ['that is not there', unreachableUrl],
  ['that never answers', muteServer],
  ['that never reads', sockets((socket) => socket.pause())],
  ['that hangs up at once', sockets((socket) => socket.terminate())],
  ['that refuses what it is told', sockets((socket) => socket.close(1008, 'no'))],
  ['that talks back', sockets((socket) => socket.send('x'.repeat(100_000)))],
  ['that is no view', async () => (await fakePlatform()).url],
];

const throws = (): never => {
  throw new Error('a broken observer');
};
const rejects = (): unknown => Promise.reject(new Error('a broken observer'));

describe('a client with a view', () => {
  it('shows approvals, their records and the live channel, to the end', async () => {
    const [platform, view] = [await fakePlatform(), await runningView()];
    const page = await watchingPage(view.url);
    const { approvals } = requestingSide(platform.url, { inspect: view.url });
    const asked = approvals.request(ASK);
    const approval = (): ActorRow | undefined =>
      [...page.rows.values()].find(({ machine }) => machine === 'approval');
    await vi.waitUntil(() => approval()?.state === 'awaitingWS');
    expect(Array.from(page.rows.values(), ({ machine }) => machine).sort()).toEqual([
      'approval',
      'channel',
      'deadline',
    ]);
    page.watch(approval()?.id ?? '');
    platform.decide((await platform.waitForRow()).id, 'approved');
    expect(await asked).toMatchObject({ status: 'granted' });
    await vi.waitUntil(() => page.entries.some(({ kind }) => kind === 'ended'));
    const records = page.entries.filter(({ kind }) => kind === 'audit');
    expect(records.map(({ label }) => label)).toEqual(['allowed', 'requested', 'granted']);
    await approvals.close();
    await vi.waitUntil(() => [...page.processes.values()][0]?.isConnected === false);
    expect([...page.rows.values()].map(({ status }) => status)).not.toContain('lost');
    expect([approvals.inspectionFailures, approvals.inspectionDropped]).toEqual([0, 0]);
  });

  it.each(VIEWS)('%s gets the same outcome and the same records', async (_, viewUrl) => {
    const platform = await fakePlatform();
    const world = requestingSide(platform.url, { inspect: await viewUrl() });
    const asked = world.approvals.request(ASK);
    platform.decide((await platform.waitForRow()).id, 'approved');
    expect(await asked).toMatchObject({ status: 'granted', approved: true });
    await world.approvals.close();
    expect(world.outcomes()).toEqual(['allowed', 'requested', 'granted']);
    expect(world.approvals.inspectionFailures).toBe(0);
  });

  it('tells only the observer, where one was given', async () => {
    const platform = await fakePlatform();
    vi.stubEnv('COUNTERSIGN_INSPECT', 'http://127.0.0.1:1');
    onTestFinished(() => void vi.unstubAllEnvs());
    const seen: string[] = [];
    const inspect = { next: ({ type }: { readonly type: string }) => void seen.push(type) };
    const { approvals } = requestingSide(platform.url, { inspect });
    const asked = approvals.request(ASK);
    platform.decide((await platform.waitForRow()).id, 'denied');
    expect(await asked).toMatchObject({ status: 'denied' });
    expect(seen).toContain('@xstate.microstep');
    expect([approvals.inspectionFailures, approvals.inspectionDropped]).toEqual([0, 0]);
  });

  it.each([
    ['throws', throws],
    ['rejects', rejects],
  ])('counts an observer that %s', async (_, inspect) => {
    const platform = await fakePlatform();
    const world = requestingSide(platform.url, { inspect });
    const asked = world.approvals.request(ASK);
    platform.decide((await platform.waitForRow()).id, 'approved');
    expect(await asked).toMatchObject({ status: 'granted' });
    expect(world.outcomes()).toEqual(['allowed', 'requested', 'granted']);
    expect(world.approvals.inspectionFailures).toBeGreaterThan(10);
  });
});
