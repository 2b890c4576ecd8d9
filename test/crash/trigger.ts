/** Ends the process at the planned point, as a power cut does: no handler runs, nothing is flushed. */
import { writeSync } from 'node:fs';
import type { Crash, Said } from './plan.ts';

export type Moment = 'before' | 'in' | 'after';

export const say = (said: Said): void => {
  writeSync(1, `${JSON.stringify(said)}\n`);
};

export class Trigger {
  readonly #crash: Crash | undefined;
  readonly #times = new Map<string, number>();
  #operations = 0;

  constructor(crash: Crash | undefined) {
    this.#crash = crash;
  }

  get operations(): number {
    return this.#operations;
  }

  /** An operation from its beginning to its end; `half` does a part of it, where that is possible. */
  async around<Result>(
    name: string,
    operation: () => Promise<Result>,
    half?: () => Promise<unknown>,
  ): Promise<Result> {
    const number = this.begin(name);
    if (half !== undefined && this.#isPlanned('in', name, number)) {
      await half();
      this.#die(`${name} in the middle`);
    }
    const result = await operation();
    this.end(name, number);
    return result;
  }

  /** @returns the number of the operation */
  begin(name: string): number {
    this.#operations += 1;
    if (this.#isPlanned('before', name, this.#operations)) this.#die(`before ${name}`);
    return this.#operations;
  }

  end(name: string, number: number): void {
    if (this.#isPlanned('after', name, number)) this.#die(`after ${name}`);
  }

  #isPlanned(moment: Moment, name: string, number: number): boolean {
    const crash = this.#crash;
    if (crash === undefined) return false;
    if ('operation' in crash)
      // Most operations have no middle.
      return (
        crash.operation === number && [moment, moment === 'after' && 'in'].includes(crash.moment)
      );
    if (crash.at !== pointOf(moment, name)) return false;
    const time = (this.#times.get(crash.at) ?? 0) + 1;
    this.#times.set(crash.at, time);
    return time === crash.time;
  }

  #die(at: string): void {
    say({ type: 'dies', at, operation: this.#operations });
    process.kill(process.pid, 'SIGKILL');
    // The signal arrives when this thread looks for it next, which must be here.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  }
}

/** `journal write` before: `journal.before_write`. */
function pointOf(moment: Moment, name: string): string {
  const [what = '', verb = ''] = name.split(' ');
  return `${what}.${moment}_${verb}`;
}
