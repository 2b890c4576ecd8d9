/** Processes that are killed in the middle of writing: is every line there that was acknowledged? */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';

const SCRIPT = join(import.meta.dirname, 'killed-writer.ts');
/** So many are killed at the same time. */
const AT_ONCE = 4;
/** Each one lives a little longer than the one before. */
const STEP = 61;

export interface Killed {
  readonly acknowledged: number;
  readonly lost: number;
}

export async function kills(folder: string, count: number): Promise<Killed> {
  const sum = { acknowledged: 0, lost: 0 };
  for (let first = 0; first < count; first += AT_ONCE) {
    const length = Math.min(AT_ONCE, count - first);
    const some = Array.from({ length }, (_, index) => kill(folder, first + index));
    for (const { acknowledged, lost } of await Promise.all(some)) {
      sum.acknowledged += acknowledged;
      sum.lost += lost;
    }
  }
  return sum;
}

async function kill(folder: string, index: number): Promise<Killed> {
  const path = join(folder, `killed-${index}.jsonl`);
  const acknowledged = await acknowledgedBefore(path, (index + 1) * STEP);
  const kept = await numbersIn(path);
  return {
    acknowledged: acknowledged.length,
    lost: acknowledged.filter((n) => !kept.has(n)).length,
  };
}

/** What the process told until its end, which comes after so many lines. */
async function acknowledgedBefore(path: string, enough: number): Promise<number[]> {
  const child = spawn(process.execPath, [SCRIPT, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const told: number[] = [];
  for await (const line of createInterface(child.stdout)) {
    told.push(Number(line));
    if (told.length === enough) child.kill('SIGKILL');
  }
  await exited;
  if (child.signalCode !== 'SIGKILL') throw new Error('the writer ended before it was killed');
  return told;
}

const lineSchema = z.object({ n: z.number().optional() });

/** The last line may be half: nobody was told of it. */
async function numbersIn(path: string): Promise<Set<number | undefined>> {
  const lines = (await readFile(path, 'utf8')).split('\n').slice(0, -1);
  return new Set(lines.map((line) => lineSchema.parse(JSON.parse(line)).n));
}
