/** The proxy that the faults of the network are made with, tried on bare sockets. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { seededRandom } from '../../src/testing/walk/seeded-random.ts';
import { expectCleanFinishOfEachTest } from '../support/clean-finish.ts';
import { createFaultProxy, type FaultProxy } from '../support/fault-proxy.ts';
import { fakePlatform } from '../support/world.ts';

expectCleanFinishOfEachTest();

interface Heard {
  readonly socket: Socket;
  /** As they came. */
  readonly pieces: string[];
  readonly text: () => string;
  /** Resolves with how the connection ended. */
  readonly ended: Promise<string>;
}

function listenTo(socket: Socket): Heard {
  onTestFinished(() => void socket.destroy());
  const pieces: string[] = [];
  const ended = Promise.withResolvers<string>();
  socket.on('data', (bytes) => pieces.push(bytes.toString('latin1')));
  socket.on('end', () => ended.resolve('fin'));
  socket.on('error', (error) => ended.resolve('code' in error ? String(error.code) : 'error'));
  socket.on('close', () => ended.resolve('closed'));
  return { socket, pieces, text: () => pieces.join(''), ended: ended.promise };
}

interface Cable {
  readonly proxy: FaultProxy;
  readonly client: Heard;
  readonly server: Heard;
}

const connectTo = ({ url }: FaultProxy): Socket =>
  connect({
    host: '127.0.0.1',
    port: Number(new URL(url).port),
    noDelay: true,
    allowHalfOpen: true,
  });

/** A proxy with one connection through it. */
async function cable(seed = 1): Promise<Cable> {
  const listener = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  listener.on('connection', (socket) => socket.on('error', () => undefined));
  await once(listener, 'listening');
  onTestFinished(async () => {
    await new Promise((resolve) => listener.close(resolve));
  });
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const proxy = await createFaultProxy({ target: `http://127.0.0.1:${address.port}`, seed });
  onTestFinished(() => proxy.close());
  const accepted = once(listener, 'connection');
  const client = listenTo(connectTo(proxy));
  const [socket] = (await accepted) as [Socket];
  return { proxy, client, server: listenTo(socket) };
}

it('a proxy passes bytes on both ways, and the end of each', async () => {
  const { proxy, client, server } = await cable();
  client.socket.end('up');
  expect(await server.ended).toBe('fin');
  server.socket.end('down');
  expect(await client.ended).toBe('fin');
  expect([server.text(), client.text()]).toEqual(['up', 'down']);
  await vi.waitFor(() => expect(proxy.connections).toBe(0));
  expect(proxy.accepted).toBe(1);
});

it('a proxy keeps the path of its target, and carries HTTP and WebSocket', async () => {
  const platform = await fakePlatform({ basePath: '/base' });
  await using proxy = await createFaultProxy({ target: platform.url });
  const answer = await fetch(`${proxy.url}/workspaces/w/approvals`, {
    headers: { connection: 'close' },
  });
  expect(await answer.json()).toEqual([]);
  const socket = new WebSocket(`${proxy.url.replace('http', 'ws')}/ws`);
  await once(socket, 'open');
  platform.sendFrame('hello');
  expect(await once(socket, 'message')).toMatchObject([{ data: 'hello' }]);
  socket.close();
});

it.each([7, 7, 8])('latency holds bytes back, by a chance that the seed %i fixes', async (seed) => {
  const { proxy, client, server } = await cable(seed);
  proxy.toxics.up.set({ latency: { ms: 20, jitterMs: 100 } });
  const startedAt = performance.now();
  client.socket.write('late');
  await vi.waitFor(() => expect(server.text()).toBe('late'), { interval: 2 });
  const expected = 20 + seededRandom(seed)() * 100;
  // A timer of Node may come a millisecond early.
  expect(performance.now() - startedAt).toBeGreaterThan(expected - 2);
});

it.each(['up', 'down'] as const)('slices arrive one by one (%s)', async (way) => {
  const { proxy, client, server } = await cable();
  proxy.toxics[way].set({ slice: 3 });
  const [from, to] = way === 'up' ? [client, server] : [server, client];
  from.socket.write('0123456789');
  await vi.waitFor(() => expect(to.text()).toBe('0123456789'));
  expect(to.pieces.length).toBeGreaterThan(1);
});

it('a drip is a byte at a time, with pauses', async () => {
  const { proxy, client, server } = await cable();
  proxy.toxics.down.set({ dripEveryMs: 10 });
  const startedAt = performance.now();
  server.socket.write('drops');
  await vi.waitFor(() => expect(client.text()).toBe('drops'));
  expect(client.pieces).toEqual(['d', 'r', 'o', 'p', 's']);
  expect(performance.now() - startedAt).toBeGreaterThan(35);
});

it('a narrow cable takes its time', async () => {
  const { proxy, client, server } = await cable();
  proxy.toxics.up.set({ bandwidth: 10_000 });
  const startedAt = performance.now();
  client.socket.write('x'.repeat(1_000));
  await vi.waitFor(() => expect(server.text()).toHaveLength(1_000));
  expect(performance.now() - startedAt).toBeGreaterThan(70);
});

it('a black hole takes bytes, and gives none', async () => {
  const { proxy, client, server } = await cable();
  proxy.toxics.up.set({ blackHole: true });
  client.socket.write('lost');
  await roundTrip(server, client);
  proxy.toxics.clear();
  client.socket.end('found');
  await server.ended;
  expect(server.text()).toBe('found');
});

it('half open, nothing comes through, not even an end, until it heals', async () => {
  const { proxy, client, server } = await cable();
  proxy.toxics.set({ halfOpen: true });
  const ends = vi.fn();
  void server.ended.then(ends);
  client.socket.end('kept');
  // A new connection is accepted all the same.
  const second = listenTo(connectTo(proxy));
  await once(second.socket, 'connect');
  await vi.waitFor(() => expect(proxy.accepted).toBe(2));
  expect([server.text(), ends.mock.calls]).toEqual(['', []]);
  proxy.toxics.clear();
  expect(await server.ended).toBe('fin');
  expect(server.text()).toBe('kept');
});

it.each([
  ['fin', 'fin'],
  ['reset', 'ECONNRESET'],
] as const)('a cut after 4 bytes ends both sides with a %s', async (how, seen) => {
  const { proxy, client, server } = await cable();
  client.socket.write('before');
  await vi.waitFor(() => expect(server.text()).toBe('before'));
  proxy.toxics.up.set({ cut: { afterBytes: 4, with: how } });
  client.socket.write('0123456789');
  expect(await server.ended).toBe(seen);
  expect(await client.ended).toBe(seen);
  if (how === 'fin') expect(server.text()).toBe('before0123');
});

it('a cut after nothing lets not one byte through', async () => {
  const { proxy, client, server } = await cable();
  proxy.toxics.down.set({ cut: { afterBytes: 0, with: 'reset' } });
  server.socket.write('an answer');
  expect(await client.ended).toBe('ECONNRESET');
  expect(client.text()).toBe('');
});

it('a reset ends what is open, and a reset peer is passed on', async () => {
  const first = await cable();
  first.proxy.reset();
  expect(await Promise.all([first.client.ended, first.server.ended])).toEqual([
    'ECONNRESET',
    'ECONNRESET',
  ]);
  const second = await cable();
  second.server.socket.resetAndDestroy();
  expect(await second.client.ended).toBe('ECONNRESET');
});

it('a target that is not there is a reset', async () => {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  await new Promise((resolve) => listener.close(resolve));
  await using proxy = await createFaultProxy({ target: `http://127.0.0.1:${address.port}` });
  const client = listenTo(connectTo(proxy));
  expect(await client.ended).toBe('ECONNRESET');
});

it('what is injected comes from nowhere', async () => {
  const { proxy, client, server } = await cable();
  proxy.inject(Buffer.from('forged'));
  await vi.waitFor(() => expect(client.text()).toBe('forged'));
  expect(server.text()).toBe('');
});

/** When this resolves, what the other side sent before would have arrived too. */
async function roundTrip(from: Heard, to: Heard): Promise<void> {
  from.socket.write('ping');
  await vi.waitFor(() => expect(to.text()).toContain('ping'));
}
