import type { PlatformClock } from '../../src/platform/index.ts';

/** A platform's clock that stands still until a test moves it. */
export interface ManualClock extends PlatformClock {
  /** Moves the time on; timers that come due run in their order. */
  advance(ms: number): void;
  /** Sets the wall clock without running timers, as a machine that slept. */
  jump(ms: number): void;
  /** The waits of the timers that are set, milliseconds. */
  readonly waits: readonly number[];
}

interface Timer {
  readonly at: number;
  readonly wait: number;
  readonly callback: () => void;
}

export function manualClock(start = Date.UTC(2030, 0, 1)): ManualClock {
  const timers = new Map<number, Timer>();
  let wall = start;
  let running = 0;
  let nextHandle = 1;

  const nextDue = (until: number): [number, Timer] | undefined =>
    [...timers].filter(([, { at }]) => at <= until).sort(([, a], [, b]) => a.at - b.at)[0];

  return {
    now: () => wall,
    setTimeout: (callback, wait) => {
      const handle = nextHandle;
      nextHandle += 1;
      timers.set(handle, { at: running + wait, wait, callback });
      return handle;
    },
    clearTimeout: (handle) => {
      if (typeof handle === 'number') timers.delete(handle);
    },
    advance: (ms) => {
      const until = running + ms;
      for (let due = nextDue(until); due !== undefined; due = nextDue(until)) {
        const [handle, timer] = due;
        timers.delete(handle);
        wall += timer.at - running;
        running = timer.at;
        timer.callback();
      }
      wall += until - running;
      running = until;
    },
    jump: (ms) => {
      wall += ms;
    },
    get waits() {
      return [...timers.values()].map(({ wait }) => wait);
    },
  };
}
