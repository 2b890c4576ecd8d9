/** Whoever watches, an approval is what it would have been without. */
import { runInNewContext } from 'node:vm';
import { describe, expect, it, vi } from 'vitest';
import { createActor, createMachine } from 'xstate';
import type { Inspect } from '../../src/approvals/inspection.ts';
import { throughInspector } from '../../src/inspect/index.ts';
import type { FakePlatform } from '../../src/testing/index.ts';
import { deadUrl, hold, inspector, throwing } from '../support/inspectors.ts';
import { statelyRelay } from '../support/stately.ts';
import { fakePlatform, requestingSide } from '../support/world.ts';

const ASK = { action: 'Refund order 4711', args: { cents: 12_500, password: 'hunter2-Zq81' } };

const forge: Inspect = (event) => {
  if (event.type !== '@xstate.event' || event.event.type !== 'decision.received') return;
  Object.assign(event.event['decision'], { status: 'approved' });
};

const THROWS: Inspect = {
  next: () => {
    throw new Error('no');
  },
};

/** Other in each run. */
const OWN = new Set(
  'traceId approvalId decidedAt timestamp trace_id approval_id decided_at chain hash prev_hash'.split(
    ' ',
  ),
);

const withoutOwn = (value: object): object =>
  Object.fromEntries(Object.entries(value).filter(([name]) => !OWN.has(name)));

type Play = (platform: FakePlatform) => Promise<void> | void;
/** What is done, and the longest wait. */
type Story = readonly [play: Play, timeout: string];
const decides =
  (decision: 'approved' | 'denied'): Play =>
  async (platform) => {
    const { id } = await platform.waitForRow();
    await platform.waitForSockets(1);
    platform.decide(id, decision);
  };

/** One run, and what it left. */
async function leftBy([play, timeout]: Story, inspect: Inspect | undefined) {
  const platform = await fakePlatform();
  const { approvals, audit } = requestingSide(platform.url, {
    timeout,
    ...(inspect === undefined ? {} : { inspect }),
  });
  const asked = approvals.request(ASK);
  await play(platform);
  const outcome = withoutOwn(await asked);
  await approvals.close();
  return { outcome, records: audit().map(withoutOwn) };
}

describe('an approval with an observer', () => {
  it.each<readonly [string, ...Story]>([
    ['granted', decides('approved'), '30s'],
    ['denied', decides('denied'), '30s'],
    ['timed out', () => undefined, '2s'],
  ])('ends as without one, and leaves the same records: %s', async (_, ...story) => {
    const alone = await leftBy(story, undefined);
    expect(alone.records.length).toBeGreaterThan(2);
    const relay = await statelyRelay();
    const dead = await deadUrl();
    const blocking = throughInspector({ adapter: { send: () => hold(30) } }, { patienceMs: 20 });
    const observers = [
      inspector(relay.url).inspect,
      inspector(dead, { maxEvents: 1 }).inspect,
      throughInspector({ adapter: { send: throwing } }),
      blocking,
      THROWS,
    ];
    const watched = await Promise.all(observers.map((inspect) => leftBy(story, inspect)));
    expect(watched).toEqual(observers.map(() => alone));
    expect(blocking.dropped).toBeGreaterThan(10);
  });

  it('that is slow many times is left alone as one that is slow once', () => {
    const observer = throughInspector({ adapter: { send: () => hold(10) } }, { patienceMs: 50 });
    const actor = createActor(createMachine({ on: { next: {} } }), { inspect: observer }).start();
    for (let n = 0; n < 100; n += 1) actor.send({ type: 'next' });
    expect(observer.dropped).toBeGreaterThan(80);
  });

  it('that rejects later is counted, whatever realm its promise is of', async () => {
    const rejecting = [
      () => Promise.reject(new Error('no')),
      (): unknown => runInNewContext('Promise.reject(new Error("no"))'),
    ];
    for (const send of rejecting) {
      const observer = throughInspector({ adapter: { send } });
      createActor(createMachine({}), { inspect: observer }).start();
      await vi.waitFor(() => expect(observer.dropped).toBeGreaterThan(1));
    }
  });

  it('that changes what it is shown makes no grant of a denial', async () => {
    const { outcome } = await leftBy([decides('denied'), '30s'], forge);
    expect(outcome).toMatchObject({ approved: false });
  });
});
