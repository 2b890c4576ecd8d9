/** Time as one machine sees it: a clock that people set, one that they cannot, and sleep. */
import type { Scheduler, Task } from './scheduler.ts';

/** The wall clock at the start of every run, milliseconds since the epoch. */
export const START_OF_TIME = Date.UTC(2031, 4, 17, 9, 30);
/** Longer timers fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Something that may be taken back. */
export interface Pending {
  task: Task;
}

export class MachineTime {
  readonly #scheduler: Scheduler;
  #wallOffset = 0;
  #slept = 0;
  #awakeAt = 0;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  get wall(): number {
    return START_OF_TIME + this.#scheduler.now + this.#wallOffset;
  }

  /** Counts sleep. */
  get monotonic(): number {
    return this.#scheduler.now;
  }

  /** When it woke up last, or will. */
  get awakeAt(): number {
    return this.#awakeAt;
  }

  /** Somebody sets the wall clock. */
  step(ms: number): void {
    this.#wallOffset += ms;
  }

  /** Time passes, and nothing here notices before it is over. */
  sleep(ms: number): void {
    if (this.#awakeAt > this.#scheduler.now) return;
    this.#slept += ms;
    this.#awakeAt = this.#scheduler.now + ms;
  }

  /** A timer of a process: stands still while the machine sleeps. */
  timer(ms: number, lane: number, run: () => void): Pending {
    const delay = ms > LONGEST_TIMER_MS || !(ms >= 1) ? 1 : ms;
    const schedule = (at: number, slept: number): Task =>
      this.#scheduler.at(at, lane, () => {
        const missed = this.#slept - slept;
        if (missed > 0) pending.task = schedule(this.#scheduler.now + missed, this.#slept);
        else run();
      });
    const pending: Pending = { task: schedule(this.#scheduler.now + delay, this.#slept) };
    return pending;
  }

  /** Something comes from outside: it waits until the machine is awake. */
  arrival(ms: number, lane: number, run: () => void): Pending {
    const schedule = (at: number): Task =>
      this.#scheduler.at(at, lane, () => {
        if (this.#awakeAt > this.#scheduler.now) pending.task = schedule(this.#awakeAt);
        else run();
      });
    const pending: Pending = { task: schedule(this.#scheduler.now + ms) };
    return pending;
  }

  cancel({ task }: Pending): void {
    this.#scheduler.cancel(task);
  }
}
