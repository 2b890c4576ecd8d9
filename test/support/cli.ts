/** The command line as real processes, run from the source; every process ends with its test. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished, vi } from 'vitest';
import { z } from 'zod';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** Halves the start of every process but the first; keyed by what is compiled, so never stale. */
const compileCache = fileURLToPath(new URL('../../node_modules/.cache/compiled', import.meta.url));

export type Variables = Readonly<Record<string, string>>;

export interface Ended {
  /** `null` where a signal ended it. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process that runs. */
export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when standard error matches; rejects when the process ends before. */
  readonly said: (pattern: RegExp) => Promise<void>;
  /** As {@link said}, for standard output. */
  readonly printed: (pattern: RegExp) => Promise<void>;
}

export interface StartOptions {
  readonly env?: Variables;
  /** Options of Node, before the program. */
  readonly node?: readonly string[];
  readonly program?: string;
}

/** A folder, and what points every default of the program into it. */
export interface CliWorld {
  readonly folder: string;
  readonly auditPath: string;
  readonly env: Variables;
  readonly start: (args: readonly string[], options?: StartOptions) => Running;
  readonly run: (args: readonly string[], options?: StartOptions) => Promise<Ended>;
}

/** @param cleanUp what to do at the end; default: with the test */
export function cliWorld(
  env: Variables = {},
  cleanUp: (end: () => void) => void = onTestFinished,
): CliWorld {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-cli-'));
  const children: ChildProcess[] = [];
  cleanUp(() => {
    for (const child of children) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
  const auditPath = join(folder, 'audit.jsonl');
  const variables = {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    TMPDIR: folder,
    AUDIT_LOG_PATH: auditPath,
    CONFIGS_DIR: folder,
    NODE_COMPILE_CACHE: compileCache,
    COUNTERSIGN_STATE_DIR: join(folder, 'state'),
    WORKSPACE_CONFIG_PATH: folder,
    ...env,
  };
  const start: CliWorld['start'] = (args, options = {}) => {
    const running = startProcess(args, { ...options, env: { ...variables, ...options.env } });
    children.push(running.child);
    return running;
  };
  const run: CliWorld['run'] = (args, options) => start(args, options).ended;
  return { folder, auditPath, env: variables, start, run };
}

function startProcess(
  args: readonly string[],
  { env = {}, node = [], program = MAIN }: StartOptions,
): Running {
  const child = spawn(process.execPath, [...node, program, ...args], { env });
  const written = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      written[name] += text;
    });
  const ended = once(child, 'close').then((): Ended => ({ status: child.exitCode, ...written }));
  const wrote = async (name: keyof typeof written, pattern: RegExp): Promise<void> => {
    await vi.waitUntil(() => pattern.test(written[name]) || child.exitCode !== null, {
      timeout: 15_000,
      interval: 10,
    });
    if (!pattern.test(written[name]))
      throw new Error(`ended without a match of ${pattern}: ${written.stdout}${written.stderr}`);
  };
  return {
    child,
    ended,
    said: (pattern) => wrote('stderr', pattern),
    printed: (pattern) => wrote('stdout', pattern),
  };
}

const listeningSchema = z.strictObject({
  event: z.literal('listening'),
  url: z.url(),
  sign_in_url: z.url(),
});

export interface Served extends z.infer<typeof listeningSchema> {
  readonly process: Running;
}

/** `countersign serve` on a free port, listening. */
export async function serve({ start }: CliWorld, args: readonly string[] = []): Promise<Served> {
  const running = start(['serve', '--port', '0', '--json', ...args]);
  return { process: running, ...listeningSchema.parse(JSON.parse(await announcementOf(running))) };
}

/** The first line that a server prints; rejects where it ends before. */
export const announcementOf = (running: Running): Promise<string> =>
  Promise.race([
    firstLine(running),
    running.ended.then(({ stderr }) => Promise.reject(new Error(`it ended: ${stderr}`))),
  ]);

async function firstLine({ child }: Running): Promise<string> {
  let text = '';
  while (!text.includes('\n') && child.stdout !== null) {
    const [chunk]: unknown[] = await once(child.stdout, 'data');
    text += String(chunk);
  }
  return text.slice(0, text.indexOf('\n'));
}

/** The objects of a `--json` output, one a line. */
export const jsonLines = (text: string): Record<string, unknown>[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => z.record(z.string(), z.unknown()).parse(JSON.parse(line)));

/** The address of a port on which nobody listens any more. */
export async function unreachableUrl(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : address}`;
}
