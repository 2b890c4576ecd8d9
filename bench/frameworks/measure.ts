/** One contestant, in the process in which it is measured. Needs `node --expose-gc`. */
import type { Contestant } from './contestant.ts';
import type { Measured, Sizes } from './measured.ts';

export async function measure(
  contestant: Contestant,
  { warmUp, waiting: count }: Sizes,
): Promise<Measured> {
  const warm = await contestant.reach(warmUp);
  await warm.decideAll();

  const before = bytesKept();
  const reached = await cpuOf(() => contestant.reach(count));
  const waiting = bytesKept();
  const decided = await cpuOf(() => reached.result.decideAll());
  const sorted = decided.result.toSorted((a, b) => a - b);
  const after = bytesKept();
  return {
    cpuMicros: (reached.micros + decided.micros) / count,
    resumeP50Micros: quantile(sorted, 0.5),
    resumeP99Micros: quantile(sorted, 0.99),
    bytesWaiting: (waiting - before) / count,
    bytesAfter: (after - before) / count,
  };
}

async function cpuOf<Result>(
  work: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly micros: number }> {
  const from = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(from);
  return { result, micros: user + system };
}

/** With what V8 keeps beside its heap: a saver may hold its rows as buffers. */
function bytesKept(): number {
  if (globalThis.gc === undefined) throw new Error('start this process with --expose-gc');
  // Twice: what finalizers let go of is collected by the second.
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const quantile = (sorted: readonly number[], part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
