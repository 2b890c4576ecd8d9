/** Many stories, until enough processes were killed. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildAsker, endAllAskers } from './asker-process.ts';
import { chronicle } from './chronicle.ts';
import { startOwnPlatform } from './platform.ts';
import { POINTS } from './points.ts';
import { type Story, storyOf } from './story.ts';
import { type Stage, type Told, tellStory } from './tell-story.ts';

export interface CampaignOptions {
  /** Ends after the story in which this many processes were killed; default: after all stories. */
  readonly kills?: number;
  readonly stories: Iterable<Story>;
  /** How many stories are told at the same time. */
  readonly atOnce: number;
  /** Takes what is to be printed. */
  readonly print: (line: string) => void;
  /** Prints each story, also one that is as it must be. */
  readonly isVerbose?: boolean;
}

export interface Tally {
  kills: number;
  restarts: number;
  approvals: number;
  violations: number;
  readonly reached: Map<string, number>;
  readonly seconds: number;
}

/** The story of each seed, on and on. */
export function* storiesFrom(seed: number, at?: string): Generator<Story> {
  for (let n = seed; ; n += 1) yield storyOf(n, at);
}

export async function runCampaign(options: CampaignOptions): Promise<Tally> {
  const startedAt = Date.now();
  const folder = mkdtempSync(join(tmpdir(), 'countersign-crash-'));
  process.once('exit', endAllAskers);
  const ownPlatform = await startOwnPlatform(folder);
  try {
    const program = await buildAsker(join(folder, 'program'));
    const tally = {
      kills: 0,
      restarts: 0,
      approvals: 0,
      violations: 0,
      reached: new Map<string, number>(),
    };
    await tellAll({ program, folder, ownPlatform }, options, tally);
    return { ...tally, seconds: Math.round((Date.now() - startedAt) / 1000) };
  } finally {
    endAllAskers();
    await ownPlatform.close();
    process.removeListener('exit', endAllAskers);
    rmSync(folder, { recursive: true, force: true });
  }
}

async function tellAll(
  stage: Stage,
  { stories, atOnce, kills = Infinity, print, isVerbose = false }: CampaignOptions,
  tally: Omit<Tally, 'seconds'>,
): Promise<void> {
  const waiting = stories[Symbol.iterator]();
  const teller = async (): Promise<void> => {
    while (tally.kills < kills) {
      const next = waiting.next();
      if (next.done === true) return;
      const told = await tellStory(next.value, stage);
      count(tally, told);
      if (isVerbose || told.violations.length > 0) for (const line of chronicle(told)) print(line);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, teller));
}

function count(tally: Omit<Tally, 'seconds'>, { evidence, violations, reached }: Told): void {
  const { lives, audit } = evidence;
  tally.kills += lives.filter(({ wasKilled }) => wasKilled).length;
  tally.restarts += lives.length - 1;
  tally.approvals += new Set(
    audit.filter(({ action }) => action === 'approve').map(({ trace_id }) => trace_id),
  ).size;
  tally.violations += violations.length;
  for (const at of reached) tally.reached.set(at, (tally.reached.get(at) ?? 0) + 1);
}

/** Named points at which nobody was killed. */
export const unreached = ({ reached }: Tally): string[] =>
  [...new Set(POINTS.map(({ at }) => at))].filter((at) => !reached.has(at));
