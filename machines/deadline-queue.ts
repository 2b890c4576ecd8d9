/**
 * Deadlines of many, on one timer. A binary heap by instant; one that was taken back stays in it,
 * marked, until half of the heap is such or its turn comes.
 */
import type { DeadlineClock } from './deadline.actor.ts';

/** Timers stand still while the machine sleeps, so a long one is taken in pieces of this size. */
export const LOOK_EVERY_MS = 1_000;

interface Entry {
  /** Of the monotonic clock. */
  readonly endsAt: number;
  fire: (() => void) | undefined;
}

export class DeadlineQueue {
  readonly #clock: DeadlineClock;
  #heap: Entry[] = [];
  #cancelled = 0;
  #timer: unknown;
  #dueAt = Number.POSITIVE_INFINITY;

  constructor(clock: DeadlineClock) {
    this.#clock = clock;
  }

  /**
   * Calls `fire` once, when the instant has come: at once, where it has already.
   * @param deadlineAt milliseconds since the epoch; wall time is read now and never again
   * @returns takes it back
   */
  add(deadlineAt: number, fire: () => void): () => void {
    const endsAt = this.instantOf(deadlineAt);
    if (endsAt > this.#clock.monotonic()) return this.addAt(endsAt, fire);
    fire();
    return () => undefined;
  }

  /** The same instant on the monotonic clock, which nobody sets. Milliseconds both. */
  instantOf(deadlineAt: number): number {
    return this.#clock.monotonic() + (deadlineAt - this.#clock.now());
  }

  /**
   * As {@link add}, for an instant of the monotonic clock; never before it returns.
   * @returns takes it back
   */
  addAt(endsAt: number, fire: () => void): () => void {
    const entry: Entry = { endsAt, fire };
    this.#push(entry);
    this.#arm();
    return () => this.#cancel(entry);
  }

  /**
   * Fires what is due. Called by the timer, and by whoever must not act after a deadline that the
   * timer has not noticed yet: right after a sleep, or when the process was busy.
   */
  look(): void {
    const now = this.#clock.monotonic();
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      if (first.fire !== undefined && first.endsAt > now) break;
      this.#pop();
      if (first.fire === undefined) this.#cancelled -= 1;
      const { fire } = first;
      first.fire = undefined;
      fire?.();
    }
    this.#arm();
  }

  #cancel(entry: Entry): void {
    if (entry.fire === undefined) return;
    entry.fire = undefined;
    this.#cancelled += 1;
    if (this.#cancelled * 2 <= this.#heap.length) return;
    this.#sweep();
    this.#arm();
  }

  /** Keeps the order of a heap: what is sorted is one. */
  #sweep(): void {
    this.#heap = this.#heap
      .filter(({ fire }) => fire !== undefined)
      .sort((a, b) => a.endsAt - b.endsAt);
    this.#cancelled = 0;
  }

  #arm(): void {
    const now = this.#clock.monotonic();
    const [first] = this.#heap;
    const dueAt = first === undefined ? Infinity : Math.min(first.endsAt, now + LOOK_EVERY_MS);
    // A timer that comes sooner than needed looks, and arms again.
    if (dueAt >= this.#dueAt && this.#dueAt > now && first !== undefined) return;
    this.#clock.clearTimeout(this.#timer);
    this.#dueAt = dueAt;
    if (first === undefined) return;
    const look = (): void => {
      this.#dueAt = Number.POSITIVE_INFINITY;
      this.look();
    };
    this.#timer = this.#clock.setTimeout(look, Math.max(0, dueAt - now));
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || parent.endsAt <= entry.endsAt) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      const below = this.#smallerChild(at);
      const child = heap[below];
      if (child === undefined || child.endsAt >= last.endsAt) break;
      heap[at] = child;
      at = below;
    }
    heap[at] = last;
  }

  #smallerChild(at: number): number {
    const left = 2 * at + 1;
    const [a, b] = [this.#heap[left], this.#heap[left + 1]];
    return b !== undefined && a !== undefined && b.endsAt < a.endsAt ? left + 1 : left;
  }
}
