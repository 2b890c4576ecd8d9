/** Many approvals in another process, and views that come, go and do not listen. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { createView } from '../../src/inspect/server/index.ts';
import { processMessageSchema } from '../../src/inspect/wire.ts';
import { APPROVAL_EVENTS } from '../../src/testing/walk/catalogue.ts';
import { approvalRequest } from '../support/approval-request.ts';
import { expectCleanFinishOfEachTest } from '../support/clean-finish.ts';
import { unreachableUrl } from '../support/cli.ts';
import { commandedApproval } from '../support/commanded-approval.ts';
import {
  linkTo,
  muteServer,
  runningView,
  type WatchingPage,
  watchingPage,
} from '../support/inspect-view.ts';

expectCleanFinishOfEachTest();

const PROGRAM = fileURLToPath(new URL('../support/approvals-process.ts', import.meta.url));

function approvalsElsewhere(url: string, count: number, ...more: string[]): ChildProcess {
  const child = spawn(process.execPath, [PROGRAM, url, String(count), ...more], {
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  onTestFinished(async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'close');
    }
  });
  return child;
}

const inState = ({ rows }: WatchingPage, state: string): number =>
  [...rows.values()].filter((row) => row.machine === 'approval' && row.state === state).length;

/** Approvals of this process, begun. */
function approvalsHere(link: ReturnType<typeof linkTo>, count: number) {
  return Array.from({ length: count }, (_, index) => {
    const request = approvalRequest({ traceId: `trace-${index}` });
    const live = commandedApproval(request, { inspect: (event) => link.inspect(event) });
    live.actor.start();
    return live;
  });
}

/** Half a second on an idle machine; the processor may have other work. */
const PATIENTLY = { timeout: 20_000 };

describe('a thousand approvals in another process', { timeout: 60_000 }, () => {
  it('are all in the view with their states, and end there', async () => {
    const view = await runningView();
    const page = await watchingPage(view.url);
    const child = approvalsElsewhere(view.url, 1_000);
    await vi.waitUntil(() => inState(page, 'awaitingWS') === 1_000, PATIENTLY);
    child.stdin?.write('go\n');
    await vi.waitUntil(() => inState(page, 'granted') === 1_000, PATIENTLY);
    child.stdin?.write('end\n');
    await once(child, 'close');
    expect(child.exitCode).toBe(0);
    await vi.waitUntil(() => [...page.processes.values()][0]?.isConnected === false);
    const rows = [...page.rows.values()].filter(({ machine }) => machine === 'approval');
    expect(new Set(rows.map(({ status }) => status))).toEqual(new Set(['done']));
    expect([...page.processes.values()]).toMatchObject([{ pid: child.pid }]);
    page.watch(rows[500]?.id ?? '');
    await vi.waitUntil(() => page.entries.length > 0);
    const states = page.entries.flatMap(({ kind, state }) => (kind === 'transition' ? state : []));
    // A machine that is too busy tells how things are, and not all that was.
    expect(states.at(-1)).toBe('granted');
  });
});

describe('a process that forgets to close its link', () => {
  it.each([
    ['a view', async () => (await runningView()).url],
    ['no view', unreachableUrl],
    ['a view that never answers', muteServer],
  ])('ends all the same, with %s', async (_, url) => {
    const child = approvalsElsewhere(await url(), 1, '--no-close');
    child.stdin?.write('end\n');
    // Killed at the end of the test where it does not end by itself.
    expect(await once(child, 'close')).toEqual([0, null]);
  });
});

describe('a view', () => {
  it('that is started late is told the present, and what comes', async () => {
    const url = await unreachableUrl();
    const link = linkTo(url);
    const [first, second] = approvalsHere(link, 2);
    await first?.apply(APPROVAL_EVENTS['the roles allow asking']);
    await vi.waitUntil(() => link.dropped > 0);
    await runningView(Number(new URL(url).port));
    const page = await watchingPage(url);
    await vi.waitUntil(() => inState(page, 'submitting') + inState(page, 'rbacCheck') === 2);
    await second?.apply(APPROVAL_EVENTS['the roles forbid asking']);
    await vi.waitUntil(() => inState(page, 'denied') === 1);
    page.watch([...page.rows.values()].find(({ state }) => state === 'submitting')?.id ?? '');
    await vi.waitUntil(() => page.entries.length > 0);
    expect(page.entries.map(({ label }) => label)).toEqual([
      'seen',
      'deadline began',
      'submission began',
    ]);
  });

  it('that was stopped and is back knows what lives, and nothing of what ended meanwhile', async () => {
    const before = createView({ port: 0, pageDir: '/nowhere' });
    await before.listen();
    const { url } = before;
    const link = linkTo(url);
    const [first, second] = approvalsHere(link, 2);
    const page = await watchingPage(url);
    await vi.waitUntil(() => inState(page, 'rbacCheck') === 2);
    await before.close();
    await second?.apply(APPROVAL_EVENTS['the roles forbid asking']);
    await first?.apply(APPROVAL_EVENTS['the roles allow asking']);
    await runningView(Number(new URL(url).port));
    const again = await watchingPage(url);
    await vi.waitUntil(() => inState(again, 'submitting') === 1);
    expect([...again.rows.values()].map(({ machine }) => machine).sort()).toEqual([
      'approval',
      'deadline',
    ]);
    expect(link.dropped).toBeGreaterThan(0);
  });

  it('that does not read costs a bounded memory, and is told the present when it reads again', async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    const connected = once(server, 'connection');
    await once(server, 'listening');
    onTestFinished(() => server.close());
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const link = linkTo(`http://127.0.0.1:${port}`, { limits: { events: 200 } });
    const [socket]: WebSocket[] = await connected;
    onTestFinished(() => socket?.terminate());
    socket?.pause();
    const [live] = approvalsHere(link, 1);
    const states = new Map<string, string | undefined>();
    let hellos = 0;
    socket?.on('message', (data: Buffer) => {
      const message = processMessageSchema.parse(JSON.parse(data.toString('utf8')));
      if (message.type === 'hello') hellos += 1;
      else
        for (const event of message.events)
          if (event.kind === 'actor') states.set(event.actor, event.state);
          else if (event.kind === 'transition') states.set(event.actor, event.to);
    });
    await live?.apply(APPROVAL_EVENTS['the roles allow asking']);
    await live?.apply(APPROVAL_EVENTS['submitted, channel live']);
    const reason = 'x'.repeat(250);
    while (link.dropped === 0) {
      for (let round = 0; round < 20; round += 1) {
        await live?.apply({ type: 'channel.lost', error: reason });
        await live?.apply({ type: 'channel.live' });
      }
    }
    socket?.resume();
    await vi.waitUntil(() => hellos >= 2 && [...states.values()].includes('awaitingWS'));
    await live?.apply(APPROVAL_EVENTS['the channel is lost']);
    await vi.waitUntil(() => [...states.values()].includes('fallbackPolling'));
    expect(live?.actor.getSnapshot().value).toBe('fallbackPolling');
  });
});
