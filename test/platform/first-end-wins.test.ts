import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type TestApp, testApp } from '../support/platform.ts';

type Step =
  | { readonly do: 'approve' | 'deny' | 'withdraw'; readonly which: number }
  | { readonly do: 'wait'; readonly seconds: number };

const steps = fc.array(
  fc.oneof(
    fc.record({
      do: fc.constantFrom('approve' as const, 'deny' as const, 'withdraw' as const),
      which: fc.nat({ max: 2 }),
    }),
    fc.record({ do: fc.constant('wait' as const), seconds: fc.integer({ min: 1, max: 4 }) }),
  ),
  { minLength: 1, maxLength: 12 },
);

const OUTCOME = { approve: 'granted', deny: 'denied', withdraw: 'withdrawn' } as const;
/** Seconds; the three approvals have different deadlines. */
const DEADLINES = [3, 6, 9];

/** What the platform must say, by the simplest rule there is: the first end in time stays. */
function model(all: readonly Step[]): (string | null)[] {
  const ends: (string | null)[] = DEADLINES.map(() => null);
  let now = 0;
  for (const step of all)
    if (step.do === 'wait') {
      now += step.seconds;
      for (const [which, deadline] of DEADLINES.entries())
        if (now >= deadline) ends[which] ??= 'timeout';
    } else ends[step.which] ??= OUTCOME[step.do];
  return ends;
}

async function perform({ call, token, clock }: TestApp, ids: readonly string[], step: Step) {
  if (step.do === 'wait') {
    clock.advance(step.seconds * 1_000);
    return;
  }
  const decision = step.do === 'approve' ? 'approved' : 'denied';
  const path = `/workspaces/w1/approvals/${ids[step.which]}/decide`;
  const credential = step.do === 'withdraw' ? {} : { token };
  await call('POST', path, { body: { decision }, ...credential });
}

const askAll = (app: TestApp) =>
  Promise.all(DEADLINES.map((seconds) => app.ask({ timeout_seconds: seconds })));

/** Also runs what was set to run at once. */
async function endsOf({ storage, clock }: TestApp, ids: readonly string[]) {
  clock.advance(0);
  const rows = await Promise.all(ids.map((id) => storage.approvals.find(id)));
  return rows.map((row) => row?.outcome);
}

async function eventsOf({ storage }: TestApp, id: string) {
  const events = await storage.events.read({ after: 0, workspaceId: null, limit: 999 });
  return events.filter(({ approval }) => approval.id === id);
}

describe('the first end wins', () => {
  it('whatever comes in whatever order, one after the other', async () => {
    const app = await testApp();
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const ids = await askAll(app);
        for (const step of all) await perform(app, ids, step);
        // Pending ones past their deadline are ended by a sweep that may still be under way.
        const expected = model(all);
        await expect.poll(() => endsOf(app, ids), { interval: 1 }).toEqual(expected);
        for (const [which, id] of ids.entries())
          expect(await eventsOf(app, id)).toHaveLength(expected[which] === null ? 1 : 2);
      }),
      { numRuns: 25 },
    );
  });

  it('whatever comes at the same time: one end, one event, told to everybody alike', async () => {
    const app = await testApp();
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const ids = await askAll(app);
        await Promise.all(all.map((step) => perform(app, ids, step)));
        app.clock.advance(10_000);
        await expect.poll(() => endsOf(app, ids), { interval: 1 }).not.toContain(null);
        for (const id of ids) {
          const events = await eventsOf(app, id);
          expect(events).toHaveLength(2);
          const answer = await app.call('POST', `/workspaces/w1/approvals/${id}/decide`, {
            token: app.token,
            body: { decision: 'approved' },
          });
          expect(answer.body['outcome']).toBe(events[1]?.approval.outcome);
        }
      }),
      { numRuns: 25 },
    );
  });
});
