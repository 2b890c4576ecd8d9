/** Approvals that wait without a live channel: what reading costs, and how long answers take. */
import { type Effort, type Figure, type Part, spreadOf } from '../report/figure.ts';
import { INTERVAL_MS, type Measured, measure, type Plan } from './measure.ts';
import type { Kind } from './messages.ts';

const KINDS: readonly Kind[] = ['own', 'molecule'];
const NAMES = { own: 'our platform', molecule: "Molecule's list" } as const;

type Size = Omit<Plan, 'kind'>;

const FULL: readonly Size[] = [
  { waiting: 1, rounds: 4, decided: 1, quietMs: 4_000 },
  { waiting: 1_000, rounds: 1, decided: 40, quietMs: 4_000 },
  { waiting: 10_000, rounds: 1, decided: 40, quietMs: 4_000 },
];
const QUICK: readonly Size[] = [{ waiting: 300, rounds: 1, decided: 10, quietMs: 2_000 }];

export const polling: Part = async (effort) => {
  const sizes = effort.isQuick ? QUICK : FULL;
  // At the same time: nearly all of it is waiting.
  const figures = (await Promise.all(sizes.map((size) => both(size, effort)))).flat();
  return { title: 'Approvals that poll', about: ABOUT, figures };
};

async function both(size: Size, { say }: Effort): Promise<Figure[]> {
  say(`${size.waiting} waiting, polling every second`);
  const found = await Promise.all(
    KINDS.map(async (kind) => figuresOf(kind, size.waiting, await measure({ ...size, kind }))),
  );
  return found.flat();
}

function figuresOf(kind: Kind, waiting: number, measured: Measured): Figure[] {
  const { requests, bytes, cpu, latencies } = measured;
  const where = `${NAMES[kind]}, ${waiting.toLocaleString('en')} waiting`;
  const less = (what: string, unit: Figure['unit'], value: number): Figure => ({
    name: `${where}: ${what}`,
    unit,
    better: 'less',
    value: spreadOf([value]),
  });
  const p50 = (latencies[Math.floor(latencies.length / 2)] ?? Number.NaN) / 1_000;
  const longest = (latencies.at(-1) ?? Number.NaN) / 1_000;
  return [
    {
      ...less('list requests in an interval', 'count', requests),
      goal: { of: 'value', bound: 1 },
    },
    less('bytes of lists in an interval', 'bytes', bytes),
    less('CPU in an interval', 'ms', cpu / 1_000),
    less('decision → result, p50', 'ms', p50),
    less('decision → result, longest', 'ms', longest),
    less('decision → result, longest, in intervals', 'count', longest / INTERVAL_MS),
  ];
}

const ABOUT = [
  'One process asks through `approvals.request` with `useWebSocket: false` and reads decisions every second; the platform, in a process of its own, counts its list requests and the bytes of their answers while nothing is decided, and then decides some of the newest.',
  "`our platform` is `createPlatform` on SQLite; `Molecule's list` is a stub that lists the newest fifty rows. All are measured at the same time.",
].join(' ');
