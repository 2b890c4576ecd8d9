/** One folder for everything temporary in a run, on a real disk. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileSystemOf } from './machine.ts';

export interface TemporaryFolder {
  readonly path: string;
  readonly remove: () => void;
}

/**
 * Made in the folder for temporary files; where that is in memory, in `fallback`. From now on it is
 * that folder, for this process and the ones that it starts.
 */
export async function ownTemporaryFolder(fallback: string): Promise<TemporaryFolder> {
  const isInMemory = (await fileSystemOf(tmpdir())) === 'tmpfs';
  const parent = isInMemory ? fallback : tmpdir();
  mkdirSync(parent, { recursive: true });
  const path = mkdtempSync(join(parent, 'countersign-bench-'));
  process.env['TMPDIR'] = path;
  const remove = (): void => rmSync(path, { recursive: true, force: true, maxRetries: 5 });
  return { path, remove };
}
