import { once } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { createView } from '../../src/inspect/server/index.ts';
import { LIMITS, type ProcessEvent } from '../../src/inspect/wire.ts';
import { expectCleanFinishOfEachTest } from '../support/clean-finish.ts';
import {
  beganEvent as began,
  openSocket,
  refusalOf,
  runningView,
  tellingProcess,
  watchingPage,
} from '../support/inspect-view.ts';

expectCleanFinishOfEachTest();

const moved = (actor: string, at: number): ProcessEvent => ({
  kind: 'transition',
  actor,
  at,
  from: 'awaitingWS',
  to: 'fallbackPolling',
  transition: 'awaitingWS:channel.lost:0',
  event: { type: 'channel.lost' },
  about: {},
});

const portOf = (url: string): string => new URL(url).port;

describe('the view', () => {
  it('serves its page with a strict policy, and says that it is there', async () => {
    const { url } = await runningView();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const page = await fetch(url);
    expect(await page.text()).toContain('<title>view</title>');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await (await fetch(`${url}/health`)).json()).toEqual({ status: 'ok' });
    expect((await fetch(`${url}/assets/main.js`)).headers.get('cache-control')).toContain(
      'immutable',
    );
    expect((await fetch(`${url}/elsewhere`)).status).toBe(404);
    expect((await fetch(url, { method: 'POST' })).status).toBe(405);
    expect((await fetch(`${url}/processes`)).status).toBe(426);
  });

  it('says what to do where its page is not built', async () => {
    await using view = createView({ port: 0, pageDir: '/nowhere' });
    await view.listen();
    const answer = await fetch(view.url);
    expect([answer.status, await answer.json()]).toMatchObject([503, { code: 'page_not_built' }]);
  });

  it('is asked for by its own names only', async () => {
    const { url } = await runningView();
    const port = portOf(url);
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `LOCALHOST:${port}`])
      await openSocket(url, '/processes', { host });
    for (const host of [`evil.example:${port}`, 'localhost', '127.0.0.1:1', `[::1]:${port}`]) {
      expect(await refusalOf(url, '/processes', { host }), host).toBe(403);
      expect(await refusalOf(url, '/watch', { host, origin: url }), host).toBe(403);
    }
  });

  it('is told by processes, never by pages, and shown to its own page, never to another', async () => {
    const { url } = await runningView();
    const port = portOf(url);
    await openSocket(url, '/processes');
    for (const origin of [url, 'null', 'http://evil.example'])
      expect(await refusalOf(url, '/processes', { origin }), origin).toBe(403);
    for (const origin of [url, `http://localhost:${port}`])
      await openSocket(url, '/watch', { origin });
    expect(await refusalOf(url, '/watch')).toBe(403);
    for (const origin of ['null', 'http://evil.example', `https://127.0.0.1:${port}`])
      expect(await refusalOf(url, '/watch', { origin }), origin).toBe(403);
    expect(await refusalOf(url, '/elsewhere')).toBe(404);
  });

  it('takes 256 processes and 64 pages, and one more when one has gone', async () => {
    const { url } = await runningView();
    const pages = await Promise.all(
      Array.from({ length: 64 }, () => openSocket(url, '/watch', { origin: url })),
    );
    expect(await refusalOf(url, '/watch', { origin: url })).toBe(503);
    pages[0]?.close();
    await vi.waitFor(() => openSocket(url, '/watch', { origin: url }), { interval: 20 });
    const processes = Array.from({ length: 256 }, () => openSocket(url, '/processes'));
    await Promise.all(processes);
    expect(await refusalOf(url, '/processes')).toBe(503);
  });
});

describe('a page', () => {
  it('that comes late is told everything, in pieces', async () => {
    const { url } = await runningView();
    const process = await tellingProcess(url);
    for (let batch = 0; batch < 5; batch += 1)
      process.tell(Array.from({ length: 500 }, (_, index) => began(`a${batch}-${index}`)));
    const first = await watchingPage(url);
    await vi.waitUntil(() => first.rows.size === 2_500);
    const late = await watchingPage(url);
    await vi.waitUntil(() => late.rows.size === 2_500);
    expect(late.messages.map((message) => message.type === 'actors' && message.more)).toEqual([
      true,
      true,
      false,
    ]);
    expect(late.processes.get('p1')).toEqual({
      id: 'p1',
      pid: 4711,
      title: 'agent.ts',
      isConnected: true,
      dropped: 0,
    });
  });

  it('hears of many changes of one actor in few messages, and of each entry once', async () => {
    const { url } = await runningView();
    const process = await tellingProcess(url);
    const page = await watchingPage(url);
    process.tell([began('a1')]);
    await vi.waitUntil(() => page.rows.has('p1/a1'));
    page.watch('p1/a1');
    await vi.waitUntil(() => page.entries.length === 1);
    const before = page.messages.length;
    for (let at = 0; at < 100; at += 1) process.tell([moved('a1', at)], at);
    await vi.waitUntil(() => page.entries.length === 101);
    expect(page.entries.map(({ n }) => n)).toEqual([...page.entries.keys()]);
    expect(page.messages.length - before).toBeLessThan(60);
    expect(page.processes.get('p1')?.dropped).toBe(99);
    page.watch(null);
    process.tell([moved('a1', 7)]);
    await vi.waitUntil(() => page.rows.get('p1/a1')?.changedAt === 7);
    expect(page.entries).toHaveLength(101);
    page.watch('nobody');
    await vi.waitUntil(() => page.entries.length === 0);
  });

  it.each(['{}', '[]', 'null', '{', '{"type":"watch"}', '{"type":"watch","actor":7}'])(
    'that says %s is hung up on',
    async (text) => {
      const { url } = await runningView();
      const page = await watchingPage(url);
      page.socket.send(text);
      const [code] = await once(page.socket, 'close');
      expect(code).toBe(1008);
    },
  );

  it('that says very much is hung up on', async () => {
    const { url } = await runningView();
    const page = await watchingPage(url);
    page.watch('x'.repeat(5_000));
    const [code] = await once(page.socket, 'close');
    expect(code).toBe(1009);
  });
});

const hello = { type: 'hello', version: 1, process: { id: 'p2', pid: 1, title: 'x' } };
const batch = (...events: object[]) => ({ type: 'batch', events, dropped: 0 });

/** Lists in one another. */
const nested = (depth: number): unknown =>
  Array.from({ length: depth }).reduce((within) => [within], 'the end');

describe('a process', () => {
  it.each([
    ['no JSON', ['{']],
    ['no hello', [batch()]],
    ['another version', [{ ...hello, version: 2 }]],
    ['a list', [[]]],
    ['an event of an unknown kind', [hello, batch({ ...began('a1'), kind: 'odd' })]],
    ['an actor without a name', [hello, batch({ ...began('a1'), actor: '' })]],
    ['a time that is none', [hello, batch({ ...began('a1'), at: 'now' })]],
    ['too many events', [hello, batch(...Array.from({ length: 501 }, () => began('a1')))]],
    ['a time that no date has', [hello, batch({ ...began('a1'), at: 8_640_000_000_000_001 })]],
    ['a process with a slash', [{ ...hello, process: { ...hello.process, id: 'a/b' } }]],
    ['a long action', [hello, batch(began('a1', { about: { action: 'x'.repeat(301) } }))]],
    ['a long text', [hello, batch(began('a1', { context: 'x'.repeat(64_001) }))]],
    ['long keys', [hello, batch(began('a1', { context: { ['x'.repeat(64_001)]: 1 } }))]],
    ['many values', [hello, batch(began('a1', { context: Array.from({ length: 1_001 }) }))]],
    ['a deep value', [hello, batch(began('a1', { context: nested(13) }))]],
    ['a very deep value', [hello, batch(began('a1', { context: nested(800) }))]],
    ['no event', [hello, batch({ kind: 'ignored', actor: 'a1', at: 1 })]],
    ['an id that is too long', [hello, batch(began('x'.repeat(LIMITS.id + 1)))]],
    [
      'another process on one connection',
      [hello, { ...hello, process: { id: 'p3', pid: 1, title: '' } }],
    ],
    ['very deep nesting', [hello, `{"type":"batch","dropped":0,"events":${'['.repeat(90_000)}`]],
  ])('that tells %s is hung up on, with a reason, and others go on', async (_, frames) => {
    const { url } = await runningView();
    const page = await watchingPage(url);
    const good = await tellingProcess(url);
    const bad = await openSocket(url, '/processes');
    for (const frame of frames) bad.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
    const [code, reason] = await once(bad, 'close');
    expect([code, String(reason)]).toEqual([1008, expect.stringMatching(/./)]);
    good.tell([began('a1')]);
    await vi.waitUntil(() => page.rows.has('p1/a1'));
    expect(page.rows.size).toBe(1);
  });

  it('that tells of the farthest instant, and in the longest ids, is shown and watched', async () => {
    const { url } = await runningView();
    const page = await watchingPage(url);
    const [name, actor] = ['p'.repeat(LIMITS.id), '\u0001'.repeat(LIMITS.id)];
    const process = await tellingProcess(url, name);
    process.tell([began(actor, { at: LIMITS.instant, context: nested(12) })]);
    await vi.waitUntil(() => page.rows.has(`${name}/${actor}`));
    page.watch(`${name}/${actor}`);
    await vi.waitUntil(() => page.entries.length === 1);
    expect(page.entries[0]?.context).toEqual(nested(12));
  });

  it('that tells too much at once, or in bytes, is hung up on', async () => {
    const { url } = await runningView();
    const process = await tellingProcess(url);
    process.tell([began('a1', { context: 'x'.repeat(LIMITS.frame) })]);
    expect((await once(process.socket, 'close'))[0]).toBe(1009);
    const other = await openSocket(url, '/processes');
    other.send(Buffer.from(JSON.stringify(hello)));
    expect((await once(other, 'close'))[0]).toBe(1008);
  });

  it('that goes leaves its actors as lost, and has them back when it comes again', async () => {
    const { url } = await runningView();
    const page = await watchingPage(url);
    const process = await tellingProcess(url);
    process.tell([began('a1')]);
    await vi.waitUntil(() => page.rows.get('p1/a1')?.status === 'active');
    process.socket.terminate();
    await vi.waitUntil(() => page.rows.get('p1/a1')?.status === 'lost');
    expect(page.processes.get('p1')?.isConnected).toBe(false);
    const again = await tellingProcess(url);
    again.tell([began('a1')]);
    await vi.waitUntil(() => page.rows.get('p1/a1')?.status === 'active');
    expect(page.processes.get('p1')?.isConnected).toBe(true);
  });

  it('that connects anew takes over from its old connection', async () => {
    const { url } = await runningView();
    const page = await watchingPage(url);
    const before = await tellingProcess(url);
    await vi.waitUntil(() => page.processes.size === 1);
    const closed = once(before.socket, 'close');
    const after = await tellingProcess(url);
    expect((await closed)[0]).toBe(1000);
    after.tell([began('a1')]);
    await vi.waitUntil(() => page.rows.get('p1/a1')?.status === 'active');
    expect(page.processes.get('p1')?.isConnected).toBe(true);
  });
});
