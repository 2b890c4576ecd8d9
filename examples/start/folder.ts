/** Real files, made for the demonstration. */
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';

/** Names and sizes in bytes. */
const REPORTS = [
  ['2023/q1.csv', 18_204],
  ['2023/q2.csv', 17_911],
  ['2023/q3.csv', 20_350],
  ['2023/summary.md', 2_480],
  ['README.md', 312],
] as const;

export interface ListedFile {
  /** Below the folder. */
  readonly name: string;
  readonly bytes: number;
}

export interface Folder {
  readonly path: string;
  readonly files: readonly ListedFile[];
}

export async function makeReports(folder: string): Promise<void> {
  for (const [name, bytes] of REPORTS) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, 'x'.repeat(bytes));
  }
}

/** Every file in the folder and below it, by name. */
export async function listFiles(folder: string): Promise<ListedFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return Promise.all(
    paths.map(async (path) => ({ name: relative(folder, path), bytes: (await stat(path)).size })),
  );
}

export const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
