/** Askers as processes: built once into one file, started many times, each to its end. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { type Plan, readSaid, type Said } from './plan.ts';

const SOURCE = fileURLToPath(new URL('./asker.ts', import.meta.url));

/**
 * The program in one file, which starts four times as fast as the sources.
 * @returns its path, in `folder`
 */
export async function buildAsker(folder: string): Promise<string> {
  await build({
    configFile: false,
    logLevel: 'error',
    build: {
      ssr: SOURCE,
      outDir: folder,
      target: 'node22',
      minify: true,
      rolldownOptions: { output: { entryFileNames: 'asker.mjs', codeSplitting: false } },
    },
    ssr: { noExternal: true },
  });
  const program = join(folder, 'asker.mjs');
  // One that ends by itself keeps what was compiled, for all others.
  await new AskerProcess(program, 'first', { ...NOTHING_TO_ASK, folder }).ended;
  return program;
}

const NOTHING_TO_ASK = {
  platformUrl: 'http://127.0.0.1:9',
  workspaceId: 'nobody',
  useWebSocket: false,
  resumes: false,
  asks: [],
};

export interface Ended {
  readonly name: string;
  readonly plan: Plan;
  readonly startedAt: number;
  readonly said: readonly Said[];
  /** What could not be read of it, and what it wrote to standard error. */
  readonly noise: string;
  readonly wasKilled: boolean;
  readonly status: number | null;
}

/** Of all askers that live now, to be ended in any case. */
const living = new Set<ChildProcess>();

export function endAllAskers(): void {
  for (const child of living) child.kill('SIGKILL');
}

export class AskerProcess {
  /** Resolves when the program runs, or has ended. */
  readonly begun: Promise<unknown>;
  /** Resolves when it says that it has closed its client, or has ended. */
  readonly closed: Promise<unknown>;
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;

  constructor(program: string, name: string, plan: Plan) {
    const child = spawn(process.execPath, [program, JSON.stringify(plan)], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { NODE_COMPILE_CACHE: join(program, '..', 'compiled') },
    });
    this.#child = child;
    living.add(child);
    const out = collect(child.stdout);
    const err = collect(child.stderr);
    const closed = once(child, 'close');
    let startedAt = Date.now();
    child.stdout.once('data', () => {
      startedAt = Date.now();
    });
    this.begun = Promise.race([once(child.stdout, 'data'), closed]);
    const saidClosed = new Promise((resolve) => {
      child.stdout.on('data', (chunk: string) => {
        if (chunk.includes('"type":"closed"')) resolve(undefined);
      });
    });
    this.closed = Promise.race([saidClosed, closed]);
    this.ended = closed.then(() => {
      living.delete(child);
      const { signalCode, exitCode: status } = child;
      const wasKilled = signalCode === 'SIGKILL';
      return { name, plan, startedAt, ...heard(out.join(''), err.join('')), wasKilled, status };
    });
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}

function collect(stream: Readable): string[] {
  const chunks: string[] = [];
  stream.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
  return chunks;
}

function heard(out: string, noise: string): Pick<Ended, 'said' | 'noise'> {
  const said: Said[] = [];
  for (const line of out.split('\n').filter((each) => each !== ''))
    try {
      said.push(readSaid(line));
    } catch {
      return { said, noise: `${noise}unreadable: ${line}\n` };
    }
  return { said, noise };
}
