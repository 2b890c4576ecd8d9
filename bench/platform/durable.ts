/** Creates and decides, each answered only when it is on disk. */
import type { Effort, Figure } from '../report/figure.ts';
import { type Child, startChild } from './child.ts';
import { directPerSecond, fdatasyncMs } from './direct.ts';
import { decidedSchema } from './load.ts';
import { type Measure, repeated } from './measures.ts';
import { type Seeded, seeded } from './seed.ts';
import { cpuSchema, listeningSchema } from './server.ts';

const IN_FLIGHT = 64;
const PER_SECOND_WANTED = 3_000;

export async function durable({ isQuick, say }: Effort, repeats: number): Promise<Figure[]> {
  await using served = await seeded(0);
  await using direct = await seeded(0);
  await using server = startChild('server');
  await using load = startChild('load');
  const { url, token } = await server.ask(
    { do: 'listen', dataDir: served.dataDir },
    listeningSchema,
  );
  const decide = async (ms: number) => {
    const before = await server.ask({ do: 'cpu' }, cpuSchema);
    const order = { do: 'decide', url, token, ms, inFlight: IN_FLIGHT };
    const decided = await load.ask(order, decidedSchema);
    const cpuUs = (await usedCpu(server)) - before.cpuUs;
    return { ...decided, perSecond: decided.count / decided.seconds, cpuUs: cpuUs / decided.count };
  };
  const ms = isQuick ? 500 : 1_500;
  await decide(ms); // Until the code is compiled.
  return await repeated(repeats, async (repeat) => {
    say(`creates and decides, ${repeat + 1} of ${repeats}`);
    return measuresOf(await decide(ms), beside(direct, ms / 2));
  });
}

const usedCpu = async (server: Child): Promise<number> =>
  (await server.ask({ do: 'cpu' }, cpuSchema)).cpuUs;

interface Yardsticks {
  readonly perSecond: number;
  readonly fdatasyncMs: number;
}

const beside = (direct: Seeded, ms: number): Yardsticks => ({
  perSecond: directPerSecond(direct, ms),
  fdatasyncMs: fdatasyncMs(direct.dataDir, 100),
});

interface Decided {
  readonly perSecond: number;
  readonly cpuUs: number;
  readonly create: { readonly p50: number; readonly p99: number };
  readonly decide: { readonly p50: number; readonly p99: number };
}

function measuresOf(decided: Decided, direct: Yardsticks): readonly Measure[] {
  const times = (['create', 'decide'] as const).flatMap((what) =>
    (['p50', 'p99'] as const).map(
      (quantile): Measure => ({
        name: `${what}, ${IN_FLIGHT} in flight, ${quantile}`,
        unit: 'ms',
        better: 'less',
        value: decided[what][quantile],
        yardstick: { to: 'one fdatasync', value: direct.fdatasyncMs },
      }),
    ),
  );
  return [
    {
      name: `durable creates and decides, ${IN_FLIGHT} in flight`,
      unit: 'per second',
      better: 'more',
      value: decided.perSecond,
      yardstick: { to: 'node:sqlite alone, one after the other', value: direct.perSecond },
      goal: { of: 'value', bound: PER_SECOND_WANTED },
    },
    ...times,
    {
      name: 'CPU of the server for one of them',
      unit: 'µs',
      better: 'less',
      value: decided.cpuUs,
    },
    {
      name: 'the same transactions, node:sqlite alone',
      unit: 'per second',
      better: 'more',
      value: direct.perSecond,
    },
    { name: 'one fdatasync', unit: 'ms', better: 'less', value: direct.fdatasyncMs },
  ];
}
