/** One measurement: a platform and somebody who polls it, each in a fresh process. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Talk, talkTo } from '../waiting/talk.ts';
import {
  type Command,
  type Kind,
  type Order,
  type PlatformReport,
  platformReportSchema,
  type Report,
  reportSchema,
} from './messages.ts';

export interface Plan {
  readonly kind: Kind;
  readonly waiting: number;
  /** How often some of those who wait are decided, and how many each time. */
  readonly rounds: number;
  readonly decided: number;
  /** How long nothing happens but reads, milliseconds. */
  readonly quietMs: number;
}

export interface Measured {
  /** In an interval in which nothing is decided. */
  readonly requests: number;
  readonly bytes: number;
  /** Processor time of the one who polls, µs. */
  readonly cpu: number;
  /** Decision → result, µs, sorted. */
  readonly latencies: readonly number[];
}

export const INTERVAL_MS = 1_000;
const EVERY_MS = 45;
/** For the reads of those who began to wait. */
const SETTLE_MS = 1_500;

type Subject = Talk<Order, Report>;
type Platform = Talk<Command, PlatformReport>;

export async function measure(plan: Plan): Promise<Measured> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-bench-'));
  const platform: Platform = talkTo({
    script: join(import.meta.dirname, 'platform.ts'),
    args: [plan.kind, folder],
    schema: platformReportSchema,
  });
  let subject: Subject | undefined;
  try {
    const { url } = await platform.next('listening');
    subject = talkTo<Order, Report>({
      script: join(import.meta.dirname, 'subject.ts'),
      args: [url, folder],
      schema: reportSchema,
    });
    return await run(plan, subject, platform);
  } finally {
    subject?.kill();
    platform.kill();
    await Promise.allSettled([subject?.ended(), platform.ended()]);
    await rm(folder, { recursive: true, force: true });
  }
}

async function run(plan: Plan, subject: Subject, platform: Platform): Promise<Measured> {
  await fill(subject, plan.waiting);
  await pause(SETTLE_MS);
  const quiet = await watch(plan.quietMs, subject, platform);
  const latencies: number[] = [];
  for (let round = 0; round < plan.rounds; round += 1) {
    // At no fixed place in the interval.
    await pause(Math.random() * INTERVAL_MS);
    latencies.push(...(await decide(plan.decided, subject, platform)));
    if (round + 1 < plan.rounds) await fill(subject, plan.decided);
  }
  return { ...quiet, latencies: latencies.toSorted((a, b) => a - b) };
}

async function fill(subject: Subject, count: number): Promise<void> {
  subject.send({ do: 'fill', count });
  await subject.next('filled');
}

async function watch(ms: number, subject: Subject, platform: Platform) {
  platform.send({ do: 'count' });
  await platform.next('counting');
  const before = await cpuOf(subject);
  await pause(ms);
  const cpu = (await cpuOf(subject)) - before;
  platform.send({ do: 'stop' });
  const { at, bytes } = await platform.next('counted');
  const reads = readsIn(at);
  return { requests: at.length / reads, bytes: bytes / reads, cpu: cpu / reads };
}

async function cpuOf(subject: Subject): Promise<number> {
  subject.send({ do: 'cpu' });
  return (await subject.next('cpu')).micros;
}

/** The requests of one read follow each other; the next read comes an interval later. */
function readsIn(at: readonly number[]): number {
  const apart = (INTERVAL_MS / 2) * 1_000;
  return at.filter((time, index) => index === 0 || time - (at[index - 1] ?? 0) > apart).length;
}

async function decide(count: number, subject: Subject, platform: Platform): Promise<number[]> {
  platform.send({ do: 'decide', count, everyMs: EVERY_MS });
  const { moments } = await platform.next('decided');
  const decidedAt = new Map(moments);
  const latencies: number[] = [];
  for (const _ of moments) {
    const { moment } = await subject.next('answered');
    latencies.push(moment[1] - (decidedAt.get(moment[0]) ?? Number.NaN));
  }
  return latencies;
}
