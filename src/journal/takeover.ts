/**
 * Entries that a process left behind when it ended. Whoever moves one out of a dead process's folder
 * has it: a rename succeeds once.
 */
import { constants } from 'node:fs';
import { basename, join } from 'node:path';
import { codeOf, readWhole, undefinedIfMissing } from '../environment/files.ts';
import { LIFE } from '../environment/process-identity.ts';
import type { Environment } from '../environment.ts';
import { messageOf } from '../errors.ts';
import { makeFolder } from '../settings/make-folder.ts';
import { removeFile, UNFINISHED } from './durable.ts';
import { decodeEntry, entryName, type JournalEntry, MAX_ENTRY_BYTES, mainName } from './entry.ts';
import { entryNames, leaveFolder, type Owner, ownerFolders, readOwner } from './owner.ts';

/** An entry that cannot be believed; it was set aside. */
export interface BrokenEntry {
  /** Where it is now. */
  readonly path: string;
  readonly why: string;
}

/** Entries of a process that still lives. */
export interface HeldEntries {
  readonly owner: Owner;
  readonly folder: string;
  readonly count: number;
}

export interface TakeoverOptions {
  /** Of this platform and workspace. */
  readonly folder: string;
  /** Below it: one folder for each owner. */
  readonly owners: string;
  readonly environment: Pick<Environment, 'files' | 'process'>;
}

/**
 * Folders that nobody holds any more. One that is empty goes; one without a name may be just being
 * made, and goes only where nothing at all is in it.
 */
export async function orphans(
  { owners, environment: { files, process } }: TakeoverOptions,
  own: string | undefined,
): Promise<string[]> {
  const found: string[] = [];
  for (const folder of await ownerFolders(files, owners)) {
    if (folder === own) continue;
    // In this order: an owner who writes an entry has written its name before.
    const names = await entryNames(files, folder);
    const owner = await readOwner(files, folder);
    if (owner !== undefined && (await process.isAlive(owner, folder))) continue;
    if (names.length > 0) found.push(folder);
    else if (owner === undefined) await files.rmdir(folder).catch(() => undefined);
    else await clear(files, folder);
  }
  return found;
}

async function clear(files: Environment['files'], folder: string): Promise<void> {
  const names = (await files.readdir(folder).catch(undefinedIfMissing)) ?? [];
  for (const name of names.filter((each) => each === LIFE || each.endsWith(UNFINISHED)))
    await removeFile(files, join(folder, name));
  await leaveFolder(files, folder);
}

/** What other living processes hold. */
export async function heldByOthers(
  { owners, environment: { files, process } }: TakeoverOptions,
  own: string | undefined,
): Promise<HeldEntries[]> {
  const held: HeldEntries[] = [];
  for (const folder of await ownerFolders(files, owners)) {
    const owner = folder === own ? undefined : await readOwner(files, folder);
    if (owner === undefined || !(await process.isAlive(owner, folder))) continue;
    const count = (await entryNames(files, folder)).length;
    if (count > 0) held.push({ owner, folder, count });
  }
  return held;
}

interface Move {
  readonly from: string;
  readonly to: string;
  readonly name: string;
  /** Its name from now on. Default: as before. */
  readonly as?: string;
}

/** `undefined` where there is none, or somebody else was quicker. */
export async function take(
  options: TakeoverOptions,
  { from, to, name, as = name }: Move,
): Promise<JournalEntry | BrokenEntry | undefined> {
  const { files } = options.environment;
  const path = join(to, as);
  const moved = await files.rename(join(from, name), path).then(() => true, undefinedIfMissing);
  if (moved !== true) return undefined;
  try {
    return await believe(options, path, { from, name });
  } catch (error) {
    // What cannot be read just now is left as it was, for the next try.
    await files.rename(path, join(from, name)).catch(() => undefined);
    throw error;
  }
}

/** @throws Error of the file system */
async function believe(
  options: TakeoverOptions,
  path: string,
  { from, name }: Pick<Move, 'from' | 'name'>,
): Promise<JournalEntry | BrokenEntry> {
  try {
    const entry = decodeEntry(await read(options.environment.files, path));
    if (entryName(entry.request.key) !== mainName(name))
      throw new Error('stands under the name of another');
    return entry;
  } catch (error) {
    if (MAY_PASS.has(codeOf(error))) throw error;
    return setAside(options, path, from, messageOf(error));
  }
}

/** Says nothing about the entry itself. */
const MAY_PASS: ReadonlySet<unknown> = new Set([
  'EACCES',
  'EAGAIN',
  'EBUSY',
  'EINTR',
  'EIO',
  'EMFILE',
  'ENFILE',
  'ENOMEM',
]);

async function read(files: Environment['files'], path: string): Promise<Buffer> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await files.open(path, flags);
  try {
    return await readWhole(file, MAX_ENTRY_BYTES);
  } finally {
    await file.close();
  }
}

async function setAside(
  { folder, environment: { files } }: TakeoverOptions,
  path: string,
  from: string,
  why: string,
): Promise<BrokenEntry> {
  const quarantine = join(folder, 'quarantine');
  await makeFolder(quarantine, files);
  const aside = join(quarantine, `${basename(from)}-${basename(path)}`);
  await files.rename(path, aside);
  return { path: aside, why };
}
