import type { DeadlineClock } from '../../machines/index.ts';

/** A clock that stands still until it is told; wall time, monotonic time and timers apart. */
export class SimulatedTime {
  #now = 1_000_000_000_000;
  #monotonic = 0;
  readonly #timers = new Map<number, { readonly at: number; readonly callback: () => void }>();
  #ids = 0;

  readonly clock: DeadlineClock = {
    now: () => this.#now,
    monotonic: () => this.#monotonic,
    setTimeout: (callback, ms) => {
      // As Node does: a delay beyond 2^31 - 1 fires at once.
      const delay = ms > 2 ** 31 - 1 || !(ms >= 1) ? 1 : ms;
      this.#ids += 1;
      this.#timers.set(this.#ids, { at: this.#timerTime + delay, callback });
      return this.#ids;
    },
    clearTimeout: (handle) => {
      if (typeof handle === 'number') this.#timers.delete(handle);
    },
  };
  /** Timers stand still while the machine sleeps. */
  #timerTime = 0;

  get timers(): number {
    return this.#timers.size;
  }

  /** Time passes, and timers fire in their order. */
  advance(ms: number): void {
    const end = this.#timerTime + ms;
    for (;;) {
      const [id, next] = [...this.#timers].sort(([, a], [, b]) => a.at - b.at)[0] ?? [];
      if (id === undefined || next === undefined || next.at > end) break;
      this.#pass(next.at - this.#timerTime);
      this.#timers.delete(id);
      next.callback();
    }
    this.#pass(end - this.#timerTime);
  }

  /** The machine sleeps: time passes, and no timer notices. */
  sleep(ms: number): void {
    this.#now += ms;
    this.#monotonic += ms;
  }

  /** Somebody sets the wall clock. */
  step(ms: number): void {
    this.#now += ms;
  }

  #pass(ms: number): void {
    this.#timerTime += ms;
    this.#now += ms;
    this.#monotonic += ms;
  }
}
