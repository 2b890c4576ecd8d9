import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { ContestantName } from './contestants.ts';
import { type Measured, measuredSchema, type Sizes } from './measured.ts';

const CHILD = join(import.meta.dirname, 'child.ts');

/**
 * Measures one contestant in a process of its own, which has ended when this resolves.
 * @throws Error where that process failed, or told nothing of use
 */
export async function measureApart(
  name: ContestantName,
  { warmUp, waiting }: Sizes,
): Promise<Measured> {
  const child = fork(CHILD, [name, String(warmUp), String(waiting)], {
    execArgv: ['--expose-gc'],
    // Nothing of the caller's environment: a key or a switch in it would turn tracing on.
    env: { PATH: process.env['PATH'], NODE_ENV: 'production' },
  });
  let told: unknown;
  child.on('message', (message) => {
    told = message;
  });
  const [code]: unknown[] = await once(child, 'exit');
  if (code !== 0) throw new Error(`the process of ${name} ended with ${String(code)}`);
  return measuredSchema.parse(told);
}
