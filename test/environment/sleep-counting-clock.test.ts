import { describe, expect, it } from 'vitest';
import { sleepCountingClock } from '../../src/environment/sleep-counting-clock.ts';

/** A machine that can sleep, and whose wall clock can be set. */
function machine() {
  let exactMs = 5_000;
  let sleptMs = 70_000;
  let setMs = 0;
  let uptimes = 0;
  const clock = sleepCountingClock({
    exact: () => exactMs,
    sleepless: () => {
      uptimes += 1;
      return exactMs + sleptMs;
    },
    wall: () => 1_700_000_000_000 + exactMs + sleptMs + setMs,
  });
  return {
    clock,
    run: (ms: number) => {
      exactMs += ms;
    },
    sleep: (ms: number) => {
      sleptMs += ms;
    },
    setWallClock: (ms: number) => {
      setMs += ms;
    },
    uptimes: () => uptimes,
  };
}

describe('the clock that counts sleep', () => {
  it('counts a sleep at the very next look', () => {
    const { clock, run, sleep } = machine();
    const before = clock();
    run(10);
    sleep(3_600_000);
    expect(clock() - before).toBe(3_600_010);
    run(5);
    expect(clock() - before).toBe(3_600_015);
  });

  it('counts several sleeps', () => {
    const { clock, run, sleep } = machine();
    const before = clock();
    for (let night = 0; night < 3; night += 1) {
      run(100);
      sleep(10_000);
      clock();
    }
    expect(clock() - before).toBe(30_300);
  });

  it.each([3_600_000, -3_600_000])('does not care that the wall clock is set by %d ms', (ms) => {
    const { clock, run, setWallClock } = machine();
    const before = clock();
    run(10);
    setWallClock(ms);
    expect(clock() - before).toBe(10);
  });

  it('counts within a second a sleep that the wall clock was set to hide', () => {
    const { clock, run, sleep, setWallClock } = machine();
    const before = clock();
    sleep(60_000);
    setWallClock(-60_000);
    run(1_000);
    expect(clock() - before).toBe(61_000);
  });

  it('never goes back', () => {
    const { clock, run, sleep } = machine();
    let before = clock();
    for (const ms of [10, 900, -400, 600, -600, 2_000, -300]) {
      run(400);
      sleep(ms);
      const now = clock();
      expect(now).toBeGreaterThanOrEqual(before);
      before = now;
    }
  });

  it('asks for the uptime once a second and no more while nothing sleeps', () => {
    const { clock, run, uptimes } = machine();
    const before = uptimes();
    for (let at = 0; at < 1_000; at += 1) {
      run(10);
      clock();
    }
    expect(uptimes() - before).toBe(10);
  });
});
