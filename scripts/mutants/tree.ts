/** Copies of the repository's sources in a temporary folder, each a place to be wrong in. */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');
/** Made, installed, or history: not what is tried. */
const LEFT_OUT: ReadonlySet<string> = new Set(['node_modules', 'dist', 'coverage', '.git']);

export interface Trees {
  /** As many as were asked for, alike to the byte. */
  readonly folders: readonly string[];
  readonly remove: () => void;
}

export function copyTree(count: number): Trees {
  const parent = mkdtempSync(join(tmpdir(), 'countersign-mutants-'));
  const folders = Array.from({ length: count }, (_, index) => join(parent, String(index)));
  // All of the first: the repository may be edited meanwhile.
  for (const [index, folder] of folders.entries()) copy(index === 0 ? ROOT : folders[0], folder);
  for (const folder of folders) linkPackages(folder);
  return { folders, remove: () => rmSync(parent, { recursive: true, force: true }) };
}

function copy(from = ROOT, to: string): void {
  cpSync(from, to, {
    recursive: true,
    filter: (path) => !LEFT_OUT.has(relative(from, path)),
  });
}

/** One by one, so that what the test runner keeps beside the packages is each tree's own. */
function linkPackages(folder: string): void {
  const packages = join(ROOT, 'node_modules');
  mkdirSync(join(folder, 'node_modules'));
  for (const name of readdirSync(packages))
    if (name !== '.vite') symlinkSync(join(packages, name), join(folder, 'node_modules', name));
}
