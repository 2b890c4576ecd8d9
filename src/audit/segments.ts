/**
 * A log goes on in another file after a write or a sync failed: `audit.jsonl`, `audit.jsonl.1` and so
 * on. After a failed sync nobody knows what of a file is on disk, and a second one would lie.
 */
import { type Files, undefinedIfMissing } from '../environment/files.ts';

/** The `n`-th file of a log, from 0. */
export const segmentPath = (path: string, n: number): string => (n === 0 ? path : `${path}.${n}`);

/** The files of a log that are there, in their order. */
export async function segmentsOf(path: string, files: Files): Promise<string[]> {
  const found: string[] = [];
  for (let n = 0; ; n += 1) {
    const segment = segmentPath(path, n);
    if ((await files.stat(segment).catch(undefinedIfMissing)) === undefined) return found;
    found.push(segment);
  }
}
