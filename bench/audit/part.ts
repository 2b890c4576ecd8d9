/** The audit log alone, on the disk that temporary files are on. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Effort, Part } from '../report/figure.ts';
import { talkTo } from '../waiting/talk.ts';
import { figuresOf, type Round } from './figures.ts';
import { kills } from './kills.ts';
import { type Order, type Report, reportSchema } from './messages.ts';

const LINES = { burst: 50_000, awaited: 20_000, alone: 300 };
const FULL = { ...LINES, repeats: 3, pacedMs: 2_000, kills: 20 };
const QUICK = { ...LINES, repeats: 1, pacedMs: 1_000, kills: 3 };
type Size = typeof FULL;

export const audit: Part = async (effort) => {
  const size = effort.isQuick ? QUICK : FULL;
  const folder = await mkdtemp(join(tmpdir(), 'countersign-bench-'));
  try {
    const rounds = await measureAll(folder, size, effort);
    effort.say(`audit: ${size.kills} kills`);
    const killed = await kills(folder, size.kills);
    const about = `${ABOUT} ${size.kills} processes were killed in the middle of writing, after they had acknowledged ${killed.acknowledged.toLocaleString('en')} lines.`;
    return { title: 'The audit log', about, figures: figuresOf(rounds, killed) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

const ABOUT =
  'One process writes records as the machine emits them, about 480 bytes a line. Beside it, in turn, ready-made lines of the same length go into a bare file: written in groups as the log does, one write and one fdatasync at a time, without chain, format or checks. A stall is the longest time between two turns of a timer of 1 ms, and is also taken under the same load without a log.';

async function measureAll(folder: string, size: Size, effort: Effort): Promise<Round[]> {
  const rounds: Round[] = [];
  for (let repeat = 1; repeat <= size.repeats; repeat += 1) {
    effort.say(`audit: repeat ${repeat} of ${size.repeats}`);
    const bursts = await measure('bursts', { ...size, folder });
    const evenly = await measure('paced', { ...size, folder });
    rounds.push({ bursts, evenly });
  }
  return rounds;
}

async function measure<Is extends Order['do']>(
  what: Is,
  { folder, burst, awaited, alone, pacedMs }: Omit<Order, 'do'>,
): Promise<Extract<Report, { readonly is: Is }>> {
  const script = join(import.meta.dirname, 'agent.ts');
  const agent = talkTo<Order, Report>({ script, schema: reportSchema });
  try {
    agent.send({ do: what, folder, burst, awaited, alone, pacedMs });
    return await agent.next(what);
  } finally {
    agent.kill();
  }
}
