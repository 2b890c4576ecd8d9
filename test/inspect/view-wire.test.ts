import { describe, expect, it } from 'vitest';
import { redact } from '../../src/inspect/redact.ts';
import { createApp } from '../../src/inspect/server/app.ts';
import { processEventSchema } from '../../src/inspect/wire.ts';

const filled = <Value>(length: number, of: (index: number) => Value): Value[] =>
  Array.from({ length }, (_, index) => of(index));

/** Lists of lists, so many in each, with that in the innermost. */
const lists = (depth: number, width: number, leaf: () => unknown): unknown =>
  depth === 0 ? leaf() : filled(width, () => lists(depth - 1, width, leaf));

const maps = (depth: number): unknown =>
  depth === 0 ? 'end' : new Map(filled(50, (index) => [`k${index}`, maps(depth - 1)]));

const deepMaps = (depth: number): unknown =>
  depth === 0 ? 'end' : new Map<unknown, unknown>([['k', deepMaps(depth - 1)]]);

const LARGEST: [string, unknown][] = [
  ['many values', lists(4, 20, () => 1)],
  ['deep lists', lists(9, 2, () => ({ a: 1 }))],
  ['maps', maps(3)],
  ['deep maps', deepMaps(9)],
  ['maps of maps', new Map(filled(60, () => [new Map([[{}, {}]]), new Map([[{}, {}]])]))],
  ['long texts', lists(2, 50, () => 'x'.repeat(1_000))],
  ['long keys', filled(50, () => ({ ['k'.repeat(900)]: 'x'.repeat(900), token: 'secret' }))],
  ['big integers', lists(2, 50, () => -(2n ** 255n))],
  ['errors', filled(60, () => new Error('x'.repeat(900)))],
];

describe('the wire', () => {
  it.each(LARGEST)('takes what is left of %s, however many they are', (_, value) => {
    const record = redact(value);
    const event = { kind: 'audit', actor: 'a1', at: 1, record };
    expect(processEventSchema.parse(JSON.parse(JSON.stringify(event)))).toEqual(event);
  });
});

describe('a view on the port that addresses leave out', () => {
  const app = createApp({
    port: 80,
    pageDir: '/nowhere',
    hasRoomFor: () => true,
    onProblem: () => undefined,
  });
  const statusFor = async (host: string, path = '/health', headers = {}): Promise<number> =>
    (await app.request(`http://${host}${path}`, { headers: { host, ...headers } })).status;

  it('answers to its address as browsers write it', async () => {
    expect(await statusFor('127.0.0.1')).toBe(200);
    expect(await statusFor('localhost')).toBe(200);
    expect(await statusFor('evil.example')).toBe(403);
    const origin = 'http://localhost';
    expect(await statusFor('localhost', '/watch', { origin })).toBe(426);
    expect(await statusFor('localhost', '/watch', { origin: 'http://evil.example' })).toBe(403);
  });
});
