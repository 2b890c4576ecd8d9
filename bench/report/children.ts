/** Nothing that a run started stays behind when somebody ends the run. */
import { ChildProcess } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import { constants } from 'node:os';
import { z } from 'zod';

const startedSchema = z.object({ process: z.instanceof(ChildProcess) });

/**
 * From now on, Ctrl-C, SIGTERM and SIGHUP end this process and all that it started, whoever started
 * them. Listeners of `exit` are called after that.
 */
export function endAllOnSignal(): void {
  const children = new Set<ChildProcess>();
  subscribe('child_process', (message) => {
    const { process: child } = startedSchema.parse(message);
    children.add(child);
    child.once('exit', () => children.delete(child));
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => {
      for (const child of children) child.kill('SIGKILL');
      process.exit(128 + constants.signals[signal]);
    });
}
