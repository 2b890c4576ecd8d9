/** Ends what is past its deadline, whether anybody looks or not. */
import { messageOf } from '../errors.ts';
import type { PlatformClock } from './clock.ts';
import type { PlatformLogger } from './logger.ts';

/**
 * Timers stand still while the machine sleeps, one of 2^31 ms or more fires at once, and another
 * server over the same store may take requests and then be gone: never wait longer than this,
 * milliseconds, before the store is asked what is due.
 */
const LOOK_EVERY_MS = 30_000;

export interface Sweeper {
  /** There is a deadline at this instant: wake up then at the latest. */
  watch(at: number): void;
  /** Ends what is due now. */
  sweep(): Promise<void>;
  /** Resolves when nothing is being ended any more. */
  close(): Promise<void>;
}

export interface SweeperOptions {
  readonly clock: PlatformClock;
  readonly logger: PlatformLogger;
  /** Ends what is due. @returns the next deadline */
  readonly expireDue: (now: number) => Promise<number | undefined>;
}

export function createSweeper({ clock, logger, expireDue }: SweeperOptions): Sweeper {
  let next = Number.POSITIVE_INFINITY;
  let timer: unknown;
  let closed = false;
  let sweeping: Promise<void> | undefined;

  const arm = (): void => {
    clock.clearTimeout(timer);
    if (closed) return;
    const waitMs = Math.min(Math.max(next - clock.now(), 0), LOOK_EVERY_MS);
    timer = clock.setTimeout(() => void sweep(), waitMs);
  };

  const run = async (): Promise<void> => {
    next = Number.POSITIVE_INFINITY;
    try {
      watch((await expireDue(clock.now())) ?? Number.POSITIVE_INFINITY);
    } catch (error) {
      logger.error(
        { error: messageOf(error) },
        'cannot end what is past its deadline; trying again',
      );
      watch(clock.now() + LOOK_EVERY_MS);
    }
    sweeping = undefined;
    // A timer that fired during the sweep joined it and set no other.
    arm();
  };

  const sweep = (): Promise<void> => {
    if (!closed) sweeping ??= run();
    return sweeping ?? Promise.resolve();
  };

  const watch = (at: number): void => {
    if (at >= next) return;
    next = at;
    arm();
  };

  return {
    watch,
    sweep,
    close: async () => {
      closed = true;
      clock.clearTimeout(timer);
      await sweeping;
    },
  };
}
