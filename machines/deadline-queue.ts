/**
 * Deadlines of many, on one timer: a binary heap by instant, in which each knows its place, so that
 * one that is taken back leaves at once. To sort out a hundred thousand later takes tens of
 * milliseconds, in which nobody is answered.
 */
import type { DeadlineClock } from './deadline.actor.ts';

/** Timers stand still while the machine sleeps, so a long one is taken in pieces of this size. */
export const LOOK_EVERY_MS = 1_000;

interface Entry {
  /** Of the monotonic clock. */
  readonly endsAt: number;
  readonly fire: () => void;
  /** Its place in the heap; {@link GONE} when it is in it no more. */
  at: number;
}

const GONE = -1;

export class DeadlineQueue {
  readonly #clock: DeadlineClock;
  readonly #heap: Entry[] = [];
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
    const entry: Entry = { endsAt, fire, at: this.#heap.length };
    this.#heap.push(entry);
    this.#rise(entry);
    this.#arm();
    return () => this.#cancel(entry);
  }

  /**
   * Fires what is due. Called by the timer, and by whoever must not act after a deadline that the
   * timer has not noticed yet: right after a sleep, or when the process was busy.
   */
  look(): void {
    const now = this.#clock.monotonic();
    try {
      for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
        if (first.endsAt > now) break;
        this.#remove(first);
        first.fire();
      }
    } finally {
      // One that throws must not keep the others waiting for ever.
      this.#arm();
    }
  }

  /** The timer may have been armed for it: then it looks, and is armed again. */
  #cancel(entry: Entry): void {
    if (entry.at === GONE) return;
    this.#remove(entry);
    if (this.#heap.length === 0) this.#arm();
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

  /** The last one takes its place. */
  #remove(entry: Entry): void {
    const last = this.#heap.pop();
    const { at } = entry;
    entry.at = GONE;
    if (last === undefined || last === entry) return;
    this.#put(last, at);
    this.#rise(last);
    this.#sink(last);
  }

  #put(entry: Entry, at: number): void {
    this.#heap[at] = entry;
    entry.at = at;
  }

  #rise(entry: Entry): void {
    for (;;) {
      const parent = entry.at === 0 ? undefined : this.#heap[(entry.at - 1) >> 1];
      if (parent === undefined || parent.endsAt <= entry.endsAt) return;
      this.#swap(parent, entry);
    }
  }

  #sink(entry: Entry): void {
    for (;;) {
      const child = this.#earlierChild(entry.at);
      if (child === undefined || child.endsAt >= entry.endsAt) return;
      this.#swap(entry, child);
    }
  }

  #earlierChild(at: number): Entry | undefined {
    const [left, right] = [this.#heap[2 * at + 1], this.#heap[2 * at + 2]];
    return left !== undefined && right !== undefined && right.endsAt < left.endsAt ? right : left;
  }

  #swap(upper: Entry, lower: Entry): void {
    const { at } = upper;
    this.#put(upper, lower.at);
    this.#put(lower, at);
  }
}
