/** Faults of the frames: early, lost, doubled, contradictory, of strangers, of no sense. */
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { type FakePlatform, fakeRoutes } from '../../src/testing/index.ts';
import {
  ASK,
  type Asked,
  endsOf,
  expectKept,
  expectTimeout,
  warmUp,
} from '../support/catalogue.ts';
import { fastEnvironment } from '../support/fast-environment.ts';
import { createFaultProxy } from '../support/fault-proxy.ts';
import { fakePlatform, requestingSide, WORKSPACE, type WorldOptions } from '../support/world.ts';

beforeAll(warmUp);

const SOON = { timeout: 5_000, interval: 5 };

const flat = (approvalId: unknown, status: unknown, more: object = {}) => ({
  event: 'APPROVAL_DECIDED',
  approval_id: approvalId,
  status,
  ...more,
});

const enveloped = (approvalId: unknown, word: 'APPROVED' | 'DENIED', more: object = {}) => ({
  event: `APPROVAL_${word}`,
  workspace_id: WORKSPACE,
  timestamp: '2026-11-22T16:09:59.295977726Z',
  payload: { approval_id: approvalId, decision: word.toLowerCase(), decided_by: 'alice' },
  ...more,
});

interface Listening extends Asked {
  readonly id: string;
}

/** An approval that waits for a frame; reads come so rarely that they decide nothing. */
async function listening(options: WorldOptions = {}, platform?: FakePlatform): Promise<Listening> {
  const there = platform ?? (await fakePlatform());
  const world = requestingSide(there.url, { pollInterval: '60s', ...options });
  const asked = world.approvals.request(ASK);
  const { id } = await there.waitForRow(({ action }) => action === ASK.action);
  await vi.waitFor(() => expect(world.outcomes()).toContain('requested'), SOON);
  await there.waitForSockets(1);
  return { platform: there, world, asked, id };
}

describe('F18 a decision that comes before the answer to the POST', () => {
  it.each(['flat', 'enveloped'] as const)(
    'F18 as a %s frame is kept, and counts',
    async (dialect) => {
      const platform = await fakePlatform({ dialect });
      const { world, asked: other, id: otherId } = await listening({}, platform);
      platform.quirks.onCreate = ({ id }) => {
        platform.decide(id, 'denied', 'alice');
        // The frame is read before the answer is: the answer waits for a frame that comes after it.
        platform.decide(otherId, 'approved', 'alice');
        return other.then(() => undefined);
      };
      const outcome = await world.approvals.request({ action: 'Rotate the keys' });
      expect(outcome).toMatchObject({ status: 'denied', decidedBy: 'alice' });
      expect(endsOf(world, outcome.traceId)).toEqual(['denied']);
    },
  );

  it('F18 when nobody listens yet is found by the first read', async () => {
    const platform = await fakePlatform();
    platform.quirks.onCreate = ({ id }) => void platform.decide(id, 'approved', 'alice');
    const world = requestingSide(platform.url, { pollInterval: '60s', useWebSocket: false });
    const outcome = await world.approvals.request(ASK);
    expect(outcome).toMatchObject({ status: 'granted', decidedBy: 'alice' });
    expect(endsOf(world)).toEqual(['granted']);
  });
});

it('F20 frames that come twice, late or again make one outcome and one record', async () => {
  const { platform, world, asked, id } = await listening();
  const other = world.approvals.request({ action: 'keep listening' });
  const row = await platform.waitForRow(({ action }) => action === 'keep listening');
  const old = enveloped(row.id.replace(/^./, 'x'), 'APPROVED');
  for (const frame of [
    old,
    enveloped(id, 'DENIED'),
    enveloped(id, 'DENIED'),
    old,
    flat(id, 'denied'),
  ])
    platform.sendFrame(frame);
  expect(await asked).toMatchObject({ status: 'denied', decidedBy: 'alice' });
  platform.sendFrame(enveloped(id, 'DENIED'));
  platform.decide(row.id, 'approved');
  expect(await other).toMatchObject({ status: 'granted' });
  expect(endsOf(world, (await asked).traceId)).toEqual(['denied']);
  expect(world.outcomes()).not.toContain('platform_inconsistent');
});

describe('F21 two frames that contradict each other', () => {
  it.each([
    ['APPROVED', 'DENIED', 'granted'],
    ['DENIED', 'APPROVED', 'denied'],
  ] as const)(
    'F21 %s, then %s: the first counts, and the record says so',
    async (first, later, status) => {
      const { platform, world, asked, id } = await listening();
      platform.sendFrame(enveloped(id, first));
      platform.sendFrame(enveloped(id, later));
      const { traceId } = await asked;
      expect(await asked).toMatchObject({ status });
      await vi.waitFor(() => expect(world.outcomes()).toContain('platform_inconsistent'), SOON);
      expect(endsOf(world, traceId)).toEqual([status]);
    },
  );

  it.each(['approved', 'denied'] as const)(
    'F21 with confirmGrants the row decides: %s',
    async (decision) => {
      const { platform, world, asked, id } = await listening({ confirmGrants: true });
      const status = decision === 'approved' ? 'granted' : 'denied';
      platform.quirks.dropFrames = true;
      platform.decide(id, decision, 'bob');
      platform.sendFrame(enveloped(id, 'APPROVED'));
      expect(await asked).toMatchObject({ status, decidedBy: 'bob' });
      expect(endsOf(world)).toEqual([status]);
    },
  );
});

describe('F22 a frame that is nearly ours', () => {
  const STRANGE: readonly [string, (id: string) => object][] = [
    ['of another workspace', (id) => enveloped(id, 'APPROVED', { workspace_id: 'another' })],
    ['of another workspace, flat', (id) => flat(id, 'approved', { workspace_id: 'another' })],
    ['of no workspace, enveloped', (id) => enveloped(id, 'APPROVED', { workspace_id: undefined })],
    ['of our id in capitals', (id) => flat(id.toUpperCase(), 'approved')],
    ['of our id and a space', (id) => flat(`${id} `, 'approved')],
    ['of our id after a line feed', (id) => enveloped(`\n${id}`, 'APPROVED')],
    ['of our id without its hyphens', (id) => flat(id.replaceAll('-', ''), 'approved')],
    ['of our id in a list', (id) => flat([id], 'approved')],
    ['of our id as another field', (id) => flat(undefined, 'approved', { id })],
    [
      'of an event with our word beside it',
      (id) => enveloped(id, 'DENIED', { payload: { approval_id: id, decision: 'approved' } }),
    ],
    ['of an event in small letters', (id) => flat(id, 'approved', { event: 'approval_decided' })],
  ];

  it.each(STRANGE)('F22 %s is ignored', async (_, frameOf) => {
    const listener = await listening();
    listener.platform.sendFrame(frameOf(listener.id.replace(/^./, 'a')));
    listener.platform.sendFrame(frameOf(listener.id));
    await expectKept(listener);
    expect(listener.world.outcomes()).not.toContain('fallback');
  });
});

const approving = (id: string, more: string): string =>
  `{"event":"APPROVAL_DECIDED","approval_id":"${id}","status":"approved"${more}}`;

describe('F23 a frame of no sense', () => {
  const FRAMES: readonly [string, (id: string) => string | Uint8Array][] = [
    ['no JSON', (id) => `approved ${id}`],
    ['binary', (id) => Buffer.from(approving(id, ''))],
    ['bytes that are no text', () => new Uint8Array([0xff, 0xfe, 0x00, 0xc0])],
    ['nothing', () => ''],
    ['a list', (id) => `[${approving(id, '')}]`],
    ['an empty list', () => '[]'],
    ['a number', () => '1'],
    ['a text', () => '"x"'],
    ['null', () => 'null'],
    ['after a byte order mark', (id) => `\uFEFF${approving(id, '')}`],
    ['truncated', (id) => approving(id, '').slice(0, -1)],
    ['with a second value behind it', (id) => `${approving(id, '')}{}`],
    [
      'lone surrogates',
      (id) => `{"event":"APPROVAL_DECIDED","approval_id":"\\ud800${id}","status":"approved"}`,
    ],
    ['100,000 deep', () => `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    [
      '100,000 deep beside our id',
      (id) => approving(id, `,"x":${'['.repeat(100_000)}${']'.repeat(100_000)}`),
    ],
    [
      'a __proto__ that approves',
      (id) =>
        `{"event":"APPROVAL_DECIDED","__proto__":{"approval_id":"${id}","status":"approved"}}`,
    ],
    [
      'a constructor that approves',
      (id) =>
        `{"event":"APPROVAL_DECIDED","constructor":{"prototype":{"status":"approved"}},"approval_id":"${id}"}`,
    ],
    ['every key twice', (id) => approving(id, ',"status":"approved"')],
    [
      '100,000 keys',
      () =>
        JSON.stringify(Object.fromEntries(Array.from({ length: 100_000 }, (_, n) => [`k${n}`, 0]))),
    ],
    [
      'a number without end',
      (id) => `{"event":"APPROVAL_DECIDED","approval_id":"${id}","status":1e400}`,
    ],
    ['NaN', (id) => `{"event":"APPROVAL_DECIDED","approval_id":"${id}","status":NaN}`],
  ];

  it.each(FRAMES)('F23 %s is ignored, and costs nothing', async (_, frameOf) => {
    const listener = await listening();
    listener.platform.sendFrame(frameOf(listener.id));
    await expectKept(listener);
    expect(listener.world.outcomes()).not.toContain('fallback');
    expect(listener.platform.countRequests(fakeRoutes.live)).toBe(1);
    expect({}).not.toHaveProperty('status');
  });
});

describe('F24 a frame without measure', () => {
  const MAX_FRAME = 8 * 1024 * 1024;

  it.each([
    ['too large', (platform: FakePlatform) => platform.sendFrame('x'.repeat(MAX_FRAME + 1))],
    [
      'in pieces without end',
      (platform: FakePlatform) => {
        for (let piece = 0; piece < 9; piece += 1)
          platform.sendFrame('x'.repeat(1024 * 1024), { fin: false });
      },
    ],
  ])('F24 one that is %s ends the connection, which comes back', async (_, send) => {
    const listener = await listening({
      timeout: '10m',
      pollInterval: '5s',
      environment: fastEnvironment(20),
    });
    send(listener.platform);
    await vi.waitFor(() => expect(listener.world.outcomes()).toContain('fallback'), SOON);
    await vi.waitFor(() => expect(listener.world.outcomes()).toContain('reconnected'), SOON);
    await expectKept(listener);
  });

  it('F24 one that is begun and never ended holds up no decision: it is read', async () => {
    const listener = await listening({ timeout: '10m', environment: fastEnvironment(60) });
    listener.platform.sendFrame('{"event":', { fin: false });
    listener.platform.quirks.dropFrames = true;
    await expectKept(listener);
  });

  it('F24 compression is not offered, and a compressed frame is no frame', async () => {
    const platform = await fakePlatform();
    await using proxy = await createFaultProxy({ target: platform.url });
    const world = requestingSide(proxy.url, { environment: fastEnvironment(20), timeout: '10m' });
    const upgrade = platform.nextRequest(fakeRoutes.live);
    const asked = world.approvals.request(ASK);
    expect((await upgrade).headers).not.toHaveProperty('sec-websocket-extensions');
    await vi.waitFor(() => expect(world.outcomes()).toContain('requested'), SOON);
    await platform.waitForSockets(1);
    // A text frame with the bit that says "compressed", and four bytes.
    proxy.inject(Buffer.from([0xc1, 0x04, 0xaa, 0x56, 0x0a, 0x00]));
    await vi.waitFor(() => expect(world.outcomes()).toContain('fallback'), SOON);
    await vi.waitFor(() => expect(world.outcomes()).toContain('reconnected'), SOON);
    await expectKept({ platform, world, asked });
  });
});

it('F22 a grant for another approval ends nothing at the deadline either', async () => {
  const listener = await listening({ timeout: '10s', environment: fastEnvironment(20) });
  listener.platform.sendFrame(enveloped(listener.id.toUpperCase(), 'APPROVED'));
  await expectTimeout(listener, 'deadline');
});
