/**
 * What `.ci/run` does after `npm ci`: the README's test command, then what only CI does. Every step
 * runs, also after one that failed. The last lines name what failed, and count.
 *
 * What is random begins with the commit: another one tries other inputs, the same one the same again.
 *
 * Tests that failed are tried once more, their files alone: what then passes is named as unsteady
 * and does not fail the run, so that a machine that was busy for a moment cannot.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'countersign-ci-'));
const report = join(folder, 'tests.json');

/** Of the commit; 1 where there is none. */
function seedOfCommit() {
  const { stdout } = spawnSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' });
  return String(Number.parseInt((stdout ?? '').slice(0, 7), 16) || 1);
}
const SEED = seedOfCommit();
const ENVIRONMENT = { ...process.env, FUZZ_SEED: SEED, WALK_SEED: SEED, COMMAND_SEED: SEED };

/** A step with this has a report of each of its tests. */
const REPORTED = `--outputFile.json=${report}`;

/** @type {ReadonlyArray<readonly [string, string, readonly string[]]>} */
const STEPS = [
  ['a browser', 'node', ['scripts/check-browser.ts']],
  ['tests', 'npm', ['test', '--', '--reporter=default', '--reporter=json', REPORTED]],
  [
    'long tests',
    'npm',
    ['run', 'test:long', '--', '--reporter=default', '--reporter=json', REPORTED],
  ],
  ['types', 'npm', ['run', '--silent', 'typecheck']],
  ['lint and format', 'npm', ['run', '--silent', 'lint']],
  ['unused code and dependencies', 'npm', ['run', '--silent', 'unused']],
  ['the packed package', 'node', ['scripts/check-package.mjs']],
  ['mutants of known defects', 'npm', ['run', '--silent', 'mutants']],
  [
    'walks that find known defects',
    'npm',
    ['run', '--silent', 'walks', '--', '--show', 'D2,D4,D17'],
  ],
  ['simulated worlds', 'npm', ['run', '--silent', 'simulate', '--', '--seeds', '20000']],
  [
    'killed processes',
    'npm',
    ['run', '--silent', 'crash', '--', '--kills', '1000', '--seed', SEED],
  ],
  ['fuzzed parsers', 'npm', ['run', '--silent', 'fuzz', '--', '--runs', '100000', '--seed', SEED]],
  ['npm start, approved', 'npm', ['start', '--silent', '--', '--decide', 'approve', '--port', '0']],
  ['npm start, denied', 'npm', ['start', '--silent', '--', '--decide', 'deny', '--port', '0']],
  ['npm start, nobody', 'npm', ['start', '--silent', '--', '--decide', 'none', '--port', '0']],
];

/** @returns {Promise<number>} the exit status */
const run = (/** @type {string} */ command, /** @type {readonly string[]} */ args) =>
  new Promise((resolve) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: ENVIRONMENT,
    });
    child.once('error', () => resolve(127));
    child.once('close', (status) => resolve(status ?? 1));
  });

/** What the runner says of each test; `undefined` where it left no report. */
function readReport() {
  try {
    return JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    return undefined;
  }
}

const failedTests = (results) =>
  results.testResults.flatMap(({ name: file, status, assertionResults }) => {
    const failed = assertionResults.filter((test) => test.status === 'failed');
    const names = failed.map(({ fullName }) => fullName);
    // A file that does not load has no tests.
    return names.length === 0 && status === 'failed'
      ? [{ file, name: file }]
      : names.map((name) => ({ file, name }));
  });

async function runTests(name, command, args) {
  rmSync(report, { force: true });
  const status = await run(command, args);
  const results = readReport();
  if (results === undefined) return { passed: 0, failed: [name], skipped: 0 };
  const { numPassedTests: passed, numPendingTests: skipped } = results;
  const failed = failedTests(results);
  if (failed.length === 0)
    return { passed, failed: status === 0 ? [] : [`${name}: exit status ${status}`], skipped };
  return { passed, skipped, failed: await tryAgain(failed, command, args) };
}

/** @returns {Promise<string[]>} the names of those that fail again */
async function tryAgain(failed, command, args) {
  const files = [...new Set(failed.map(({ file }) => file))];
  process.stdout.write(`\n== once more: ${files.join(', ')}\n`);
  rmSync(report, { force: true });
  const status = await run(command, [...args, '--maxWorkers=1', ...files]);
  const results = readReport();
  const again = results === undefined ? failed : failedTests(results);
  const isSteady = status === 0 && again.length === 0;
  for (const { name } of failed)
    if (isSteady || !again.some((other) => other.name === name)) unsteady.push(name);
  return isSteady ? [] : again.length > 0 ? again.map(({ name }) => name) : ['tests'];
}

async function runStep(name, command, args) {
  const status = await run(command, args);
  return status === 0
    ? { passed: 1, failed: [], skipped: 0 }
    : { passed: 0, failed: [`${name}: exit status ${status}`], skipped: 0 };
}

const unsteady = [];
const failures = [];
const total = { passed: 0, skipped: 0 };
for (const [name, command, args] of STEPS) {
  process.stdout.write(`\n== ${name}\n`);
  const did = await (args.includes(REPORTED) ? runTests : runStep)(name, command, args);
  total.passed += did.passed;
  total.skipped += did.skipped;
  failures.push(...did.failed);
}
rmSync(folder, { recursive: true, force: true });
total.passed += unsteady.length;
process.stdout.write('\n');
for (const name of unsteady) process.stdout.write(`unsteady: ${name}\n`);
for (const name of failures) process.stdout.write(`failed: ${name}\n`);
process.stdout.write(
  `${total.passed} passed, ${failures.length} failed, ${total.skipped} skipped\n`,
);
process.exitCode = failures.length === 0 ? 0 : 1;
