/**
 * Compares the last run with the committed figures: `npm run bench:check [-- --run]`, by ratios and
 * counts alone, because times belong to the machine. Where there is no run yet, or with `--run`, it
 * makes a quick one. Exit status 1 where something got worse by more than 20 % and the spreads are
 * apart, or a count got worse; 2 where it cannot compare.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compare, comparisonText, isCertain } from './report/compare.ts';
import { COMMITTED, LATEST, type Run, readRun } from './report/run.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

function fail(why: string): never {
  process.stderr.write(`bench:check: ${why}\n`);
  process.exit(2);
}

function isRunWanted(): boolean {
  try {
    const { run } = parseArgs({ options: { run: { type: 'boolean', default: false } } }).values;
    return run;
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

function readOrFail(path: string, what: string): Run {
  try {
    return readRun(path);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return fail(`cannot read ${what}: ${why}`);
  }
}

/** A section that fails is said by the run itself; the others are compared. */
async function runQuickly(): Promise<void> {
  const script = join(import.meta.dirname, 'main.ts');
  const child = spawn(process.execPath, [script, '--quick'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [status]: unknown[] = await once(child, 'exit');
  if (status !== 0 && status !== 1) fail('the run did not come to its end');
}

if (!existsSync(COMMITTED))
  fail('there is no bench/figures.json to compare with; "npm run bench -- --save" makes it');
const committed = readOrFail(COMMITTED, 'the committed figures');
if (isRunWanted() || !existsSync(LATEST)) await runQuickly();
const latest = readOrFail(LATEST, 'the last run');
const comparison = compare(committed, latest);
if (comparison.compared === 0)
  fail('the last run and the committed figures have nothing in common');
const kind = latest.isQuick ? 'quick' : 'full';
say(`a ${kind} run of ${latest.machine.at} against the committed one of ${committed.machine.at}`);
for (const { key, why } of latest.failed) say(`not compared, because it failed: ${key}: ${why}`);
process.stdout.write(comparisonText(comparison, latest));
process.exitCode = comparison.worse.some(isCertain) ? 1 : 0;
