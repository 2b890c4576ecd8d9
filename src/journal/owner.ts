/** Who holds entries: one folder for each client of each process, with the name of its process. */
import { constants } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { type Files, readWhole, syncFolder, undefinedIfMissing } from '../environment/files.ts';
import type { ProcessName } from '../environment/process-identity.ts';
import { makeFolder } from '../settings/make-folder.ts';
import { removeFile, writeAtOnce } from './durable.ts';

const schema = z.object({
  pid: z.number(),
  startedAt: z.string(),
  host: z.string(),
  pidNamespace: z.string().optional(),
  since: z.string(),
});

/** A process, and since when it holds what is in its folder (ISO 8601). */
export type Owner = z.infer<typeof schema>;

const NAME = 'owner.json';
const MAX_BYTES = 4096;

/**
 * Makes a folder with its owner's name in it. Nothing else is in it before the name is on disk, so
 * that somebody who finds it without a name may remove it: then it is made again.
 * @throws Error of the file system
 */
export async function makeOwnFolder(
  files: Files,
  folder: string,
  { pid, startedAt, host, pidNamespace }: ProcessName,
  now: number,
): Promise<void> {
  const owner: Owner = { pid, startedAt, host, pidNamespace, since: new Date(now).toISOString() };
  const name = async (): Promise<void> => {
    await makeFolder(folder, files);
    await writeAtOnce(files, join(folder, NAME), Buffer.from(JSON.stringify(owner)));
    await syncFolder(files, folder);
  };
  await name().catch(name);
  await syncFolder(files, dirname(folder));
}

/** `undefined` where nobody holds the folder any more, or its owner cannot be read. */
export async function readOwner(files: Files, folder: string): Promise<Owner | undefined> {
  const file = await files
    .open(join(folder, NAME), constants.O_RDONLY | constants.O_NOFOLLOW)
    .catch(undefinedIfMissing);
  if (file === undefined) return undefined;
  try {
    const value: unknown = JSON.parse((await readWhole(file, MAX_BYTES)).toString('utf8'));
    return schema.safeParse(value).data;
  } catch {
    return undefined;
  } finally {
    await file.close();
  }
}

/**
 * From now on nobody holds it; it goes, where nothing is left in it.
 * @param hideLife comes after the name: one with a name and without a sign of life counts as alive
 */
export async function leaveFolder(
  files: Files,
  folder: string,
  hideLife?: () => Promise<void>,
): Promise<void> {
  try {
    await removeFile(files, join(folder, NAME));
  } finally {
    await hideLife?.();
  }
  await files.rmdir(folder).catch(() => undefined);
}

/** The folders of all owners; none where there is no journal yet. */
export async function ownerFolders(files: Files, owners: string): Promise<string[]> {
  const names = (await files.readdir(owners).catch(undefinedIfMissing)) ?? [];
  return names.sort().map((name) => join(owners, name));
}

/** The names of the entries in a folder. */
export async function entryNames(files: Files, folder: string): Promise<string[]> {
  const names = (await files.readdir(folder).catch(undefinedIfMissing)) ?? [];
  return names.filter((name) => name.endsWith('.json') && name !== NAME).sort();
}
