/** Files that are there whole or not at all, also after a power cut. */
import { constants } from 'node:fs';
import { type Files, undefinedIfMissing, writeWhole } from '../environment/files.ts';

const FLAGS = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW;

/** What ends so is being written, or was left by a crash. */
export const UNFINISHED = '.new';

/**
 * Writes a file under its name in one step; its content is on disk, its name when the folder is
 * synced.
 * @throws Error of the file system
 */
export async function writeAtOnce(files: Files, path: string, bytes: Uint8Array): Promise<void> {
  const unfinished = `${path}${UNFINISHED}`;
  const file = await files.open(unfinished, FLAGS, 0o600);
  try {
    await writeWhole(file, bytes);
    await file.datasync();
  } finally {
    await file.close();
  }
  await files.rename(unfinished, path);
}

/** True where the file was there. */
export async function removeFile(files: Files, path: string): Promise<boolean> {
  return (await files.unlink(path).then(() => true, undefinedIfMissing)) === true;
}
