/** What happened, a line each: the same seed gives the same lines, byte for byte. */
import { createHash } from 'node:crypto';
import type { InterestingEvent } from './interesting-events.ts';
import type { Scheduler } from './scheduler.ts';

export class Trace {
  readonly counts = new Map<InterestingEvent, number>();
  readonly #hash = createHash('sha256');
  readonly #scheduler: Scheduler;
  readonly #kept: string[] | undefined;
  #lines = 0;

  /** @param keep whether the lines themselves are wanted */
  constructor(scheduler: Scheduler, keep: boolean) {
    this.#scheduler = scheduler;
    this.#kept = keep ? [] : undefined;
  }

  get lines(): readonly string[] {
    return this.#kept ?? [];
  }

  get length(): number {
    return this.#lines;
  }

  add(who: string, what: string): void {
    const line = `${this.#scheduler.now} ${who} ${what}`;
    this.#lines += 1;
    this.#hash.update(line).update('\n');
    this.#kept?.push(line);
  }

  /** Something that a run should reach now and then. */
  hit(event: InterestingEvent): void {
    this.counts.set(event, (this.counts.get(event) ?? 0) + 1);
    this.#kept?.push(`${this.#scheduler.now} * ${event}`);
  }

  /** Hex; ends the trace. */
  digest(): string {
    return this.#hash.digest('hex');
  }
}
