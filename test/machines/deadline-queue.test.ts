import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DeadlineQueue } from '../../machines/index.ts';
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
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.record({ add: fc.integer({ min: 1, max: 50_000 }) }) },
      { weight: 3, arbitrary: fc.record({ takeBack: fc.nat() }) },
      { weight: 1, arbitrary: fc.record({ advance: fc.integer({ min: 0, max: 5_000 }) }) },
    );
    fc.assert(
      fc.property(fc.array(step, { minLength: 50, maxLength: 150 }), (steps) => {
        const { time, queue, fired } = queueOf();
        const open: { readonly at: number; readonly takeBack: () => void }[] = [];
        const expected: number[] = [];
        const advance = (ms: number): void => {
          time.advance(ms);
          queue.look();
          const due = open.filter(({ at }) => at <= time.clock.now());
          expected.push(...due.map(({ at }) => at).sort((a, b) => a - b));
          for (const one of due) open.splice(open.indexOf(one), 1);
        };
        for (const each of steps) {
          if ('advance' in each) advance(each.advance);
          else if ('add' in each) {
            const at = time.clock.now() + each.add;
            open.push({ at, takeBack: queue.add(at, () => fired.push(at)) });
          } else
            for (const { takeBack } of open.splice(each.takeBack % (open.length + 1), 1))
              takeBack();
          expect(fired).toEqual(expected);
          expect(time.timers).toBe(open.length === 0 ? 0 : 1);
        }
        advance(50_000);
        expect(fired).toEqual(expected);
        expect(time.timers).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  it('fires the others also where one throws', () => {
    const { time, queue, fired, add } = queueOf();
    queue.add(time.clock.now() + 1_000, () => {
      throw new Error('broken');
    });
    add(2_000);
    expect(() => time.advance(1_000)).toThrow('broken');
    expect(time.timers).toBe(1);
    time.advance(1_000);
    expect(fired).toEqual([2_000]);
  });

  it('takes nothing back twice', () => {
    const { time, fired, add } = queueOf();
    const first = add(1_000);
    add(2_000);
    add(3_000);
    first();
    first();
    time.advance(4_000);
    expect(fired).toEqual([2_000, 3_000]);
  });
});
