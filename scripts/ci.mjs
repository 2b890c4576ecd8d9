/**
 * What `.ci/run` does after `npm ci`: the README's test command, then what only CI does. Every step
 * runs, also after one that failed; the last line counts.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'countersign-ci-'));
const report = join(folder, 'tests.json');

const STEPS = [
  ['a browser', 'node', ['scripts/check-browser.ts']],
  [
    'tests',
    'npm',
    ['test', '--', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
  ],
  ['types', 'npm', ['run', '--silent', 'typecheck']],
  ['lint and format', 'npm', ['run', '--silent', 'lint']],
  ['unused code and dependencies', 'npm', ['run', '--silent', 'unused']],
  ['the packed package', 'node', ['scripts/check-package.mjs']],
  ['mutants of known defects', 'npm', ['run', '--silent', 'mutants']],
  ['simulated worlds', 'npm', ['run', '--silent', 'simulate', '--', '--seeds', '20000']],
  ['killed processes', 'npm', ['run', '--silent', 'crash', '--', '--kills', '1000']],
  ['fuzzed parsers', 'npm', ['run', '--silent', 'fuzz', '--', '--runs', '100000']],
  ['npm start, approved', 'npm', ['start', '--silent', '--', '--decide', 'approve', '--port', '0']],
  ['npm start, denied', 'npm', ['start', '--silent', '--', '--decide', 'deny', '--port', '0']],
  ['npm start, nobody', 'npm', ['start', '--silent', '--', '--decide', 'none', '--port', '0']],
];

/** @returns {Promise<number>} the exit status */
const run = (/** @type {string} */ command, /** @type {string[]} */ args) =>
  new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
    child.once('error', () => resolve(127));
    child.once('close', (status) => resolve(status ?? 1));
  });

/** The tests that the runner counted; one that failed where it left no report. */
function countTests(status) {
  try {
    const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(
      readFileSync(report, 'utf8'),
    );
    const failed = status !== 0 && numFailedTests === 0 ? 1 : numFailedTests;
    return { passed: numPassedTests, failed, skipped: numPendingTests };
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

/** @type {Record<string, number>} */
const total = { passed: 0, failed: 0, skipped: 0 };
for (const [name, command, args] of STEPS) {
  process.stdout.write(`\n== ${String(name)}\n`);
  const status = await run(command, args);
  const counted =
    name === 'tests'
      ? countTests(status)
      : { passed: status === 0 ? 1 : 0, failed: status === 0 ? 0 : 1, skipped: 0 };
  for (const key of Object.keys(total)) total[key] += counted[key];
  if (status !== 0) process.stdout.write(`== ${String(name)}: failed (${status})\n`);
}
rmSync(folder, { recursive: true, force: true });
process.stdout.write(
  `\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`,
);
process.exitCode = total.failed === 0 ? 0 : 1;
