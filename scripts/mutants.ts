/**
 * Puts one wrong line after the other into a copy of the code, and demands that a test fails:
 * `npm run mutants [-- --only D5,D7]`. Exit status 1 where a mutant survives.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parseSync } from 'vite';
import { type Mutant, mutated } from '../test/mutants/mutant.ts';
import { MUTANTS } from '../test/mutants/mutants.ts';
import { endRuns, runTests } from './mutants/test-run.ts';
import { copyTree } from './mutants/tree.ts';

const print = (line: string): unknown => process.stdout.write(`${line}\n`);

function chosen(): readonly Mutant[] {
  const { values } = parseArgs({ options: { only: { type: 'string' } } });
  if (values.only === undefined) return MUTANTS;
  const names = values.only.split(',');
  const unknown = names.filter((name) => !MUTANTS.some(({ defect }) => defect === name));
  if (unknown.length > 0)
    fail(`there is no ${unknown.join(', ')}; known: ${MUTANTS.map((m) => m.defect).join(', ')}`);
  return MUTANTS.filter(({ defect }) => names.includes(defect));
}

function fail(message: string): never {
  process.stderr.write(`mutants: ${message}\n`);
  process.exit(1);
}

/** Before anything is run: each applies, and is code all the same. */
function refuseBroken(tree: string, mutants: readonly Mutant[]): void {
  for (const mutant of mutants) {
    const { defect, file } = mutant;
    try {
      const text = mutated(readFileSync(join(tree, file), 'utf8'), mutant);
      const [error] = parseSync(file, text).errors;
      if (error !== undefined) fail(`${defect}: ${file} cannot be parsed: ${error.message}`);
    } catch (error) {
      fail(error instanceof Error ? error.message : String(error));
    }
  }
}

/** The unchanged code must pass all that is to fail, or a failure would mean nothing. */
async function tryUnchanged(tree: string, mutants: readonly Mutant[]): Promise<void> {
  const files = [...new Set(mutants.flatMap(({ tests }) => tests))];
  const names = new RegExp(mutants.map(({ names: { source } }) => source).join('|'));
  const run = await runTests(tree, { files, names, bail: false });
  for (const mutant of mutants) {
    const { defect, tests, names: meant } = mutant;
    const results = run.tests.filter(
      ({ file, fullName }) => tests.includes(file) && meant.test(fullName),
    );
    const failed = results.find(({ status }) => status === 'failed');
    if (failed !== undefined) fail(`${defect}: without it, too, a test fails: ${failed.fullName}`);
    if (!results.some(({ status }) => status === 'passed'))
      fail(`${defect}: no test in ${tests.join(', ')} matches ${meant}. ${run.trouble}`);
  }
}

interface Verdict {
  /** The name of the test that noticed; `undefined` where none did. */
  readonly killedBy: string | undefined;
  readonly trouble: string;
  readonly seconds: number;
}

async function judge(tree: string, mutant: Mutant): Promise<Verdict> {
  const path = join(tree, mutant.file);
  const source = readFileSync(path, 'utf8');
  const startedAt = performance.now();
  writeFileSync(path, mutated(source, mutant));
  const { tests: files, names } = mutant;
  const run = await runTests(tree, { files, names, bail: true });
  writeFileSync(path, source);
  const failed = run.tests.find(({ status }) => status === 'failed');
  return {
    killedBy: failed?.title,
    // A run that failed without a test that failed has shown nothing.
    trouble: failed === undefined && run.status !== 0 ? run.trouble : '',
    seconds: (performance.now() - startedAt) / 1000,
  };
}

function row({ defect, what }: Mutant, { killedBy, trouble, seconds }: Verdict): string {
  const end = killedBy === undefined ? `SURVIVED ${trouble}`.trim() : `killed by "${killedBy}"`;
  return `${defect.padEnd(5)} ${seconds.toFixed(1).padStart(5)} s  ${what}\n               ${end}`;
}

async function all(mutants: readonly Mutant[]): Promise<void> {
  // One more than there are cores: many a mutant lets its test wait for what never comes.
  const { folders, remove } = copyTree(Math.min(availableParallelism() + 1, mutants.length));
  process.once('exit', () => {
    endRuns();
    remove();
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => process.exit(130));
  const [first = ''] = folders;
  refuseBroken(first, mutants);
  await tryUnchanged(first, mutants);
  const waiting = [...mutants];
  let killed = 0;
  const worker = async (tree: string): Promise<void> => {
    for (let mutant = waiting.shift(); mutant !== undefined; mutant = waiting.shift()) {
      const verdict = await judge(tree, mutant);
      if (verdict.killedBy !== undefined) killed += 1;
      print(row(mutant, verdict));
    }
  };
  await Promise.all(folders.map(worker));
  const survived = mutants.length - killed;
  print(`${mutants.length} mutants, ${killed} killed, ${survived} survived`);
  process.exitCode = survived === 0 ? 0 : 1;
}

await all(chosen());
