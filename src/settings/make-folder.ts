import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a folder and those above it, for its user alone (0700). One that is there is left as it is;
 * whether it is a folder shows when something is made in it.
 *
 * Not `mkdir` with `recursive`: below `/proc`, where a folder can neither be found nor made, that
 * tries for ever.
 * @throws Error of the file system
 */
export async function makeFolder(path: string): Promise<void> {
  if ((await tryToMake(path)) !== 'no parent') return;
  await makeFolder(dirname(path));
  if ((await tryToMake(path)) === 'no parent')
    throw new Error(`ENOENT: the folder ${path} cannot be made`);
}

async function tryToMake(path: string): Promise<'made' | 'there' | 'no parent'> {
  try {
    await mkdir(path, { mode: 0o700 });
    return 'made';
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EEXIST') return 'there';
    if (code === 'ENOENT' && dirname(path) !== path) return 'no parent';
    throw error;
  }
}
