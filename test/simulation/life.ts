/** One life of a process: from its start to its end or its crash. */
import type { ProcessIdentity, ProcessName } from '../../src/environment/process-identity.ts';
import type { MachineTime, Pending } from './machine-time.ts';
import type { Random } from './random.ts';
import type { Trace } from './trace.ts';

/** Where a process is killed: at its n-th operation, before or after it was done. */
export interface CrashPlan {
  readonly atOperation: number;
  readonly moment: 'before' | 'after';
}

export interface LifeOptions {
  readonly name: string;
  /** Which life of its process, from 1. */
  readonly number: number;
  readonly identity: ProcessName;
  readonly isAlive: (other: ProcessName) => boolean;
  readonly lanes: number;
  readonly time: MachineTime;
  readonly random: Random;
  readonly trace: Trace;
  readonly crash: CrashPlan | undefined;
  /** Whether crashes happen at all, now. */
  readonly mayCrash: () => boolean;
  /** @param during the operation that it was in */
  readonly onCrash: (life: Life, during: string) => void;
  /** It holds nothing any more. */
  readonly onEnd: (life: Life) => void;
}

/** What keeps its order within one process. */
export const LANES = { timers: 0, disk: 1, http: 2, socket: 3, agent: 4, lanes: 8 } as const;

export class Life {
  readonly name: string;
  readonly number: number;
  readonly process: ProcessIdentity;
  readonly time: MachineTime;
  readonly random: Random;
  readonly trace: Trace;
  readonly timers = new Set<Pending>();
  wasCrashed = false;
  readonly #options: LifeOptions;
  #alive = true;
  #operations = 0;

  constructor(options: LifeOptions) {
    this.#options = options;
    this.name = options.name;
    this.number = options.number;
    this.process = { ...options.identity, isAlive: options.isAlive };
    this.time = options.time;
    this.random = options.random;
    this.trace = options.trace;
  }

  get isAlive(): boolean {
    return this.#alive;
  }

  lane(kind: keyof typeof LANES): number {
    return this.#options.lanes * LANES.lanes + LANES[kind];
  }

  say(what: string): void {
    this.trace.add(this.name, what);
  }

  setTimeout(callback: () => void, ms: number): unknown {
    if (!this.#alive) return undefined;
    const pending = this.time.timer(ms, this.lane('timers'), () => {
      this.timers.delete(pending);
      if (this.#alive) callback();
    });
    this.timers.add(pending);
    return pending;
  }

  clearTimeout(handle: unknown): void {
    for (const pending of this.timers) {
      if (pending !== handle) continue;
      this.time.cancel(pending);
      this.timers.delete(pending);
    }
  }

  /** Something comes to the process, if it still lives then. */
  arrival(ms: number, kind: keyof typeof LANES, run: () => void): void {
    this.time.arrival(ms, this.lane(kind), () => {
      if (this.#alive) run();
    });
  }

  /**
   * One operation on the world outside. The process may die before it, or when it was done; its
   * promise is never settled then.
   */
  perform<Result>(what: string, ms: number, effect: () => Result): Promise<Result> {
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    const moment = this.enter(what);
    if (moment === 'dead') return promise;
    this.time.arrival(ms, this.lane('disk'), () => {
      // What the system had begun for a process that was killed it may still finish.
      if (!this.#alive && this.random.chance(0.5)) return;
      try {
        const result = effect();
        if (moment === 'dies after') this.crash(what);
        if (this.#alive) resolve(result);
      } catch (error) {
        reject(error);
      }
    });
    return promise;
  }

  /** Counts an operation, and dies here where that is planned. */
  enter(what: string): 'goes on' | 'dies after' | 'dead' {
    if (!this.#alive) return 'dead';
    this.#operations += 1;
    const { crash, mayCrash } = this.#options;
    if (crash?.atOperation !== this.#operations || !mayCrash()) return 'goes on';
    if (crash.moment === 'after') return 'dies after';
    this.crash(what);
    return 'dead';
  }

  /** kill -9, or the power: nothing of it happens any more. */
  crash(during: string): void {
    if (!this.#alive) return;
    this.crashQuietly();
    this.#options.onCrash(this, during);
  }

  /** With the machine, when the power fails. */
  crashQuietly(): void {
    if (!this.#alive) return;
    this.wasCrashed = true;
    this.end();
  }

  /** The process ends by itself, when nothing keeps it any more. */
  leave(ms: number): void {
    this.arrival(ms, 'agent', () => this.end());
  }

  /** The process ended. */
  end(): void {
    if (!this.#alive) return;
    this.#alive = false;
    this.#options.onEnd(this);
    for (const pending of this.timers) this.time.cancel(pending);
    this.timers.clear();
  }
}
