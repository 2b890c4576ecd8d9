/** A folder of a walk's own; walks are about what happens when, not about how a disk keeps it. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** In memory, where there is such a place: flushing takes no time then. */
const PARENT = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

export interface QuickFolder {
  readonly path: string;
  readonly remove: () => void;
}

export function quickFolder(): QuickFolder {
  const path = mkdtempSync(join(PARENT, 'countersign-walk-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
