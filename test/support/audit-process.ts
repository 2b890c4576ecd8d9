import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const SCRIPT = fileURLToPath(new URL('./audit-writer.ts', import.meta.url));

export interface AuditProcess {
  readonly child: ChildProcess;
  /** What it said so far: numbers of records that are on disk, then `done` or `failed …`. */
  readonly said: readonly string[];
  /** Lets it write. */
  start(): void;
  /** Resolves when it has exited, however. */
  readonly exited: Promise<unknown>;
}

/** A process that has opened the log and writes `count` records when it is started. */
export async function auditProcess(
  { path, name, count }: { path: string; name: string; count: number },
  wrap: (command: string[]) => string[] = (command) => command,
): Promise<AuditProcess> {
  const [program = '', ...args] = wrap([process.execPath, SCRIPT, path, name, String(count)]);
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const exited = once(child, 'close');
  const said: string[] = [];
  const lines = createInterface(child.stdout);
  const ready = once(lines, 'line');
  await Promise.race([ready, exited]);
  lines.on('line', (line) => said.push(line));
  return { child, said, exited, start: () => void child.stdin.write('go\n') };
}
