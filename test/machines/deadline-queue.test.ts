import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DeadlineQueue, LOOK_EVERY_MS } from '../../machines/index.ts';
import { SimulatedTime } from '../support/simulated-clock.ts';

function queueOf() {
  const time = new SimulatedTime();
  const queue = new DeadlineQueue(time.clock);
  const fired: number[] = [];
  const add = (ms: number, name = ms) => queue.add(time.clock.now() + ms, () => fired.push(name));
  return { time, queue, fired, add };
}

describe('the queue of deadlines', () => {
  it('needs one timer for any number, and none when it is empty', () => {
    const { time, add } = queueOf();
    const takeBack = Array.from({ length: 1_000 }, (_, index) => add(60_000 + index));
    expect(time.timers).toBe(1);
    for (const take of takeBack) take();
    expect(time.timers).toBe(0);
  });

  it('fires what is due when somebody looks, before any timer noticed', () => {
    const { time, queue, fired, add } = queueOf();
    add(60_000);
    add(120_000);
    time.sleep(90_000);
    expect(fired).toEqual([]);
    queue.look();
    expect(fired).toEqual([60_000]);
  });

  it('may be added to and taken from while it fires', () => {
    const { time, queue, fired, add } = queueOf();
    const takeBack = add(2_000);
    queue.add(time.clock.now() + 1_000, () => {
      takeBack();
      add(500, 1);
      add(-1, 2);
    });
    time.advance(5_000);
    expect(fired).toEqual([2, 1]);
    expect(time.timers).toBe(0);
  });

  it('fires each once, in the order of time, and none that was taken back', () => {
    const entry = fc.record({ ms: fc.integer({ min: 1, max: 50_000 }), keep: fc.boolean() });
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 60 }), (entries) => {
        const { time, fired, add } = queueOf();
        const takeBack = entries.map(({ ms }) => add(ms));
        entries.forEach(({ keep }, index) => {
          if (!keep) takeBack[index]?.();
        });
        time.advance(50_000 + LOOK_EVERY_MS);
        const kept = entries.filter(({ keep }) => keep).map(({ ms }) => ms);
        expect(fired).toEqual(kept.sort((a, b) => a - b));
        expect(time.timers).toBe(0);
      }),
    );
  });
});
