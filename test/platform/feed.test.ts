import { describe, expect, it, vi } from 'vitest';
import {
  createFeed,
  type Listener,
  LOOK_EVERY_MS,
  type Subscription,
} from '../../src/platform/feed.ts';
import { silent } from '../../src/platform/logger.ts';
import type { EventStore } from '../../src/platform/storage/events.ts';
import { openStorage } from '../../src/platform/storage/index.ts';
import { manualClock } from '../support/manual-clock.ts';
import { temporaryFolder } from '../support/platform.ts';

const REQUEST = {
  workspace_id: 'w1',
  task_id: '',
  action: 'a',
  reason: '',
  args: null,
  args_schema: null,
  digest: null,
  created_at: 0,
  expires_at: 1,
  idempotency_key: null,
  request_hash: null,
};
const ALL: Subscription = { workspaceId: null, credential: { kind: 'none' } };

/** A listener that calls `onEvent` with each event before it takes the next one. */
function recorder(onEvent: (seq: number) => Promise<void> | void = () => {}) {
  const seqs: number[] = [];
  const listener: Listener = {
    closed: false,
    send: async ({ seq }) => {
      seqs.push(seq);
      await onEvent(seq);
    },
  };
  return { listener, seqs };
}

const feedOf = (events: EventStore, start: number, clock = manualClock()) =>
  createFeed({ events, start, clock, logger: silent });

describe('the feed', () => {
  it('looks every second for what others wrote, while somebody listens', async () => {
    const { approvals, events, ...storage } = openStorage(temporaryFolder());
    const clock = manualClock();
    const feed = feedOf(events, 0, clock);
    expect(clock.waits).toEqual([]);
    const [one, two] = [recorder(), recorder()];
    await feed.subscribe(one.listener, ALL);
    await feed.subscribe(two.listener, ALL);
    for (const id of ['a', 'b']) {
      await approvals.insert({ ...REQUEST, id });
      clock.advance(LOOK_EVERY_MS);
      await vi.waitUntil(() => two.seqs.length === (id === 'a' ? 1 : 2), { interval: 1 });
    }
    expect(one.seqs).toEqual([1, 2]);
    feed.unsubscribe(one.listener);
    expect(clock.waits).toEqual([LOOK_EVERY_MS]);
    feed.unsubscribe(two.listener);
    expect(clock.waits).toEqual([]);
    await feed.subscribe(one.listener, ALL);
    expect(clock.waits).toEqual([LOOK_EVERY_MS]);
    await feed.close();
    await feed.subscribe(two.listener, ALL);
    expect(clock.waits).toEqual([]);
    await storage.close();
  });

  it('neither repeats nor leaves out what happens while it replays', async () => {
    const { approvals, events, ...storage } = openStorage(temporaryFolder());
    const ask = (id: string) => approvals.insert({ ...REQUEST, id });
    for (const id of ['a', 'b', 'c']) await ask(id);
    const feed = feedOf(events, await events.head());
    const witness = recorder();
    await feed.subscribe(witness.listener, ALL);

    const { listener, seqs } = recorder(async (seq) => {
      if (seq > 3) return;
      await ask(`while ${seq} is replayed`);
      feed.poke();
      await vi.waitUntil(() => witness.seqs.length === seq, { interval: 1 });
    });
    await feed.subscribe(listener, { ...ALL, since: 0 });
    await ask('later');
    feed.poke();
    await vi.waitUntil(() => witness.seqs.length === 4, { interval: 1 });
    expect(witness.seqs).toEqual([4, 5, 6, 7]);
    expect(seqs).toEqual([1, 2, 3, 4, 5, 6, 7]);
    await feed.close();
    await storage.close();
  });

  it('tells thousands in order, lets others work in between, and takes in who comes meanwhile', async () => {
    const { approvals, events, ...storage } = openStorage(temporaryFolder());
    const feed = feedOf(events, 0);
    const crowd = Array.from({ length: 1_000 }, () => recorder());
    const last = crowd.at(-1);
    const late = recorder();
    const between: unknown[] = [];
    const first = recorder((seq) => {
      if (seq > 1) return;
      setImmediate(() => between.push(last?.seqs.length));
      return feed.subscribe(late.listener, { ...ALL, since: 0 });
    });
    for (const { listener } of [first, ...crowd]) await feed.subscribe(listener, ALL);
    for (const id of ['a', 'b']) await approvals.insert({ ...REQUEST, id });
    feed.poke();
    await vi.waitUntil(() => last?.seqs.length === 2 && late.seqs.length === 2, { interval: 1 });
    expect(between).toEqual([0]);
    expect(new Set(crowd.map(({ seqs }) => seqs.join()))).toEqual(new Set(['1,2']));
    expect(late.seqs).toEqual([1, 2]);
    await feed.close();
    await storage.close();
  });

  it('tells of a workspace those who listen to it, or to all', async () => {
    const { approvals, events, ...storage } = openStorage(temporaryFolder());
    const feed = feedOf(events, 0);
    const [all, w1, w2] = [recorder(), recorder(), recorder()];
    await feed.subscribe(all.listener, ALL);
    await feed.subscribe(w1.listener, { ...ALL, workspaceId: 'w1' });
    await feed.subscribe(w2.listener, { ...ALL, workspaceId: 'w2' });
    for (const [id, workspace_id] of ['w1', 'w2', 'w3'].entries())
      await approvals.insert({ ...REQUEST, id: `${id}`, workspace_id });
    feed.poke();
    await vi.waitUntil(() => all.seqs.length === 3, { interval: 1 });
    expect([w1.seqs, w2.seqs]).toEqual([[1], [2]]);
    feed.unsubscribe(w1.listener);
    await approvals.insert({ ...REQUEST, id: 'last' });
    feed.poke();
    await vi.waitUntil(() => all.seqs.length === 4, { interval: 1 });
    expect(w1.seqs).toEqual([1]);
    await feed.close();
    await storage.close();
  });

  it('replays more than it reads at once', async () => {
    const { approvals, events, ...storage } = openStorage(temporaryFolder());
    for (let id = 1; id <= 250; id += 1) await approvals.insert({ ...REQUEST, id: `${id}` });
    const feed = feedOf(events, await events.head());
    const { listener, seqs } = recorder();
    await feed.subscribe(listener, { ...ALL, since: 5 });
    expect(seqs).toEqual(Array.from({ length: 245 }, (_, index) => index + 6));
    await feed.close();
    await storage.close();
  });

  it('goes on after the store has failed once', async () => {
    const { approvals, events, ...storage } = openStorage(temporaryFolder());
    let fails = true;
    const read: typeof events.read = (range) =>
      fails ? Promise.reject(new Error('disk')) : events.read(range);
    const errors: string[] = [];
    const error = (_: object, message: string) => void errors.push(message);
    const feed = createFeed({
      events: { ...events, read },
      start: 0,
      clock: manualClock(),
      logger: { ...silent, error },
    });
    const { listener, seqs } = recorder();
    await feed.subscribe(listener, ALL);
    await approvals.insert({ ...REQUEST, id: 'a' });
    feed.poke();
    await vi.waitUntil(() => errors.length === 1);
    fails = false;
    feed.poke();
    await vi.waitUntil(() => seqs.length === 1);
    await feed.close();
    await storage.close();
  });

  it('says nothing after it was closed', async () => {
    const { approvals, events, ...storage } = openStorage(temporaryFolder());
    const feed = feedOf(events, 0);
    const { listener, seqs } = recorder();
    await feed.subscribe(listener, ALL);
    await feed.close();
    await approvals.insert({ ...REQUEST, id: 'a' });
    feed.poke();
    expect(await events.head()).toBe(1);
    expect(seqs).toEqual([]);
    await storage.close();
  });
});
