import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createActor, setup } from 'xstate';
import { createDeadline, LOOK_EVERY_MS } from '../../machines/index.ts';
import { SimulatedTime } from '../support/simulated-clock.ts';

const DAY_MS = 86_400_000;

function deadlineIn(ms: number) {
  const time = new SimulatedTime();
  const startedAt = time.clock.now();
  let passedAfterMs: number | undefined;
  let count = 0;
  const host = setup({
    types: { events: {} as { type: 'deadline.passed' } },
    actors: { deadline: createDeadline(time.clock) },
    actions: {
      note: () => {
        count += 1;
        passedAfterMs = time.clock.monotonic();
      },
    },
  }).createMachine({
    invoke: { src: 'deadline', input: { deadlineAt: startedAt + ms } },
    on: { 'deadline.passed': { actions: 'note' } },
  });
  const actor = createActor(host).start();
  return {
    time,
    actor,
    get passedAfterMs() {
      return passedAfterMs;
    },
    get count() {
      return count;
    },
  };
}

describe('the deadline', () => {
  it('passes once, at its instant', () => {
    const deadline = deadlineIn(300_000);
    deadline.time.advance(299_999);
    expect(deadline.count).toBe(0);
    deadline.time.advance(1);
    expect(deadline.passedAfterMs).toBe(300_000);
    deadline.time.advance(DAY_MS);
    expect(deadline.count).toBe(1);
    expect(deadline.time.timers).toBe(0);
  });

  it('G4 holds for 60 days, beyond what one timer can', () => {
    const deadline = deadlineIn(60 * DAY_MS);
    deadline.time.advance(60 * DAY_MS - 1);
    expect(deadline.count).toBe(0);
    deadline.time.advance(1);
    expect(deadline.count).toBe(1);
  }, 30_000);

  it('that is past already passes at once', () => {
    expect(deadlineIn(-5).count).toBe(1);
  });

  it.each([-3_600_000, 3_600_000])(
    'does not care when somebody sets the clock by %i ms',
    (step) => {
      const deadline = deadlineIn(300_000);
      deadline.time.advance(1_000);
      deadline.time.step(step);
      deadline.time.advance(298_999);
      expect(deadline.count).toBe(0);
      deadline.time.advance(1);
      expect(deadline.count).toBe(1);
    },
  );

  it('G4 is noticed soon after a sleep that went past it', () => {
    const deadline = deadlineIn(300_000);
    deadline.time.advance(1_000);
    deadline.time.sleep(2 * 3_600_000);
    deadline.time.advance(LOOK_EVERY_MS);
    expect(deadline.count).toBe(1);
  });

  it('leaves no timer when its approval ends before', () => {
    const deadline = deadlineIn(300_000);
    deadline.actor.stop();
    expect(deadline.time.timers).toBe(0);
  });

  it('G4 passes neither early nor more than one look late, whatever happens to time', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('advance' as const), ms: fc.integer({ min: 1, max: 60_000 }) }),
      fc.record({ kind: fc.constant('sleep' as const), ms: fc.integer({ min: 1, max: 600_000 }) }),
      fc.record({ kind: fc.constant('step' as const), ms: fc.integer({ min: -1e9, max: 1e9 }) }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), fc.array(step), (ms, steps) => {
        const deadline = deadlineIn(ms);
        for (const { kind, ms: by } of steps) deadline.time[kind](by);
        const passed = deadline.time.clock.monotonic();
        if (passed < ms) expect(deadline.count).toBe(0);
        deadline.time.advance(LOOK_EVERY_MS);
        if (passed >= ms) expect(deadline.count).toBe(1);
        if (deadline.passedAfterMs !== undefined)
          expect(deadline.passedAfterMs).toBeGreaterThanOrEqual(ms);
        deadline.actor.stop();
      }),
    );
  });
});
