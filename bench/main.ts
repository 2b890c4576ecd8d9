/**
 * Measures everything: `npm run bench [-- --quick | --all] [--only waiting,audit] [--save]`. Progress
 * goes to standard error, the tables to standard output, all of it into `bench/results`. `--all` adds
 * what takes longest, and `--save` commits the figures of such a run to `bench/figures.json` and draws
 * them into the docs. Exit status 1 where a section failed, 2 where nothing could be begun.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { endAllOnSignal } from './report/children.ts';
import { documentOf } from './report/document.ts';
import type { Section } from './report/figure.ts';
import { describeMachine } from './report/machine.ts';
import { COMMITTED, jsonOf, LATEST, RESULTS, type Run } from './report/run.ts';
import { chosenFrom, runSections } from './report/run-sections.ts';
import { plainTable } from './report/table.ts';
import { ownTemporaryFolder } from './report/temporary.ts';
import { LONG_SECTIONS, SECTIONS } from './sections.ts';

const say = (line: string): void => void process.stderr.write(`bench: ${line}\n`);
/** With the seconds since it began, for a person who waits. */
const sayNow = (line: string): void => say(`${Math.round(performance.now() / 1_000)} s: ${line}`);

const EVERYTHING: typeof SECTIONS = new Map([...SECTIONS, ...LONG_SECTIONS]);

const flag = { type: 'boolean', default: false } as const;

function read() {
  try {
    const options = { quick: flag, all: flag, save: flag, only: { type: 'string' } } as const;
    const { quick: isQuick, all: isWhole, save: isSaved, only } = parseArgs({ options }).values;
    if (isQuick && isWhole) throw new Error('--quick leaves out what --all adds: choose one');
    if (isSaved && (!isWhole || only !== undefined))
      throw new Error('only a whole run is saved: --all --save, without --only');
    const named = only === undefined ? undefined : chosenFrom(EVERYTHING, only);
    return { isQuick, isSaved, parts: named ?? (isWhole ? EVERYTHING : SECTIONS) };
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

function fail(why: string): never {
  say(why);
  process.exit(2);
}

async function build(): Promise<void> {
  say('building');
  const script = join(import.meta.dirname, '..', 'scripts', 'build.mjs');
  const builder = spawn(process.execPath, [script], { stdio: 'inherit' });
  const [status]: unknown[] = await once(builder, 'exit');
  if (status !== 0) fail('there is nothing to measure without a build');
}

const print = (section: Section): void => void process.stdout.write(`${plainTable(section)}\n`);

function write(run: Run): void {
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(LATEST, jsonOf(run));
  writeFileSync(join(RESULTS, 'latest.md'), documentOf(run));
  say(`${Math.round(run.seconds)} s; the figures are in bench/results/latest.json and latest.md`);
}

async function save(run: Run): Promise<void> {
  if (run.failed.length > 0) return say('not saved, because a section failed');
  writeFileSync(COMMITTED, jsonOf(run));
  const { drawDocs } = await import('./report/docs.ts');
  drawDocs(run);
  say('saved: bench/figures.json, docs/performance.md, docs/bench');
}

const { isQuick, isSaved, parts } = read();
const temporary = await ownTemporaryFolder(RESULTS);
process.once('exit', temporary.remove);
endAllOnSignal();
const machine = await describeMachine(temporary.path);
await build();
const found = await runSections({ parts, effort: { isQuick, say: sayNow }, onSection: print });
const run = { machine, isQuick, ...found };
write(run);
if (isSaved) await save(run);
for (const { key, why } of run.failed) say(`failed: ${key}: ${why}`);
process.exitCode = run.failed.length === 0 ? 0 : 1;
