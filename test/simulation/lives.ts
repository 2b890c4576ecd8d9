/** How the processes of a world come to life. */
import type { Environment } from '../../src/environment.ts';
import type { Crashes } from './crashes.ts';
import type { Disk } from './disk.ts';
import { environmentOf } from './environment-of.ts';
import type { FaultMix } from './fault-mix.ts';
import { Life } from './life.ts';
import type { LiveNetwork } from './live-network.ts';
import type { MachineTime } from './machine-time.ts';
import type { Network } from './network.ts';
import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';
import type { Trace } from './trace.ts';

export interface LivesOptions {
  readonly scheduler: Scheduler;
  readonly faults: FaultMix;
  readonly trace: Trace;
  readonly random: Random;
  readonly time: MachineTime;
  readonly disk: Disk;
  readonly network: Network;
  readonly live: LiveNetwork;
  readonly crashes: Crashes;
}

export interface NewLife {
  readonly life: Life;
  readonly environment: Environment;
  readonly awakeAtMost: number;
}

export class Lives {
  readonly #options: LivesOptions;
  readonly #all: Life[] = [];

  constructor(options: LivesOptions) {
    this.#options = options;
  }

  /** The next life of this process, and the world around it. */
  bear(slot: string): NewLife {
    const { scheduler, faults, trace, time, disk, network, live, crashes } = this.#options;
    const number = this.#all.filter(({ name }) => name.startsWith(slot)).length + 1;
    const random = this.#options.random.fork(`${slot}${number}`);
    // A pid is used again soon on a small machine.
    const identity = {
      pid: 100 + random.between(0, 3),
      startedAt: `${scheduler.now}`,
      host: 'machine',
    };
    const life = new Life({
      name: `${slot}${number}`,
      number,
      identity,
      isAlive: (other) =>
        this.#all.some(
          ({ isAlive, process }) =>
            isAlive && process.pid === other.pid && process.startedAt === other.startedAt,
        ),
      lanes: this.#all.length,
      time,
      random,
      trace,
      crash: crashes.planFor(random, number),
      mayCrash: () => !faults.isHealed,
      onCrash: (dead, during) => crashes.happened(dead, during),
      onEnd: (dead) => {
        network.forget(dead);
        live.forget(dead);
      },
    });
    this.#all.push(life);
    if (number > 1) trace.hit('process.restarted');
    const awakeAtMost = random.fork('awake').pick([0, 0, 1, Infinity]);
    if (awakeAtMost === 0) trace.hit('process.lets_all_sleep');
    const environment = environmentOf(life, { disk, faults, network, live });
    return { life, environment, awakeAtMost };
  }
}
