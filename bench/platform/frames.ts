/** From a decision to its frame: few and many sockets, of one workspace and of as many. */
import { z } from 'zod';
import type { Effort, Figure } from '../report/figure.ts';
import { type Child, startChild } from './child.ts';
import { type Measure, repeated } from './measures.ts';
import type { Quantiles } from './quantiles.ts';
import { seeded } from './seed.ts';
import { listeningSchema } from './server.ts';
import { framesSchema } from './sockets.ts';

const FEW = [1, 100] as const;
const MANY = 5_000;
const WANTED_MS = 10;
const YARDSTICK = 'a bare ws server';

/** Whose the sockets are. */
interface Crowd {
  readonly name: string;
  readonly workspaceOf: (socket: number) => string;
  /** Decisions in a repeat, with so many sockets. */
  readonly decisions: (sockets: number) => number;
}

const CROWDS: readonly Crowd[] = [
  {
    name: 'of one workspace',
    workspaceOf: () => 'team',
    decisions: (sockets) => (sockets === MANY ? 6 : 50),
  },
  {
    name: 'each of its own workspace',
    workspaceOf: (socket) => `agent-${socket}`,
    decisions: () => 100,
  },
];

/** The workspaces of the decisions of one repeat, spread over all sockets. */
const decidedIn = ({ workspaceOf, decisions }: Crowd, sockets: number): string[] =>
  Array.from({ length: decisions(sockets) }, (_, index) => workspaceOf((index * 997) % sockets));

interface Pair {
  readonly crowd: Crowd;
  /** The sockets of the platform, and those of the yardstick. */
  readonly ours: Child;
  readonly bare: Child;
}

const nothing = z.object({});

/** Starts a server and its sockets' process, and asks for all that will be decided. */
async function ready(
  crowd: Crowd,
  stack: AsyncDisposableStack,
  { sizes, repeats }: { readonly sizes: readonly number[]; readonly repeats: number },
): Promise<Pair> {
  const data = stack.use(await seeded(0));
  const orders = { server: { do: 'listen', dataDir: data.dataDir }, broadcast: {} };
  const [ours, bare] = await Promise.all(
    (['server', 'broadcast'] as const).map(async (role) => {
      const server = stack.use(startChild(role));
      const listening = await server.ask(orders[role], listeningSchema);
      const sockets = stack.use(startChild('sockets'));
      const once = sizes.flatMap((size) => decidedIn(crowd, size));
      const workspaces = Array.from({ length: repeats }, () => once).flat();
      await sockets.ask({ do: 'ask', ...listening, workspaces }, nothing);
      return sockets;
    }),
  );
  if (ours === undefined || bare === undefined) throw new Error('not started');
  return { crowd, ours, bare };
}

async function openUpTo({ crowd, ours, bare }: Pair, from: number, to: number): Promise<void> {
  const workspaces = Array.from({ length: to - from }, (_, at) => crowd.workspaceOf(from + at));
  for (const sockets of [ours, bare]) await sockets.ask({ do: 'open', workspaces }, nothing);
}

async function decide({ crowd, ours, bare }: Pair, sockets: number): Promise<Measure[]> {
  const order = { do: 'decide', workspaces: decidedIn(crowd, sockets) };
  const found = await ours.ask(order, framesSchema);
  const yardstick = await bare.ask(order, framesSchema);
  return (['p50', 'p99'] as const).map((quantile) =>
    measureOf(crowd, { sockets, quantile, found, yardstick }),
  );
}

interface Found {
  readonly sockets: number;
  readonly quantile: keyof Quantiles;
  readonly found: Quantiles;
  readonly yardstick: Quantiles;
}

function measureOf(crowd: Crowd, { sockets, quantile, found, yardstick }: Found): Measure {
  const isWanted = sockets === MANY && quantile === 'p99' && crowd === CROWDS[1];
  return {
    name: `decide → frame, ${sockets.toLocaleString('en')} sockets ${crowd.name}, ${quantile}`,
    unit: 'ms',
    better: 'less',
    value: found[quantile],
    yardstick: { to: YARDSTICK, value: yardstick[quantile] },
    ...(isWanted ? { goal: { of: 'value', bound: WANTED_MS } } : {}),
  };
}

export async function frames({ isQuick, say }: Effort, repeats: number): Promise<Figure[]> {
  // Thousands take seconds to open.
  const sizes = isQuick ? FEW : [...FEW, MANY];
  await using stack = new AsyncDisposableStack();
  const pairs: Pair[] = [];
  for (const crowd of CROWDS) pairs.push(await ready(crowd, stack, { sizes, repeats }));
  const figures: Figure[] = [];
  for (const [index, size] of sizes.entries()) {
    say(`decide → frame, ${size} sockets`);
    for (const pair of pairs) await openUpTo(pair, sizes[index - 1] ?? 0, size);
    const measureAll = async (): Promise<Measure[]> => {
      const measures: Measure[] = [];
      for (const pair of pairs) measures.push(...(await decide(pair, size)));
      return measures;
    };
    figures.push(...(await repeated(repeats, measureAll)));
  }
  return figures;
}
