/** A process of its own for one repeat: the log and the bare file in turn. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { burst, type Paced, paced, quantile, single, writers } from './loads.ts';
import { type Bursts, type Evenly, type Order, orderSchema, type Report } from './messages.ts';
import { bareSink, logSink, memorySink, noSink, type Sink } from './sink.ts';

const LINES_PER_MS = 10;
/** Written before anything counts, so that the code is compiled. */
const WARM_UP = 25_000;

const [message]: unknown[] = await once(process, 'message');
const order = orderSchema.parse(message);
const folder = await mkdtemp(join(order.folder, 'audit-'));

const open = {
  log: () => logSink(join(folder, 'audit.jsonl')),
  bare: () => bareSink(join(folder, 'bare.jsonl')),
  memory: async () => memorySink(),
  none: async () => noSink,
};

/** With a sink that is warm, after a collection; the next load finds its own. */
async function withSink<Found>(
  kind: keyof typeof open,
  load: (sink: Sink) => Promise<Found>,
): Promise<Found> {
  const sink = await open[kind]();
  await burst(sink, WARM_UP);
  await writers(sink, 1_000);
  globalThis.gc?.();
  try {
    return await load(sink);
  } finally {
    await sink.close();
  }
}

async function bursts({ burst: lines, awaited, alone }: Order): Promise<Bursts> {
  const inOneGo = (sink: Sink): Promise<number> => burst(sink, lines);
  const waiting = (sink: Sink): Promise<number> => writers(sink, awaited);
  return {
    is: 'bursts',
    burst: {
      log: await withSink('log', inOneGo),
      bare: await withSink('bare', inOneGo),
      memory: await withSink('memory', inOneGo),
    },
    awaited: { log: await withSink('log', waiting), bare: await withSink('bare', waiting) },
    alone: await oneByOne(alone),
  };
}

/** Line by line in turn: both meet the same disk. */
const oneByOne = (count: number): Promise<Bursts['alone']> =>
  withSink('log', (log) =>
    withSink('bare', async (bare) => {
      const took = { log: [] as number[], bare: [] as number[] };
      for (let n = 0; n < count; n += 1) {
        took.log.push(await single(log, n));
        took.bare.push(await single(bare, n));
      }
      return { log: quantile(took.log, 0.5), bare: quantile(took.bare, 0.5) };
    }),
  );

async function evenly({ pacedMs }: Order): Promise<Evenly> {
  const load = (sink: Sink): Promise<Paced> => paced(sink, LINES_PER_MS, pacedMs);
  return {
    is: 'paced',
    none: await withSink('none', load),
    bare: await withSink('bare', load),
    log: await withSink('log', load),
  };
}

const report: Report = order.do === 'bursts' ? await bursts(order) : await evenly(order);
await rm(folder, { recursive: true });
process.send?.(report);
process.disconnect();
