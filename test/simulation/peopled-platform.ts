/** The platform of a world, as the seed draws it, and the person who decides there. */
import type { FakePlatformQuirks } from '../../src/testing/fake/quirks.ts';
import type { FakeRow } from '../../src/testing/fake/rows.ts';
import type { FaultMix } from './fault-mix.ts';
import type { Ledger } from './ledger.ts';
import { ModelPlatform } from './model-platform.ts';
import { Person } from './person.ts';
import { ORIGIN } from './process-settings.ts';
import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';
import type { Trace } from './trace.ts';

export interface PeopledPlatformOptions {
  readonly scheduler: Scheduler;
  readonly faults: FaultMix;
  readonly trace: Trace;
  readonly ledger: Ledger;
  readonly random: Random;
  readonly announce: (frame: string) => void;
}

export function peopledPlatform(options: PeopledPlatformOptions): ModelPlatform {
  const { faults, random } = options;
  const person = random.fork('person');
  const platform: ModelPlatform = new ModelPlatform({
    ...options,
    isOwn: random.chance(0.3),
    // Drawn apart, so that the worlds of old seeds stay what they were.
    tellsChanges: random.fork('changes').chance(0.8),
    skewMs: random.pick([0, 0, 86_400_000, -86_400_000]),
    quirks: quirksOf(random, faults),
    onCreate: (row) => {
      noteRow(options, row);
      new Person({ ...options, platform, random: person }).sees(row);
    },
  });
  return platform;
}

function noteRow({ ledger, trace, scheduler }: PeopledPlatformOptions, row: FakeRow): void {
  if (ledger.rowsOfKey(row.task_id).length > 0) trace.hit('post.second_row_of_a_key');
  ledger.created(row, scheduler.now);
  trace.add('platform', `stores ${row.id} of ${row.task_id}`);
}

function quirksOf(random: Random, faults: FaultMix): Partial<FakePlatformQuirks> {
  return {
    dialect: random.pick(['enveloped', 'flat']),
    requireToken: random.chance(0.3) ? 'token-0' : undefined,
    requireOrigin: random.pick([undefined, undefined, ORIGIN, 'http://other.example']),
    rateLimit: faults.has('platform.limit') ? random.between(8, 60) : 100_000,
    expireAfterMs: faults.has('platform.expires') ? random.between(3_000, 40_000) : 600_000,
  };
}
