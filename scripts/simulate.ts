/**
 * `npm run simulate -- [--seeds 1000] [--seed 1] [--workers CORES] [--trace]`
 *
 * Runs the requesting side in simulated worlds, one for each seed from `--seed` on, after the seeds
 * that failed once; those from 1,000,000 on are small. `--trace` prints what happens in the world of
 * the first seed. Ends with 1 where a world was not as it must be, or where a run of 5,000 and more never met one of the interesting
 * events.
 */
import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { keptSeeds } from '../test/simulation/kept-seeds.ts';
import { simulate } from '../test/simulation/simulate.ts';
import { type Share, Tally } from '../test/simulation/tally.ts';

/** Runs that must have met everything. */
const RUNS_THAT_MEET_ALL = 5_000;
const LAST_LINES = 40;
const SHOWN_FAILURES = 10;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    workers: { type: 'string', default: String(availableParallelism()) },
    trace: { type: 'boolean', default: false },
    // Of a worker: it runs every `workers`-th seed from `seed` on.
    worker: { type: 'boolean', default: false },
  },
});

const count = wholeNumber('seeds', values.seeds);
const first = wholeNumber('seed', values.seed);
const workers = wholeNumber('workers', values.workers);

if (values.worker) await work();
else if (values.trace) await showTrace(first);
else await runAll();

function wholeNumber(name: string, text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  throw new Error(`--${name} must be a whole number, not "${text}"`);
}

async function work(): Promise<void> {
  const tally = new Tally();
  for (let seed = first; seed < first + count * workers; seed += workers)
    tally.add(await simulate(seed));
  process.send?.(tally.share);
}

async function showTrace(seed: number): Promise<void> {
  const { lines, faults, violation, digest } = await simulate(seed, true);
  process.stdout.write(`faults: ${faults.join(' ')}\n${lines.join('\n')}\n`);
  process.stdout.write(`${violation ?? 'all as it must be'}\ntrace ${digest}\n`);
  process.exitCode = violation === undefined ? 0 : 1;
}

async function runAll(): Promise<void> {
  const startedAt = performance.now();
  const tally = new Tally();
  for (const { seed } of keptSeeds) tally.add(await simulate(seed));
  const shares = Array.from({ length: workers }, (_, worker) => share(worker));
  for (const done of await Promise.all(shares)) tally.merge(done);
  const seconds = (performance.now() - startedAt) / 1000;
  await report(tally, seconds);
}

/** One process that runs its part of the seeds. */
function share(worker: number): Promise<Share> {
  const part = Math.ceil((count - worker) / workers);
  const args = ['--worker', '--seed', `${first + worker}`, '--seeds', `${part}`];
  const child = fork(import.meta.filename, [...args, '--workers', `${workers}`]);
  return new Promise((resolve, reject) => {
    child.once('message', (message: Share) => resolve(message));
    child.once('error', reject);
    child.once('exit', (status) => reject(new Error(`a worker ended with ${status}`)));
  });
}

async function report(tally: Tally, seconds: number): Promise<void> {
  const { runs, steps, failures } = tally.share;
  process.stdout.write(tally.table());
  for (const { seed, violation } of failures.slice(0, SHOWN_FAILURES)) {
    const { lines } = await simulate(seed, true);
    process.stdout.write(`\n${lines.slice(-LAST_LINES).join('\n')}\nseed ${seed}: ${violation}\n`);
  }
  for (const { seed, violation } of failures.slice(SHOWN_FAILURES))
    process.stdout.write(`seed ${seed}: ${violation}\n`);
  const { neverMet } = tally;
  const isBlind = runs >= RUNS_THAT_MEET_ALL && neverMet.length > 0;
  if (neverMet.length > 0) process.stdout.write(`\nnever met: ${neverMet.join(', ')}\n`);
  process.stdout.write(
    `\n${runs} worlds, ${steps} steps, ${Math.round(runs / seconds)} worlds a second, ${failures.length} failed\n`,
  );
  process.exitCode = failures.length > 0 || isBlind ? 1 : 0;
}
