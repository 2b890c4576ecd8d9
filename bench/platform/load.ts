/** Requesters and approvers at work, all in one process: many requests in flight. */
import { z } from 'zod';
import { approve, ask } from './approval-calls.ts';
import type { Role } from './child.ts';
import { type Exchange, exchangeWith } from './exchange.ts';
import { quantilesOf, quantilesSchema } from './quantiles.ts';

const orderSchema = z.discriminatedUnion('do', [
  z.object({
    do: z.literal('decide'),
    url: z.string(),
    token: z.string(),
    ms: z.number(),
    inFlight: z.number(),
  }),
  z.object({
    do: z.literal('read'),
    url: z.string(),
    token: z.string(),
    path: z.string(),
    times: z.number(),
  }),
]);

export const decidedSchema = z.object({
  /** Creates and decides together. */
  count: z.number(),
  seconds: z.number(),
  /** Milliseconds. */
  create: quantilesSchema,
  decide: quantilesSchema,
});

/** Milliseconds. */
export const readSchema = quantilesSchema;

async function timed<Result>(samples: number[], work: Promise<Result>): Promise<Result> {
  const before = performance.now();
  const result = await work;
  samples.push(performance.now() - before);
  return result;
}

/** Node takes one new connection in each round of its loop: among requests they would wait long. */
const openAll = (exchanges: readonly Exchange[], inFlight: number): Promise<unknown> =>
  Promise.all(
    exchanges.flatMap((exchange) =>
      Array.from({ length: inFlight }, () => exchange.get('/health')),
    ),
  );

async function decideFor(requester: Exchange, approver: Exchange, ms: number, inFlight: number) {
  const create: number[] = [];
  const decide: number[] = [];
  await openAll([requester, approver], inFlight);
  const start = performance.now();
  const worker = async (_: unknown, number: number): Promise<void> => {
    while (performance.now() - start < ms) {
      const asked = await timed(create, ask(requester, `agent-${number}`));
      await timed(decide, approve(approver, asked));
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  const seconds = (performance.now() - start) / 1_000;
  const count = create.length + decide.length;
  return { count, seconds, create: quantilesOf(create), decide: quantilesOf(decide) };
}

async function readTimes(approver: Exchange, path: string, times: number) {
  const samples: number[] = [];
  for (let count = 0; count < times; count += 1) {
    const { status, text } = await timed(samples, approver.get(path));
    if (status !== 200) throw new Error(`${path} was answered with ${status}: ${text}`);
  }
  return quantilesOf(samples);
}

export const role: Role = {
  obey: async (message) => {
    const order = orderSchema.parse(message);
    const inFlight = order.do === 'decide' ? order.inFlight : 1;
    const requester = exchangeWith(order.url, inFlight);
    const approver = exchangeWith(order.url, inFlight, order.token);
    try {
      return order.do === 'decide'
        ? await decideFor(requester, approver, order.ms, inFlight)
        : await readTimes(approver, order.path, order.times);
    } finally {
      requester.close();
      approver.close();
    }
  },
  stop: async () => {},
};
