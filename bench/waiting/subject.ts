/** The measured process: asks what it is told to, and reports times and sizes. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Asker } from './asker.ts';
import { countersignAsker } from './countersign-asker.ts';
import {
  type Moment,
  nowMicros,
  orderSchema,
  type Report,
  subjectOptionsSchema,
} from './messages.ts';
import { rawAsker } from './raw-asker.ts';
import { kyCreate, nodeCreate } from './raw-create.ts';

const SETTLE_MS = 500;
/** Creates under way at once. */
const AT_ONCE = 64;

const options = subjectOptionsSchema.parse(JSON.parse(process.argv[2] ?? ''));
const asker: Asker =
  options.client === 'countersign'
    ? countersignAsker(options)
    : await rawAsker(options.platformUrl, options.client === 'raw' ? nodeCreate() : kyCreate());

const tell = (report: Report): void => void process.send?.(report);
/** Twice: the first finds what finalizers keep. */
function collectGarbage(): void {
  globalThis.gc?.();
  globalThis.gc?.();
}

let asked = 0;
let expected = 0;
let moments: Moment[] = [];
let cpuAtStart = process.cpuUsage();

function cpuSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return user + system;
}

function answered(approvalId: string): void {
  moments.push([approvalId, nowMicros()]);
  if (moments.length < expected) return;
  const cpu = cpuSince(cpuAtStart);
  tell({ is: 'answered', cpu, moments });
  moments = [];
}

/** Resolves when so many more wait. */
function fill(count: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let left = count;
  let waiting = 0;
  const next = (): void => {
    if (left === 0) return;
    left -= 1;
    asked += 1;
    asker.ask(`Refund order ${asked}`, begun, answered).catch(fail);
  };
  const begun = (): void => {
    waiting += 1;
    if (waiting === count) resolve();
    else next();
  };
  for (let at = 0; at < AT_ONCE; at += 1) next();
  return promise;
}

function fail(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? error.stack : JSON.stringify(error)}\n`);
  process.exit(1);
}

/** What is kept for each that waits; the processor time of measuring it is not counted. */
async function measuredFill(count: number, weigh: boolean): Promise<void> {
  if (weigh) collectGarbage();
  const before = process.memoryUsage();
  const start = process.cpuUsage();
  await fill(count);
  const cpu = cpuSince(start);
  if (weigh) collectGarbage();
  const { heapUsed } = process.memoryUsage();
  // What a forced collection leaves to be done is no part of the next answer, nor of what is kept.
  if (weigh) await pause(SETTLE_MS);
  tell({ is: 'filled', cpu, heap: heapUsed - before.heapUsed, rss: process.memoryUsage.rss() });
}

process.on('message', (message) => {
  const order = orderSchema.parse(message);
  switch (order.do) {
    case 'fill':
      void measuredFill(order.count, order.weigh);
      break;
    case 'expect':
      expected = order.count;
      cpuAtStart = process.cpuUsage();
      break;
    case 'end':
      void asker.close().then(() => process.disconnect());
  }
});
process.once('disconnect', () => process.exit());
tell({ is: 'ready' });
