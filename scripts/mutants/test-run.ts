/** One run of the test runner in a tree, and what it says. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { z } from 'zod';

/** A run that takes longer hangs, milliseconds. */
const MAX_RUN_MS = 240_000;
/** For each test. One that waits for what never comes need not wait long. */
const TEST_TIMEOUT_MS = 10_000;
/** For what a test leaves to be closed: it may hang as the test did. */
const HOOK_TIMEOUT_MS = 5_000;

const reportSchema = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      message: z.string().optional(),
      assertionResults: z.array(
        z.object({ fullName: z.string(), title: z.string(), status: z.string() }),
      ),
    }),
  ),
});

export interface TestResult {
  /** From the root of the tree. */
  readonly file: string;
  readonly title: string;
  readonly fullName: string;
  readonly status: string;
}

export interface TestRun {
  readonly status: number | null;
  readonly tests: readonly TestResult[];
  /** Of files that could not be loaded, and of the runner itself. */
  readonly trouble: string;
}

export interface TestSelection {
  readonly files: readonly string[];
  readonly names: RegExp;
  /** Stop at the first test that fails. */
  readonly bail: boolean;
}

export async function runTests(
  tree: string,
  { files, names, bail }: TestSelection,
): Promise<TestRun> {
  const report = join(tree, 'report.json');
  rmSync(report, { force: true });
  const { status, said } = await vitest(tree, [
    ...files,
    `--testNamePattern=${names.source}`,
    `--testTimeout=${TEST_TIMEOUT_MS}`,
    `--hookTimeout=${HOOK_TIMEOUT_MS}`,
    ...(bail ? ['--bail=1', '--maxWorkers=1'] : []),
    '--reporter=json',
    `--outputFile=${report}`,
  ]);
  if (!existsSync(report)) return { status, tests: [], trouble: said };
  const { testResults } = reportSchema.parse(JSON.parse(readFileSync(report, 'utf8')));
  return {
    status,
    tests: testResults.flatMap(({ name, assertionResults }) =>
      assertionResults.map((result) => ({ file: relative(tree, name), ...result })),
    ),
    trouble: [...testResults.map(({ message = '' }) => message), said].join('\n').trim(),
  };
}

function vitest(
  tree: string,
  args: readonly string[],
): Promise<{ readonly status: number | null; readonly said: string }> {
  const program = join(tree, 'node_modules', 'vitest', 'vitest.mjs');
  const child = spawn(process.execPath, [program, 'run', ...args], {
    cwd: tree,
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  running.add(child);
  const timer = setTimeout(() => end(child), MAX_RUN_MS);
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => {
      clearTimeout(timer);
      running.delete(child);
      resolve({ status, said: status === null ? `${said} the run was ended` : said });
    });
  });
}

const running = new Set<ChildProcess>();

/** With its workers, one of which may be busy for ever. */
function end({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/** Ends what is under way. */
export function endRuns(): void {
  for (const child of running) end(child);
}
