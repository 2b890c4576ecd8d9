/** Whatever becomes of who watches, an approval is what it would have been without. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createBrowserInspector, createWebSocketInspector } from '@statelyai/inspect';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createActor, createMachine } from 'xstate';
import type { Inspect } from '../../src/approvals/inspection.ts';
import { memoryAuditLog } from '../../src/index.ts';
import {
  type InspectorObserver,
  statelyInspector,
  throughInspector,
} from '../../src/inspect/index.ts';
import { expectCleanFinishOfEachTest } from '../support/clean-finish.ts';
import { deadUrl, inspector, throwing } from '../support/inspectors.ts';
import {
  lineOf,
  type Received,
  receivedSchema,
  recording,
  statelyRelay,
  statelyViewer,
} from '../support/stately.ts';
import { fakePlatform, requestingSide } from '../support/world.ts';

expectCleanFinishOfEachTest();

const ASK = { action: 'Refund order 4711', args: { cents: 12_500, password: 'hunter2-Zq81' } };
const PREFIX = `${process.pid}-`;

type Observed = Pick<InspectorObserver, 'next'>;

const both =
  (...observers: readonly Observed[]): Observed['next'] =>
  (event) => {
    for (const observer of observers) observer.next(event);
  };

/** A world in which one approval waits on the live channel. */
async function waiting(inspect: Inspect) {
  const platform = await fakePlatform();
  const { approvals } = requestingSide(platform.url, { inspect });
  const asked = approvals.request(ASK);
  const { id } = await platform.waitForRow();
  await platform.waitForSockets(1);
  return { approvals, asked, grant: () => platform.decide(id, 'approved') };
}

const lastOf = (received: readonly Received[], name: string): Received | undefined => {
  const actor = received.find(
    (message) => message.type === '@xstate.actor' && message.name === name,
  );
  return received.findLast(({ sessionId }) => sessionId === actor?.sessionId);
};

/** A machine that can be told as often as one likes. */
function counter(inspect: Inspect) {
  const machine = createMachine({
    id: 'counter',
    context: { texts: Array.from({ length: 40 }, () => 'x'.repeat(290)) },
    initial: 'a',
    states: { a: { on: { next: 'b' } }, b: { on: { next: 'a', end: 'c' } }, c: { type: 'final' } },
  });
  const actor = createActor(machine, { inspect });
  onTestFinished(() => {
    actor.stop();
  });
  return actor.start();
}

describe('a viewer that comes and goes', () => {
  it('is told of all that lives when it was killed and is back', async () => {
    const first = await statelyViewer();
    const stately = inspector(first.url);
    const { asked, grant, approvals } = await waiting(stately.inspect);
    await vi.waitUntil(() => first.lines.some((line) => line.includes('"value":"awaitingWS"')));
    await first.kill();
    const second = await statelyViewer(Number(new URL(first.url).port));
    await vi.waitUntil(() => second.lines.length === 5);
    const told = second.received();
    expect(told.map(({ type }) => type)).toEqual(told.map(() => '@xstate.actor'));
    const names = told.map((message) => 'name' in message && message.name);
    expect(new Set(names)).toEqual(
      new Set(['approval', 'channel', 'deadline', 'liveDecision', 'socket']),
    );
    expect(lastOf(told, 'approval')).toMatchObject({
      definition: expect.stringContaining('rbacCheck'),
      snapshot: {
        status: 'active',
        value: 'awaitingWS',
        context: { request: { action: ASK.action } },
      },
    });
    expect(lastOf(told, 'channel')).toMatchObject({ snapshot: { value: { open: 'live' } } });
    grant();
    expect((await asked).status).toBe('granted');
    await approvals.close();
    await vi.waitUntil(() => second.lines.some((line) => line.includes('"value":"closed"')));
    expect(lastOf(second.received(), 'approval')).toMatchObject({
      snapshot: { status: 'done', value: 'granted' },
    });
    expect(second.lines.join()).not.toContain('hunter2');
  });

  it.each([1000, 1011])('is told again after a close with %i', async (code) => {
    const relay = await statelyRelay();
    const stately = inspector(relay.url);
    const actor = counter(stately.inspect);
    for (let close = 1; close <= 2; close += 1) {
      await vi.waitUntil(() => relay.connections[close - 1]?.length);
      relay.drop(code);
      await vi.waitUntil(() => relay.connections[close]?.length === 1);
      expect(relay.connections[close]).toMatchObject([
        { type: '@xstate.actor', name: 'counter', snapshot: { value: close % 2 ? 'a' : 'b' } },
      ]);
      actor.send({ type: 'next' });
      await vi.waitUntil(() => relay.connections[close]?.length === 3);
      expect(relay.connections[close]?.at(-1)).toMatchObject({
        snapshot: { value: close % 2 ? 'b' : 'a' },
      });
    }
  });

  it('is told all from the beginning, in order, when it comes late', async () => {
    const port = Number(new URL(await deadUrl()).port);
    const stately = inspector(`ws://127.0.0.1:${port}`);
    const plain = recording(PREFIX);
    const { asked, grant, approvals } = await waiting(both(plain, { next: stately.inspect }));
    grant();
    expect((await asked).status).toBe('granted');
    await approvals.close();
    const viewer = await statelyViewer(port);
    await vi.waitUntil(() => viewer.lines.length === plain.lines.length);
    expect(viewer.received().map(lineOf)).toEqual(plain.lines);
    expect(stately.dropped).toBe(0);
  });

  it('is not told of more actors than it was made for', async () => {
    const relay = await statelyRelay();
    const stately = inspector(relay.url, { maxActors: 2 });
    for (let n = 0; n < 5; n += 1) counter(stately.inspect);
    await vi.waitUntil(() => relay.connections[0]?.length === 15);
    relay.drop(1000);
    await vi.waitUntil(() => relay.connections[1]?.length === 2);
    expect(stately.dropped).toBe(0);
  });

  it('is told of actors in the place of those that ended', async () => {
    const relay = await statelyRelay();
    const stately = inspector(relay.url, { maxActors: 1 });
    const [first, second] = [counter(stately.inspect), counter(stately.inspect)];
    first.send({ type: 'next' });
    first.send({ type: 'end' });
    const third = counter(stately.inspect);
    await vi.waitUntil(() => relay.connections[0]?.length === 13);
    relay.drop(1000);
    await vi.waitUntil(() => relay.connections[1]?.length);
    second.send({ type: 'next' });
    await vi.waitUntil(() => relay.connections[1]?.length === 3);
    expect(relay.connections[1]?.map(({ sessionId }) => sessionId)).toEqual(
      [third, second, second].map(({ sessionId }) => PREFIX + sessionId),
    );
  });

  it('is told nothing of who ended meanwhile', async () => {
    const relay = await statelyRelay();
    const stately = inspector(relay.url, { maxEvents: 1 });
    const [ends, lives] = [counter(stately.inspect), counter(stately.inspect)];
    await vi.waitUntil(() => relay.connections[0]?.length);
    relay.drop(1000);
    await vi.waitUntil(() => relay.connections.length === 2);
    relay.drop(1000);
    ends.send({ type: 'next' });
    ends.send({ type: 'end' });
    lives.send({ type: 'next' });
    await vi.waitUntil(() => (relay.connections[2]?.length ?? 0) >= 2);
    const [actor, ...others] = relay.connections[2] ?? [];
    expect(actor).toMatchObject({ type: '@xstate.actor', sessionId: PREFIX + lives.sessionId });
    expect(others).toMatchObject([{ type: '@xstate.snapshot', snapshot: { value: 'b' } }]);
  });
});

describe('a viewer that does not read', () => {
  it('costs no more than it was given, and hears in the end how things stand', async () => {
    const relay = await statelyRelay({ isPaused: true });
    const stately = inspector(relay.url, { maxEvents: 100 });
    await vi.waitUntil(() => relay.connections.length === 1);
    const actor = counter(stately.inspect);
    const EVENTS = 3_000;
    const before = heap();
    for (let n = 0; n < EVENTS; n += 1) {
      actor.send({ type: 'next' });
      // Each sends two messages: none is dropped because nobody had the time to send it.
      if (n % 20 === 0) await new Promise(setImmediate);
    }
    // 36 MB in 6,000 messages: no socket takes so much of it.
    expect(stately.dropped).toBeGreaterThan(EVENTS / 2);
    expect(heap() - before).toBeLessThan(10 * 1024 ** 2);
    relay.pause(false);
    const [received = []] = relay.connections;
    await vi.waitUntil(() => received.length + stately.dropped >= 2 * EVENTS + 3);
    actor.send({ type: 'next' });
    actor.send({ type: 'end' });
    await vi.waitUntil(() => isDone(received.at(-1)));
    // Where something was left out it was told how the actor is.
    expect(received.filter(({ type }) => type === '@xstate.actor').length).toBeGreaterThan(1);
  });

  it('is given up when it does not answer, and tried again', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const relay = await statelyRelay();
    const stately = inspector(relay.url);
    const actor = counter(stately.inspect);
    await vi.waitUntil(() => relay.connections[0]?.length === 3);
    relay.pause(true);
    vi.advanceTimersByTime(40_000);
    await vi.waitUntil(() => relay.connections[1]?.length === 1);
    expect(relay.connections[1]).toMatchObject([{ sessionId: PREFIX + actor.sessionId }]);
  });

  it('hinders none of a thousand approvals when it is not there', { timeout: 60_000 }, async () => {
    const stately = inspector(await deadUrl(), { maxEvents: 1_000, maxActors: 100 });
    const platform = await fakePlatform({
      onCreate: (row) => {
        setImmediate(() => platform.decide(row.id, 'approved'));
      },
    });
    const { approvals } = requestingSide(platform.url, {
      inspect: stately.inspect,
      timeout: '60s',
      // Not about how a disk keeps up.
      journal: false,
      audit: memoryAuditLog(),
    });
    const before = heap();
    const outcomes = await Promise.all(Array.from({ length: 1_000 }, () => approvals.request(ASK)));
    expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['granted']));
    await approvals.close();
    expect(stately.dropped).toBeGreaterThan(10_000);
    expect(heap() - before).toBeLessThan(25 * 1024 ** 2);
  });
});

const isDone = (message: Received | undefined): boolean =>
  message?.type === '@xstate.snapshot' && message.snapshot.status === 'done';

setFlagsFromString('--expose-gc');
const collect: unknown = runInNewContext('gc');
function heap(): number {
  if (typeof collect === 'function') collect();
  return process.memoryUsage().heapUsed;
}

/** Of a server that takes connections and says nothing. */
async function silentUrl(): Promise<string> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => sockets.push(socket));
  server.listen(0, '127.0.0.1');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await once(server, 'listening');
  const address = server.address();
  return `ws://127.0.0.1:${typeof address === 'object' ? address?.port : address}`;
}

describe('an inspector of the official package', () => {
  it('in a browser gets every actor, event and snapshot in order, without secrets', async () => {
    const posted: unknown[] = [];
    const frame = new EventTarget();
    const window = Object.assign(frame, {
      open: () => ({ postMessage: (message: unknown) => posted.push(message) }),
    });
    // Of a window it uses these two; the type asks for all of them.
    const official = createBrowserInspector(JSON.parse('{}', () => ({ window })));
    frame.dispatchEvent(new MessageEvent('message', { data: { type: '@statelyai.connected' } }));
    const plain = recording();
    const observer = throughInspector(official);
    const { asked, grant, approvals } = await waiting(both(plain, observer));
    grant();
    expect((await asked).status).toBe('granted');
    await approvals.close();
    const received = posted.map((message) => receivedSchema.parse(message));
    expect(received.map(lineOf)).toEqual(plain.lines);
    expect(observer.dropped).toBe(0);
    expect(JSON.stringify(posted)).not.toContain('hunter2');
    expect(JSON.stringify(posted)).toContain('"cents":12500');
  });

  it('over a socket tells the receiver in another process the same', async () => {
    const viewer = await statelyViewer();
    const official = createWebSocketInspector({ url: viewer.url });
    onTestFinished(() => official.stop());
    const plain = recording();
    const observer = throughInspector(official);
    const { asked, grant, approvals } = await waiting(both(plain, observer));
    grant();
    expect((await asked).status).toBe('granted');
    await approvals.close();
    await vi.waitUntil(() => viewer.lines.length === plain.lines.length);
    expect(viewer.received().map(lineOf)).toEqual(plain.lines);
    expect(viewer.lines.join()).not.toContain('hunter2');
  });

  it('that throws, or is none, is counted and nothing else', () => {
    const broken: Parameters<typeof throughInspector>[0] = JSON.parse('{}');
    for (const official of [{ adapter: { send: throwing } }, broken]) {
      const plain = recording();
      const observer = throughInspector(official);
      counter(both(observer, plain)).send({ type: 'next' });
      expect(observer.dropped).toBe(plain.lines.length);
    }
  });
});

describe('the sender to a relay', () => {
  it.each(['', 'localhost:8080', 'http://localhost', 'ws://x/#hunter2', 'file:///x'])(
    'refuses the address %j when it is made',
    (url) => {
      expect(() => statelyInspector({ url })).toThrow(
        expect.objectContaining({
          code: 'config',
          message: expect.not.stringContaining('hunter2'),
        }),
      );
    },
  );

  it('sends what waits when it is closed, and counts what comes after', async () => {
    const relay = await statelyRelay();
    const stately = inspector(relay.url);
    const actor = counter(stately.inspect);
    await stately.close();
    expect(relay.connections[0]?.map(({ type }) => type)).toEqual([
      '@xstate.actor',
      '@xstate.event',
      '@xstate.snapshot',
    ]);
    actor.send({ type: 'next' });
    expect(stately.dropped).toBe(2);
  });

  it('waits for nothing any more after it was closed', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const relay = await statelyRelay();
    const stately = inspector(relay.url);
    await vi.waitUntil(() => relay.connections.length === 1);
    await stately.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('counts what waits when nobody is there at the close, which is quick', async () => {
    const stately = inspector(await deadUrl());
    counter(stately.inspect);
    const from = performance.now();
    await stately.close();
    expect(performance.now() - from).toBeLessThan(900);
    expect(stately.dropped).toBe(3);
  });

  it.each(['a relay', 'a relay by name', 'a server that never answers', 'nobody'])(
    'does not keep a process alive: %s',
    async (name) => {
      const relay = await statelyRelay();
      const nobody = await deadUrl();
      const byName = relay.url.replace('127.0.0.1', 'localhost');
      const url =
        { 'a relay': relay.url, 'a relay by name': byName, nobody }[name] ?? (await silentUrl());
      const source = fileURLToPath(new URL('../../src/inspect/index.ts', import.meta.url));
      const code = `import { statelyInspector } from ${JSON.stringify(source)};
        statelyInspector({ url: ${JSON.stringify(url)}, firstRetryMs: 10 });
        setTimeout(() => console.log('over'), 100);`;
      const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      onTestFinished(() => {
        child.kill('SIGKILL');
      });
      await once(child.stdout, 'data');
      const from = performance.now();
      const [status]: unknown[] = await once(child, 'exit');
      expect(status).toBe(0);
      expect(performance.now() - from).toBeLessThan(1_000);
      if (name.includes('relay')) expect(relay.connections.length).toBe(1);
    },
  );
});
