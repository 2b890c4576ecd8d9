/** The whole world of one process. */
import type { Environment } from '../../src/environment.ts';
import type { Disk } from './disk.ts';
import type { FaultMix } from './fault-mix.ts';
import { filesOf } from './files-of.ts';
import type { Life } from './life.ts';
import type { LiveNetwork } from './live-network.ts';
import type { Network } from './network.ts';

export interface Surroundings {
  readonly disk: Disk;
  readonly faults: FaultMix;
  readonly network: Network;
  readonly live: LiveNetwork;
}

export function environmentOf(life: Life, around: Surroundings): Environment {
  const { disk, faults, network, live } = around;
  return {
    clock: {
      now: () => life.time.wall,
      monotonic: () => life.time.monotonic,
      setTimeout: (callback, ms) => life.setTimeout(callback, ms),
      clearTimeout: (handle) => life.clearTimeout(handle),
    },
    random: () => life.random.next(),
    uuid: () => life.random.uuid(),
    fetch: (input, init) => network.fetch(life, input, init),
    connect: (url, options) => live.connect(life, url, options),
    files: filesOf({ life, disk, faults }),
    process: life.process,
  };
}
