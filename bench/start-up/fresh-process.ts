/** Processes that begin, do one thing and end. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { z } from 'zod';

const ROOT = join(import.meta.dirname, '..', '..');

const startSchema = z.object({
  /** From the begin of the process until everything was imported, milliseconds. */
  importedMs: z.number(),
  /** After a collection of garbage, bytes. */
  rss: z.number(),
  heap: z.number(),
});

export type Start = z.infer<typeof startSchema> & {
  /** From before the process was made until it had ended, milliseconds. */
  readonly wholeMs: number;
};

const TELL = `const importedMs = performance.now();
gc();
const { rss, heapUsed: heap } = process.memoryUsage();
process.stdout.write(JSON.stringify({ importedMs, rss, heap }));`;

/** @param imported what the process imports; nothing where it is `undefined` */
export function startWith(imported: string | undefined): Start {
  const program = `${imported === undefined ? '' : `import '${imported}';\n`}${TELL}`;
  const { stdout, wholeMs } = run(['--expose-gc', '--input-type=module', '--eval', program]);
  return { ...startSchema.parse(JSON.parse(stdout)), wholeMs };
}

/** The command line as it is shipped; the milliseconds that it took. */
export const runCommand = (...args: readonly string[]): number =>
  run([join(ROOT, 'dist', 'src', 'cli', 'main.js'), ...args]).wholeMs;

function run(args: readonly string[]): { readonly stdout: string; readonly wholeMs: number } {
  const from = performance.now();
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' });
  const wholeMs = performance.now() - from;
  if (stdout === '') throw new Error(`${args.at(-1)} printed nothing: ${stderr}`);
  return { stdout, wholeMs };
}
