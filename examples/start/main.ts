/**
 * `npm start`: an agent wants to delete a folder, a person decides in the browser, and the audit log
 * shows it. Read on in `demo.ts`, and see `agent.ts` for what an agent of yours would do.
 */
import { constants } from 'node:os';
import { type Options, readOptions, USAGE } from './options.ts';

const STOP = ['SIGINT', 'SIGTERM'] as const;

process.exitCode = await main();

async function main(): Promise<number> {
  try {
    const options = readOptions(process.argv.slice(2));
    if (options !== 'help') return await run(options);
    process.stdout.write(`${USAGE}\n`);
    return 0;
  } catch (error) {
    process.stderr.write(`${explain(error)}\n`);
    return 1;
  }
}

/** The status of a program that a signal ended is 128 and the signal's number, as in any shell. */
async function run(options: Options): Promise<number> {
  const { demo } = await import('./demo.ts');
  const stopping = new AbortController();
  let stoppedBy: (typeof STOP)[number] | undefined;
  const stop = (signal: (typeof STOP)[number]): void => {
    stoppedBy = signal;
    stopping.abort();
  };
  for (const signal of STOP) process.on(signal, stop);
  const asExpected = await demo(options, stopping.signal);
  if (stoppedBy !== undefined) return 128 + constants.signals[stoppedBy];
  return asExpected ? 0 : 1;
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const missing = 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';
  return missing && error.message.includes('/dist/')
    ? 'Countersign is not built yet. Run "npm ci", or "npm run build", and then "npm start" again.'
    : error.message;
}
