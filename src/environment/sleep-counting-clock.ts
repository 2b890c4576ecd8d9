/**
 * Milliseconds that nobody can set and that go on while the machine sleeps.
 *
 * `performance.now()` is exact and stands still then; `os.uptime()` does not, and is a system call
 * that takes 100 times as long. So the uptime is read only when the wall clock has moved against the
 * exact one, which it does in every sleep (and when somebody sets it), and once a second.
 */
import { uptime } from 'node:os';

export interface Clocks {
  /** Exact; may stand still while the machine sleeps. Milliseconds. */
  readonly exact: () => number;
  /** Goes on while the machine sleeps; in steps of 10 ms. Milliseconds. */
  readonly sleepless: () => number;
  /** May be set. Milliseconds. */
  readonly wall: () => number;
}

/** What two readings may differ by although nothing slept, milliseconds. */
const MEASURING_ERROR_MS = 500;
/** Of the wall clock against the exact one, milliseconds. */
const NOTICEABLE_MS = 100;
const LOOK_EVERY_MS = 1_000;

const systemClocks: Clocks = {
  exact: () => performance.now(),
  sleepless: () => uptime() * 1_000,
  wall: () => Date.now(),
};

/** A clock that begins now; it never goes back. */
export function sleepCountingClock({
  exact,
  sleepless,
  wall,
}: Clocks = systemClocks): () => number {
  const atStart = sleepless() - exact();
  let slept = 0;
  let lookedAt = exact();
  let lead = wall() - lookedAt;
  return () => {
    const now = exact();
    const leadNow = wall() - now;
    if (now - lookedAt >= LOOK_EVERY_MS || Math.abs(leadNow - lead) > NOTICEABLE_MS) {
      const more = sleepless() - now - atStart - slept;
      if (more > MEASURING_ERROR_MS) slept += more;
      lookedAt = now;
      lead = leadNow;
    }
    return now + slept;
  };
}
