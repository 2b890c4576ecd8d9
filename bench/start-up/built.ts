/** What is measured is what is shipped: `dist/`, made anew where a source is newer. */
import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');

export function buildWhereOutdated(say: (line: string) => void): void {
  if (builtAt() > newestSource()) return;
  say('building');
  execFileSync(process.execPath, [join(ROOT, 'scripts', 'build.mjs')], { stdio: 'inherit' });
}

/** Milliseconds since the epoch; 0 where nothing is built. The pages come last. */
function builtAt(): number {
  const page = statSync(join(ROOT, 'dist', 'inspect-page', 'index.html'), {
    throwIfNoEntry: false,
  });
  return page?.mtimeMs ?? 0;
}

const newestSource = (): number =>
  ['machines', 'src'].reduce((newest, folder) => Math.max(newest, newestIn(folder)), 0);

const newestIn = (folder: string): number =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).reduce(
    (newest, name) => Math.max(newest, statSync(join(ROOT, folder, name)).mtimeMs),
    0,
  );
