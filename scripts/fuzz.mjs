/**
 * Throws inputs at every parser that faces the outside, each in a process of its own:
 * `npm run fuzz -- [--runs 100000] [--seed N] [--only NAME]`. Exit status 1 where one fails.
 */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { TARGETS } from '../test/support/fuzz/targets.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '100000' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const options = { runs: Number(values.runs), seed: Number(values.seed) };
const names = TARGETS.map(({ name }) => name).filter((name) =>
  [undefined, name].includes(values.only),
);

function fail(message) {
  process.stderr.write(`fuzz: ${message}\n`);
  process.exit(2);
}
if (!Number.isSafeInteger(options.runs) || options.runs < 1) fail('--runs must be a whole number');
if (!Number.isSafeInteger(options.seed)) fail('--seed must be a whole number');
if (names.length === 0)
  fail(`there is no parser "${values.only}"; known: ${TARGETS.map(({ name }) => name).join(', ')}`);

/** A parser that takes longer for all of its inputs hangs, milliseconds. */
const MAX_MS = 15 * 60_000;

const print = (line) => process.stdout.write(`${line}\n`);

/** In a process of its own: one that hangs or runs out of memory takes no other with it. */
function inProcess(name) {
  const args = [fileURLToPath(import.meta.url), '--json', '--only', name];
  const how = ['--runs', String(options.runs), '--seed', String(options.seed)];
  const child = spawn(process.execPath, [...args, ...how], {
    timeout: MAX_MS,
    killSignal: 'SIGKILL',
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    said += text;
  });
  child.stderr.pipe(process.stderr);
  return new Promise((resolve) => {
    child.once('close', (status, signal) => {
      try {
        resolve(JSON.parse(said));
      } catch {
        const failure = `the process ended with ${signal ?? status} and said nothing`;
        resolve({ name, inputs: 0, accepted: 0, rejected: 0, slowestMs: 0, failure });
      }
    });
  });
}

function row({ name, inputs, accepted, rejected, slowestMs, failure }) {
  const numbers = [inputs, accepted, rejected].map((n) => n.toLocaleString('en').padStart(9));
  const end = failure === undefined ? '' : '  FAILED';
  return `${name.padEnd(16)} ${numbers.join(' ')} ${slowestMs.toFixed(1).padStart(8)}${end}`;
}

async function all() {
  print(
    `${'parser'.padEnd(16)}    inputs  accepted  rejected  slowest ms   (seed ${options.seed})`,
  );
  const waiting = [...names];
  const reports = [];
  const worker = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const report = await inProcess(name);
      reports.push(report);
      print(row(report));
      if (report.failure !== undefined) print(`  ${report.failure}`);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  const sum = (key) => reports.reduce((total, report) => total + report[key], 0);
  const failed = reports.filter(({ failure }) => failure !== undefined).length;
  const slowest = Math.max(...reports.map(({ slowestMs }) => slowestMs)).toFixed(1);
  print(
    `${names.length} parsers, ${sum('inputs').toLocaleString('en')} inputs, slowest ${slowest} ms, ${failed} failed, seed ${options.seed}`,
  );
  process.exitCode = failed === 0 ? 0 : 1;
}

if (values.json && names.length === 1) {
  const [target] = TARGETS.filter(({ name }) => name === names[0]);
  print(JSON.stringify(await target.fuzz(options)));
} else await all();
