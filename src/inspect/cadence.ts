/**
 * Runs something at once when it was idle, and else no more often than every so many milliseconds,
 * however often it is asked to. Keeps no process alive.
 */
export class Cadence {
  readonly #everyMs: number;
  readonly #run: () => void;
  #lastAt = Number.NEGATIVE_INFINITY;
  #waiting: (() => void) | undefined;

  /** @param everyMs between two runs, milliseconds */
  constructor(everyMs: number, run: () => void) {
    this.#everyMs = everyMs;
    this.#run = run;
  }

  /** Not on the stack of the caller: what comes with it in one go is done in one go. */
  ask(): void {
    if (this.#waiting !== undefined) return;
    const waitMs = this.#lastAt + this.#everyMs - performance.now();
    if (waitMs <= 0) {
      const soon = setImmediate(() => this.#now()).unref();
      this.#waiting = () => clearImmediate(soon);
    } else {
      const timer = setTimeout(() => this.#now(), waitMs).unref();
      this.#waiting = () => clearTimeout(timer);
    }
  }

  stop(): void {
    this.#waiting?.();
    this.#waiting = undefined;
  }

  #now(): void {
    this.#waiting = undefined;
    this.#lastAt = performance.now();
    this.#run();
  }
}
