import { dirname } from 'node:path';
import { codeOf, type Files, systemFiles } from '../environment/files.ts';

/**
 * Makes a folder and those above it, for its user alone (0700). One that is there is left as it is;
 * whether it is a folder shows when something is made in it.
 *
 * Not `mkdir` with `recursive`: below `/proc`, where a folder can neither be found nor made, that
 * tries for ever.
 * @throws Error of the file system
 */
export async function makeFolder(path: string, files: Files = systemFiles): Promise<void> {
  if ((await tryToMake(path, files)) !== 'no parent') return;
  await makeFolder(dirname(path), files);
  if ((await tryToMake(path, files)) === 'no parent')
    throw new Error(`ENOENT: the folder ${path} cannot be made`);
}

async function tryToMake(path: string, files: Files): Promise<'made' | 'there' | 'no parent'> {
  try {
    await files.mkdir(path, { mode: 0o700 });
    return 'made';
  } catch (error) {
    const code = codeOf(error);
    if (code === 'EEXIST') return 'there';
    if (code === 'ENOENT' && dirname(path) !== path) return 'no parent';
    throw error;
  }
}
