/** Virtual time and the one queue of what happens in it. */
import { mixed } from './random.ts';

export interface Task {
  readonly at: number;
  readonly tie: number;
  readonly order: number;
  run: (() => void) | undefined;
}

const isBefore = (a: Task, b: Task): boolean =>
  a.at < b.at || (a.at === b.at && (a.tie < b.tie || (a.tie === b.tie && a.order < b.order)));

/**
 * A binary heap by instant. Among what is due at one instant the seed chooses, but for what is in
 * one lane: that keeps its order, as timers of one process and bytes of one connection do.
 */
export class Scheduler {
  readonly #heap: Task[] = [];
  readonly #seed: number;
  #now = 0;
  #order = 0;
  #pending = 0;

  constructor(seed: number) {
    this.#seed = mixed(seed);
  }

  /** Milliseconds since the start of the run: the true time, which no machine need agree with. */
  get now(): number {
    return this.#now;
  }

  /** What is still to come. */
  get pending(): number {
    return this.#pending;
  }

  at(instant: number, lane: number, run: () => void): Task {
    const at = Math.max(this.#now, Math.ceil(instant));
    this.#order += 1;
    const tie = mixed(this.#seed ^ Math.imul(at, 0x85ebca6b) ^ Math.imul(lane, 0xc2b2ae35));
    const task: Task = { at, tie, order: this.#order, run };
    this.#pending += 1;
    this.#push(task);
    return task;
  }

  after(ms: number, lane: number, run: () => void): Task {
    return this.at(this.#now + ms, lane, run);
  }

  cancel(task: Task): void {
    if (task.run === undefined) return;
    task.run = undefined;
    this.#pending -= 1;
  }

  /** Lets the next thing happen. @returns false where nothing is left */
  step(): boolean {
    for (let task = this.#pop(); task !== undefined; task = this.#pop()) {
      if (task.run === undefined) continue;
      const { run } = task;
      task.run = undefined;
      this.#pending -= 1;
      this.#now = task.at;
      run();
      return true;
    }
    return false;
  }

  #push(task: Task): void {
    const heap = this.#heap;
    let at = heap.push(task) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || isBefore(parent, task)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = task;
  }

  #pop(): Task | undefined {
    const heap = this.#heap;
    const [first] = heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return last;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const [a, b] = [heap[left], heap[left + 1]];
      if (a === undefined) break;
      const below = b !== undefined && isBefore(b, a) ? b : a;
      if (isBefore(last, below)) break;
      heap[at] = below;
      at = below === a ? left : left + 1;
    }
    heap[at] = last;
    return first;
  }
}

/** Turns of the event loop that are ordered at once: it takes a microsecond to go round. */
const TURNS = 64;

/**
 * Calls `step` until it says false. Between two calls everything that promises have to do is done:
 * Node empties its queue of microtasks between two immediates.
 */
export function turns(step: () => boolean): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let left = 0;
  let over = false;
  const turn = (): void => {
    if (over) return;
    try {
      over = !step();
      if (over) resolve();
    } catch (error) {
      over = true;
      reject(error);
    }
    left -= 1;
    if (left === 0 && !over) order();
  };
  const order = (): void => {
    left = TURNS;
    for (let count = 0; count < TURNS; count += 1) setImmediate(turn);
  };
  order();
  return promise;
}
