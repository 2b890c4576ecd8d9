/** The clock of the running process, somewhat quicker, in a machine that can be put to sleep. */
import { type DeadlineClock, LOOK_EVERY_MS } from '../../machines/index.ts';
import { systemEnvironment } from '../../src/index.ts';

export interface SleepyClock extends DeadlineClock {
  /**
   * So much time has passed at once. Timers stand still while a machine sleeps; then those of up to
   * `upToMs` (default: the one that looks at deadlines) come at once.
   */
  readonly sleep: (ms: number, upToMs?: number) => void;
}

/** Limits of ten seconds are five then: more than a step takes on a busy machine. */
const FACTOR = 2;

export function sleepyClock(): SleepyClock {
  const { clock } = systemEnvironment;
  const startedAt = { wall: clock.now(), monotonic: clock.monotonic() };
  let sleptMs = 0;
  const timers = new Map<unknown, { readonly ms: number; readonly callback: () => void }>();
  const monotonic = (): number => (clock.monotonic() - startedAt.monotonic) * FACTOR + sleptMs;
  return {
    monotonic,
    now: () => Math.round(startedAt.wall + monotonic()),
    setTimeout: (callback, ms) => {
      const fire = (): void => {
        timers.delete(handle);
        callback();
      };
      const handle = clock.setTimeout(fire, ms / FACTOR);
      timers.set(handle, { ms, callback });
      return handle;
    },
    clearTimeout: (handle) => {
      timers.delete(handle);
      clock.clearTimeout(handle);
    },
    sleep: (ms, upToMs = LOOK_EVERY_MS) => {
      sleptMs += ms;
      for (const [handle, timer] of Array.from(timers)) {
        if (timer.ms > upToMs || !timers.delete(handle)) continue;
        clock.clearTimeout(handle);
        timer.callback();
      }
    },
  };
}
