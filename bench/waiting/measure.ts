/** One measurement: a platform and an asker, each in a process of its own, fresh. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Command,
  type Moment,
  type Order,
  type PlatformReport,
  platformReportSchema,
  type Report,
  reportSchema,
  type Subject,
} from './messages.ts';
import { type Talk, talkTo } from './talk.ts';

export interface Plan {
  readonly subject: Subject;
  /** How many wait at once. */
  readonly waiting: number;
  /** Of these decided one by one, and then once more so many as wait, as long as there are fewer. */
  readonly paced: number;
  /** Between two of them, milliseconds. */
  readonly everyMs: number;
}

export interface Measured {
  /** Decision sent → result known, µs, sorted. */
  readonly latencies: readonly number[];
  /** Decisions a second, from the first that is sent to the last result. */
  readonly burst: number;
  /** Processor time of the asker for one approval, µs: until it waits, and from the decision on. */
  readonly cpuToAsk: number;
  readonly cpuToAnswer: number;
  /** Kept for each that waits, bytes. */
  readonly heap: number;
  /** Of the whole process while they wait, bytes. */
  readonly rss: number;
  readonly counted: Extract<PlatformReport, { is: 'counted' }>;
}

/** Asked and answered before anything counts, so that the code is compiled. */
const WARM_UP = 400;

type SubjectTalk = Talk<Order, Report>;
type PlatformTalk = Talk<Command, PlatformReport>;

export async function measure(plan: Plan): Promise<Measured> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-bench-'));
  const platform: PlatformTalk = talkTo({
    script: join(import.meta.dirname, 'platform.ts'),
    schema: platformReportSchema,
  });
  let subject: SubjectTalk | undefined;
  try {
    const { url: platformUrl } = await platform.next('listening');
    subject = talkTo<Order, Report>({
      script: join(import.meta.dirname, 'subject.ts'),
      args: [JSON.stringify({ ...plan.subject, platformUrl, folder })],
      schema: reportSchema,
    });
    await subject.next('ready');
    const measured = await run(plan, subject, platform);
    subject.send({ do: 'end' });
    await subject.ended();
    return measured;
  } finally {
    subject?.kill();
    platform.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

async function run(
  { waiting, paced, everyMs }: Plan,
  subject: SubjectTalk,
  platform: PlatformTalk,
): Promise<Measured> {
  await fill(subject, WARM_UP);
  await decide(subject, platform, WARM_UP, 0);
  const filled = await fill(subject, waiting, 'weigh');
  const latencies: number[] = [];
  for (let left = paced; left > 0; ) {
    const count = Math.min(left, waiting);
    latencies.push(...(await decide(subject, platform, count, everyMs)).latencies);
    left -= count;
    await fill(subject, count);
  }
  const burst = await decide(subject, platform, waiting, 0);
  platform.send({ do: 'count' });
  return {
    latencies: latencies.toSorted((a, b) => a - b),
    burst: burst.perSecond,
    cpuToAsk: filled.cpu / waiting,
    cpuToAnswer: burst.cpu / waiting,
    heap: filled.heap / waiting,
    rss: filled.rss,
    counted: await platform.next('counted'),
  };
}

async function fill(subject: SubjectTalk, count: number, weigh?: 'weigh') {
  subject.send({ do: 'fill', count, weigh: weigh !== undefined });
  return subject.next('filled');
}

async function decide(
  subject: SubjectTalk,
  platform: PlatformTalk,
  count: number,
  everyMs: number,
) {
  subject.send({ do: 'expect', count });
  platform.send({ do: 'decide', count, everyMs });
  const [{ moments: sent }, { moments, cpu }] = await Promise.all([
    platform.next('decided'),
    subject.next('answered'),
  ]);
  const sentAt = new Map<string, number>(sent);
  const latencies = moments.map(([id, at]) => at - (sentAt.get(id) ?? Number.NaN));
  return { latencies, perSecond: perSecond(sent, moments), cpu };
}

function perSecond(sent: readonly Moment[], got: readonly Moment[]): number {
  const first = Math.min(...sent.slice(0, 1).map(([, at]) => at));
  const last = got.reduce((latest, [, at]) => Math.max(latest, at), first);
  return (got.length / (last - first)) * 1e6;
}
