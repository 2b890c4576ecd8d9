/** Arguments that JSON cannot say, that change after they were shown, or that run twice. */
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { digestOf } from '../../src/index.ts';
import { createPlatform } from '../../src/platform/index.ts';
import { plainJson } from '../../src/protocol/canonical-json.ts';
import { scriptedApprover } from '../../src/testing/index.ts';
import { fakePlatform, requestingSide, temporaryFolder, WORKSPACE } from '../support/world.ts';

const cyclic: { list: unknown[] } = { list: [] };
cyclic.list.push(cyclic);

/** Two to the power of 60 numbers, and sixty lists in memory. */
const manyTimesOver = Array.from({ length: 60 }).reduce<unknown>((inner) => [inner, inner], 1);

const fails = (): never => {
  throw new TypeError('not today');
};
const revoked = (): object => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};
const GETTER_THAT_FAILS = { enumerable: true, get: fails };
class Pages extends Array<number> {}

describe('arguments that JSON cannot say', () => {
  it.each<[string, unknown, string]>([
    ['-0', { n: -0 }, 'args.n'],
    ['1e21', { n: 1e21 }, 'args.n'],
    ['2^53 + 1', { n: 2 ** 53 + 1 }, 'args.n'],
    ['NaN', { n: Number.NaN }, 'args.n'],
    ['a Date', { at: new Date(0) }, 'args.at'],
    ['undefined', { a: { b: undefined } }, 'args.a.b'],
    ['undefined in a list', [1, undefined], 'args[1]'],
    ['a BigInt', { n: 1n }, 'args.n'],
    ['a cycle', cyclic, 'args.list[0]'],
    ['toJSON', { path: '/', toJSON: () => ({ path: '/tmp' }) }, 'args.toJSON'],
    ['toJSON on a list', Object.assign([1], { toJSON: () => [2] }), 'args'],
    ['a list with a name of its own', Object.assign([1], { path: '/' }), 'args'],
    ['a kind of list', Pages.of(1, 2), 'args'],
    ['a getter that throws', { a: Object.defineProperty({}, 'x', GETTER_THAT_FAILS) }, 'args.a'],
    ['a proxy that throws', { a: new Proxy({}, { ownKeys: fails }) }, 'args.a'],
    ['a proxy that is revoked', { a: revoked() }, 'args'],
    ['a list in itself many times over', manyTimesOver, 'values'],
  ])('F40 are refused before anything is sent, naming the place: %s', async (_, args, place) => {
    const platform = await fakePlatform();
    const { approvals, outcomes } = requestingSide(platform.url);
    const outcome = await approvals.request({ action: 'Delete', args });
    expect(outcome).toMatchObject({
      status: 'failed',
      error: { code: 'input', message: expect.stringContaining(place) },
    });
    const guarded = approvals.requires(vi.fn(), () => ({ action: 'Delete' }));
    await expect(guarded(args)).rejects.toMatchObject({ code: 'input' });
    expect(platform.requests).toEqual([]);
    expect(outcomes()).toEqual(['failure']);
  });

  it('F40 are read once: what a getter or a proxy said first is shown, hashed and run', async () => {
    const platform = await fakePlatform();
    const { approvals } = requestingSide(platform.url);
    let reads = 0;
    const next = (): string => ['/tmp/a', '/'][reads++] ?? '/';
    const getter = {
      get path() {
        return next();
      },
    };
    const proxy = new Proxy({ path: '' }, { get: next });
    for (const args of [getter, proxy]) {
      reads = 0;
      const asked = approvals.request({ action: 'Delete', args });
      const row = await platform.waitForRow(({ status }) => status === 'pending');
      platform.decide(row.id, 'approved');
      expect(await asked).toMatchObject({
        status: 'granted',
        args: { path: '/tmp/a' },
        digest: digestOf({ action: 'Delete', args: { path: '/tmp/a' }, workspaceId: WORKSPACE }),
      });
      expect(reads).toBe(1);
    }
  });

  it('F40 may not say by an iterator of their own what their items do not', () => {
    const list = [1, 2];
    Object.defineProperty(list, Symbol.iterator, { value: () => [9].values() });
    expect(() => plainJson(list)).toThrow('properties of its own');
  });
});

describe('arguments that change after they were shown', () => {
  it.each<[string, (args: Transfer) => Transfer]>([
    ['free', (args) => args],
    ['frozen on the outside', (args) => Object.freeze(args)],
  ])('F41 do not run: an object that was %s', async (_, made) => {
    const platform = await fakePlatform();
    const { approvals } = requestingSide(platform.url);
    const ran = vi.fn();
    const pay = approvals.requires(ran, ({ to }: Transfer) => ({ action: `Pay ${to.name}` }));
    const args = made({ to: { name: 'alice' }, cents: 100 });
    const running = pay(args);
    const { id } = await platform.waitForRow();
    args.to.name = 'mallory';
    platform.decide(id, 'approved');
    await running;
    expect(ran.mock.calls).toEqual([[{ to: { name: 'alice' }, cents: 100 }]]);
    expect(() => Object.assign(ran.mock.calls[0]?.[0].to, { name: 'eve' })).toThrow(TypeError);
  });

  it('F41 have another digest than the one that was granted', async () => {
    const platform = await fakePlatform();
    const { approvals } = requestingSide(platform.url);
    const args = { to: { name: 'alice' }, cents: 100 };
    const asked = approvals.request({ action: 'Pay', args });
    const { id } = await platform.waitForRow();
    args.cents = 1_000_000;
    platform.decide(id, 'approved');
    const outcome = await asked;
    expect(outcome).toMatchObject({ status: 'granted', args: { cents: 100 } });
    const now = digestOf({ action: 'Pay', args, workspaceId: WORKSPACE });
    expect(outcome.digest).not.toBe(now);
  });

  it('F41 grant nothing where the platform granted another digest, and nothing runs', async () => {
    const platform = await fakePlatform();
    const { approvals, outcomes } = requestingSide(platform.url);
    const ran = vi.fn();
    const running = approvals.requires(ran, () => ({ action: 'Pay' }))({ cents: 100 });
    const { id } = await platform.waitForRow();
    await vi.waitFor(() => expect(outcomes()).toContain('requested'));
    platform.sendFrame({
      event: 'APPROVAL_DECIDED',
      approval_id: id,
      status: 'approved',
      digest: digestOf({ action: 'Pay', args: { cents: 1_000_000 }, workspaceId: WORKSPACE }),
    });
    await expect(running).rejects.toMatchObject({
      code: 'not_approved',
      outcome: { status: 'failed', error: { code: 'protocol' } },
    });
    expect(ran).not.toHaveBeenCalled();
  });
});

const payTheInvoice = () => ({ action: 'Pay the invoice', key: 'invoice-7' });

describe('a grant', () => {
  it('F42 serves one of two executors that race for it', async () => {
    const platform = await fakePlatform();
    const stateDir = temporaryFolder();
    const ran = vi.fn();
    const race = () =>
      requestingSide(platform.url, { stateDir }).approvals.requires(
        ran,
        payTheInvoice,
      )({ cents: 100 });
    const first = race();
    const { id } = await platform.waitForRow();
    const racers = [first, race()];
    await vi.waitFor(() => expect(platform.sockets).toBe(2));
    platform.decide(id, 'approved');
    const ends = await Promise.allSettled(racers);
    expect(ran).toHaveBeenCalledTimes(1);
    const refused = ends.filter((end) => end.status === 'rejected');
    expect(refused).toMatchObject([{ reason: { code: 'already_used' } }]);
  });
});

const NAMES = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf'];

describe('names that every object knows', () => {
  it('F64 are arguments as any others, all the way to the approver and back', async () => {
    const platform = createPlatform({ dataDir: temporaryFolder(), port: 0 });
    await platform.listen();
    onTestFinished(() => platform.close());
    const seen: unknown[] = [];
    const approver = scriptedApprover({
      url: platform.url,
      token: platform.approverToken,
      decide: ({ args, digest }) => {
        seen.push(JSON.stringify(args), digest);
        return 'approve';
      },
      pollIntervalMs: 20,
    });
    onTestFinished(() => approver.stop());
    const { approvals } = requestingSide(platform.url);
    const text = `{${NAMES.map((name) => `"${name}":{"polluted":true}`).join(',')}}`;
    const outcome = await approvals.request({ action: 'Set', args: JSON.parse(text) });
    expect(outcome).toMatchObject({ status: 'granted' });
    expect(seen).toEqual([text, outcome.digest]);
    expect(JSON.stringify('args' in outcome ? outcome.args : null)).toBe(text);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
    expect(Reflect.get(Object, 'polluted')).toBeUndefined();
  });

  it.each([
    '{"__proto__":{"action":"Deploy"}}',
    '{"action":"Deploy","__proto__":{"timeout":1,"args":{"a":1}},"constructor":{}}',
  ])('F64 say nothing for a request: %s', async (text) => {
    const platform = await fakePlatform();
    const { approvals } = requestingSide(platform.url, { timeout: '200ms' });
    const outcome = await approvals.request(JSON.parse(text));
    expect(['failed', 'timeout']).toContain(outcome.status);
    for (const { body } of platform.requests) expect(body).not.toContain('"context"');
  });

  it('F64 decide nothing in a frame or a row', async () => {
    const platform = await fakePlatform();
    const { approvals, outcomes } = requestingSide(platform.url);
    const asked = approvals.request({ action: 'Deploy' });
    const { id } = await platform.waitForRow();
    await vi.waitFor(() => expect(outcomes()).toContain('requested'));
    const decided = JSON.stringify({
      event: 'APPROVAL_DECIDED',
      approval_id: id,
      status: 'approved',
    });
    platform.sendFrame(`{"__proto__":${decided}}`);
    platform.sendFrame(`{"constructor":{"prototype":${decided}}}`);
    platform.decide(id, 'denied');
    expect(await asked).toMatchObject({ status: 'denied' });
    expect(Reflect.get({}, 'status')).toBeUndefined();
  });
});

interface Transfer {
  to: { name: string };
  cents: number;
}
