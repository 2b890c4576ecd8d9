/** What a run was made on: enough to judge its figures, and nothing that names the machine. */
import { execFile } from 'node:child_process';
import { mkdtemp, open, rm, statfs } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { spreadOf } from './figure.ts';

export const machineSchema = z.object({
  cpu: z.string(),
  cores: z.number(),
  memoryGiB: z.number(),
  os: z.string(),
  node: z.string(),
  /** Of the folder for temporary files. */
  fileSystem: z.string(),
  /** Write of 400 bytes and fdatasync, median, µs. */
  fdatasyncMicros: z.number(),
  /** When the run began, ISO 8601. */
  at: z.string(),
  /** Of the minute before the run. */
  load: z.number(),
  commit: z.string(),
  /** Is the tree as that commit has it? */
  isClean: z.boolean(),
});
export type Machine = z.infer<typeof machineSchema>;

/** @param folder for temporary files */
export async function describeMachine(folder: string): Promise<Machine> {
  const load = loadavg()[0] ?? Number.NaN;
  const changes = await git('status', '--porcelain');
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    // Without what a builder adds to its number.
    os: `${type()} ${/^[\d.]*/.exec(release())?.[0]}`,
    node: process.versions.node,
    fileSystem: await fileSystemOf(folder),
    fdatasyncMicros: await fdatasyncIn(folder),
    at: new Date().toISOString(),
    load,
    commit: (await git('rev-parse', '--short', 'HEAD'))?.trim() ?? 'unknown',
    isClean: changes === '',
  };
}

/** `undefined` where there is no git, or no repository. */
async function git(...args: string[]): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)('git', args, { cwd: import.meta.dirname });
    return stdout;
  } catch {
    return undefined;
  }
}

/** By the magic numbers of Linux; elsewhere the number alone. */
const FILE_SYSTEMS: ReadonlyMap<number, string> = new Map([
  [0xef53, 'ext4'],
  [0x58465342, 'xfs'],
  [0x9123683e, 'btrfs'],
  [0x2fc12fc1, 'zfs'],
  [0x01021994, 'tmpfs'],
  [0x794c7630, 'overlayfs'],
]);

export async function fileSystemOf(folder: string): Promise<string> {
  const { type: number } = await statfs(folder);
  return FILE_SYSTEMS.get(number) ?? `type 0x${number.toString(16)}`;
}

const SAMPLES = 200;

async function fdatasyncIn(folder: string): Promise<number> {
  const own = await mkdtemp(join(folder, 'fdatasync-'));
  const file = await open(join(own, 'file'), 'a');
  const line = Buffer.alloc(400, 'x');
  const took: number[] = [];
  try {
    for (let n = 0; n < SAMPLES; n += 1) {
      const start = performance.now();
      await file.write(line);
      await file.datasync();
      took.push((performance.now() - start) * 1_000);
    }
  } finally {
    await file.close();
    await rm(own, { recursive: true });
  }
  return Math.round(spreadOf(took).median);
}

/** One line for each thing: what, and what it is. */
export const wordsOf = (machine: Machine): readonly (readonly [string, string])[] => [
  ['CPU', `${machine.cpu}, ${machine.cores} cores`],
  ['Memory', `${machine.memoryGiB} GiB`],
  ['System', `${machine.os}, Node ${machine.node}`],
  ['Disk', `${machine.fileSystem}; one write and fdatasync takes ${machine.fdatasyncMicros} µs`],
  ['Load before the run', machine.load.toFixed(2)],
  ['When', machine.at.slice(0, 16).replace('T', ' ').concat(' UTC')],
  ['Commit', `${machine.commit}${machine.isClean ? '' : ', with changes that are not committed'}`],
];
