import { describe, expect, it, vi } from 'vitest';
import { silent } from '../../src/platform/logger.ts';
import { createSweeper } from '../../src/platform/sweeper.ts';
import { manualClock } from '../support/manual-clock.ts';

const never = () => Promise.resolve(undefined);

/** A sweeper, its clock, and when it swept. `next` finds the next deadline. */
function testSweeper(next: () => Promise<number | undefined>) {
  const clock = manualClock(0);
  const sweeps: number[] = [];
  const expireDue = (at: number) => {
    sweeps.push(at);
    return next();
  };
  return { clock, sweeps, sweeper: createSweeper({ clock, logger: silent, expireDue }) };
}

describe('the sweeper', () => {
  it('never waits so long that a timer overflows or sleeps through', () => {
    const { sweeper, clock } = testSweeper(never);
    sweeper.watch(3_650 * 86_400_000);
    expect(clock.waits).toEqual([30_000]);
  });

  it('looks every half minute for what another server over the same store took', async () => {
    const { sweeper, clock, sweeps } = testSweeper(never);
    await sweeper.sweep();
    expect(clock.waits).toEqual([30_000]);
    clock.advance(30_000);
    expect(sweeps).toEqual([0, 30_000]);
    await sweeper.close();
  });

  it('notices within half a minute that the machine has slept', async () => {
    const { sweeper, clock, sweeps } = testSweeper(never);
    sweeper.watch(3_600_000);
    clock.jump(7_200_000);
    clock.advance(30_000);
    await vi.waitUntil(() => sweeps.length === 1);
  });

  it('wakes up for the earliest deadline of all', () => {
    const { sweeper, clock, sweeps } = testSweeper(never);
    for (const at of [9_000, 3_000, 6_000]) sweeper.watch(at);
    expect(clock.waits).toEqual([3_000]);
    clock.advance(3_000);
    expect(sweeps).toEqual([3_000]);
  });

  it('tries again when the store fails', async () => {
    const { sweeper, clock, sweeps } = testSweeper(() => Promise.reject(new Error('disk')));
    sweeper.watch(10);
    clock.advance(10);
    await vi.waitUntil(() => clock.waits.length === 1);
    clock.advance(30_000);
    expect(sweeps).toEqual([10, 30_010]);
  });

  it('goes on when a deadline passes during a sweep', async () => {
    const during = Promise.withResolvers<number>();
    const { sweeper, clock, sweeps } = testSweeper(() => during.promise);
    const first = sweeper.sweep();
    sweeper.watch(10);
    clock.advance(20);
    during.resolve(10);
    await first;
    clock.advance(0);
    expect(sweeps).toEqual([0, 20]);
    await sweeper.close();
  });

  it('does nothing any more when it is closed', async () => {
    const { sweeper, clock, sweeps } = testSweeper(never);
    sweeper.watch(10);
    await sweeper.close();
    sweeper.watch(5);
    await sweeper.sweep();
    clock.advance(60_000);
    expect([clock.waits, sweeps]).toEqual([[], []]);
  });
});
