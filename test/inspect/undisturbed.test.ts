/** Whoever watches, an approval is what it would have been without. */
import { describe, expect, it } from 'vitest';
import { throughInspector } from '../../src/inspect/index.ts';
import type { Inspect } from '../../src/inspection.ts';
import type { FakePlatform } from '../../src/testing/index.ts';
import { deadUrl, hold, inspector, throwing } from '../support/inspectors.ts';
import { statelyRelay } from '../support/stately.ts';
import { fakePlatform, requestingSide } from '../support/world.ts';

const ASK = { action: 'Refund order 4711', args: { cents: 12_500, password: 'hunter2-Zq81' } };

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
});
