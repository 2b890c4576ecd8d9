/** Where a story takes place: a folder, a platform, somebody who decides, and variables that lead there. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, closeSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'node:util';
import { onTestFinished, vi } from 'vitest';
import { createPlatform } from '../../src/platform/index.ts';
import { openStorage } from '../../src/platform/storage/index.ts';
import { scriptedApprover } from '../../src/testing/index.ts';
import { temporaryFolder } from '../support/world.ts';
import { type Block, ROOT } from './documents.ts';
import { withStandIns } from './stand-ins.ts';

export interface Scene {
  readonly folder: string;
  readonly auditPath: string;
  /** Runs the block; what it printed. */
  readonly run: (block: Block) => Promise<string>;
  /** The lines of the audit log so far. */
  readonly audit: () => string[];
}

const SOURCE_ENTRIES = new URL('../support/source-entries.mjs', import.meta.url).href;

/** Ends with the test. */
export async function setScene(): Promise<Scene> {
  const folder = temporaryFolder();
  const auditPath = join(folder, 'audit.jsonl');
  const dataDir = join(folder, 'platform');
  const platform = createPlatform({ dataDir, port: 0 });
  await platform.listen();
  onTestFinished(() => platform.close());
  const token = await tokenOfAlice(dataDir);
  const variables = {
    PLATFORM_URL: platform.url,
    WORKSPACE_CONFIG_PATH: folder,
    CONFIGS_DIR: folder,
    COUNTERSIGN_STATE_DIR: join(folder, 'state'),
    AUDIT_LOG_PATH: auditPath,
    NODE_COMPILE_CACHE: join(ROOT, 'node_modules/.cache/compiled'),
    PATH: `${commandIn(folder)}:${process.env['PATH']}`,
  };
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  vi.stubEnv('COUNTERSIGN_INSPECT', undefined); // whoever runs the tests may have a view
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  const audit = (): string[] =>
    existsSync(auditPath) ? readFileSync(auditPath, 'utf8').split('\n').filter(Boolean) : [];
  let runs = 0;
  const runCode = async ({ code, markers }: Block): Promise<string> => {
    runs += 1;
    const file = join(folder, markers.get('file') ?? `block-${runs}.ts`);
    const stoodIn = await withStandIns(code);
    writeFileSync(file, stoodIn.code);
    const decide = decisionOf(markers.get('approver') ?? 'approve');
    const note = markers.get('note');
    await using _approver = scriptedApprover({
      url: platform.url,
      token,
      pollIntervalMs: 50,
      decide,
      ...(note === undefined ? {} : { note }),
    });
    const end = markers.get('killed when');
    if (end !== undefined)
      return await runUntil(file, () => audit().some((line) => line.includes(end)));
    const said = await (markers.has('alone') ? runAlone(file) : runHere(file));
    await stoodIn.expectSeen();
    return said;
  };
  const run = (block: Block): Promise<string> =>
    block.language === 'sh' ? runShell(block.code, folder) : runCode(block);
  return { folder, auditPath, run, audit };
}

/** The owner of the folder is called as the user of this machine; pages show the same name everywhere. */
async function tokenOfAlice(dataDir: string): Promise<string> {
  const storage = openStorage(dataDir, Date.now);
  try {
    const { token } = await storage.tokens.addToken({ kind: 'approver', name: 'alice' });
    return token;
  } finally {
    await storage.close();
  }
}

function decisionOf(word: string): 'approve' | 'deny' | 'none' {
  if (word === 'approve' || word === 'deny' || word === 'none') return word;
  throw new Error(`"approver: ${word}": it must be approve, deny or none`);
}

/** A folder with the command `countersign`, as it runs from the source. */
function commandIn(folder: string): string {
  const file = join(folder, 'countersign');
  const main = join(ROOT, 'src/cli/main.ts');
  writeFileSync(file, `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`);
  chmodSync(file, 0o755);
  return folder;
}

/** In this process, as a module. */
async function runHere(file: string): Promise<string> {
  const said = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  try {
    await import(file);
    return said.mock.calls.map((args) => `${format(...args)}\n`).join('');
  } finally {
    said.mockRestore();
  }
}

/** As a process of its own. What it says goes to a file: a pipe would be one more thing open in it. */
async function runAlone(file: string): Promise<string> {
  const said = openSync(`${file}.said`, 'w');
  const child = spawn(process.execPath, ['--import', SOURCE_ENTRIES, file], {
    stdio: ['ignore', said, said],
  });
  closeSync(said);
  await once(child, 'close');
  const text = readFileSync(`${file}.said`, 'utf8');
  if (child.exitCode !== 0) throw new Error(`it failed: ${text}`);
  return text;
}

/** As a process of its own, killed without a warning as soon as it `isTime`. */
async function runUntil(file: string, isTime: () => boolean): Promise<string> {
  const child = spawn(process.execPath, ['--import', SOURCE_ENTRIES, file]);
  const said = everythingSaidBy(child);
  const ended = once(child, 'close');
  await vi.waitUntil(() => isTime() || child.exitCode !== null, { interval: 5 });
  child.kill('SIGKILL');
  await ended;
  if (child.signalCode !== 'SIGKILL') throw new Error(`it ended by itself: ${said()}`);
  return said();
}

/** As in a terminal: what goes to standard error as well. The exit status does not matter. */
async function runShell(script: string, cwd: string): Promise<string> {
  const child = spawn('sh', ['-c', script], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = everythingSaidBy(child);
  await once(child, 'close');
  return said();
}

function everythingSaidBy({ stdout, stderr }: ChildProcess): () => string {
  let said = '';
  for (const stream of [stdout, stderr])
    stream?.on('data', (text: Buffer) => {
      said += text.toString();
    });
  return () => said;
}
