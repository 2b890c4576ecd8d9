/** What many runs have met. */
import { INTERESTING_EVENTS, type InterestingEvent } from './interesting-events.ts';
import type { Run } from './simulate.ts';

/** What a process that ran a share of the seeds reports. */
export interface Share {
  readonly runs: number;
  readonly steps: number;
  readonly failures: readonly { readonly seed: number; readonly violation: string }[];
  /** In how many runs each event was met. */
  readonly met: Readonly<Partial<Record<InterestingEvent, number>>>;
}

export class Tally {
  #runs = 0;
  #steps = 0;
  readonly #failures: { readonly seed: number; readonly violation: string }[] = [];
  readonly #met = new Map<InterestingEvent, number>();

  add({ seed, violation, counts, steps }: Run): void {
    this.#runs += 1;
    this.#steps += steps;
    if (violation !== undefined) this.#failures.push({ seed, violation });
    for (const event of counts.keys()) this.#met.set(event, (this.#met.get(event) ?? 0) + 1);
  }

  merge({ runs, steps, failures, met }: Share): void {
    this.#runs += runs;
    this.#steps += steps;
    this.#failures.push(...failures);
    for (const event of INTERESTING_EVENTS)
      this.#met.set(event, (this.#met.get(event) ?? 0) + (met[event] ?? 0));
  }

  get share(): Share {
    return {
      runs: this.#runs,
      steps: this.#steps,
      failures: [...this.#failures].sort((a, b) => a.seed - b.seed),
      met: Object.fromEntries(this.#met),
    };
  }

  get neverMet(): InterestingEvent[] {
    return INTERESTING_EVENTS.filter((event) => (this.#met.get(event) ?? 0) === 0);
  }

  /** In how many runs each event was met, as lines of text. */
  table(): string {
    const width = Math.max(...INTERESTING_EVENTS.map(({ length }) => length));
    return INTERESTING_EVENTS.map(
      (event) => `${event.padEnd(width)} ${String(this.#met.get(event) ?? 0).padStart(8)}\n`,
    ).join('');
  }
}
