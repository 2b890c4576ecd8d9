/** The MCP server as a child process, and a client of a few lines that knows nothing of its SDK. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import { z } from 'zod';
import { createFakePlatform, type FakePlatform } from '../../src/testing/index.ts';
import { readAudit, WORKSPACE } from './world.ts';

export const serverProgram = fileURLToPath(new URL('./mcp-server.ts', import.meta.url));

/** Halves the start of every server of a test file but the first. */
const compileCache = mkdtempSync(join(tmpdir(), 'countersign-compiled-'));
process.once('exit', () => rmSync(compileCache, { recursive: true, force: true }));
afterAll(() => rmSync(compileCache, { recursive: true, force: true }));

/** What a server asks, its settings, and how its audit log stands. */
export interface ServerWorld {
  readonly platform: FakePlatform;
  readonly folder: string;
  /** The whole environment of the server: nothing comes from the test's own. */
  readonly env: Record<string, string>;
  /** The outcomes in the audit log, in order. */
  readonly outcomes: () => string[];
  readonly end: () => Promise<void>;
}

export async function serverWorld(more: Record<string, string> = {}): Promise<ServerWorld> {
  const platform = await createFakePlatform();
  const folder = mkdtempSync(join(tmpdir(), 'countersign-'));
  const auditPath = join(folder, 'audit.jsonl');
  const env = {
    PLATFORM_URL: platform.url,
    WORKSPACE_ID: WORKSPACE,
    WORKSPACE_CONFIG_PATH: folder,
    CONFIGS_DIR: folder,
    COUNTERSIGN_STATE_DIR: folder,
    AUDIT_LOG_PATH: auditPath,
    APPROVAL_TIMEOUT: '20s',
    APPROVAL_POLL_INTERVAL: '100ms',
    NODE_COMPILE_CACHE: compileCache,
    ...more,
  };
  return {
    platform,
    folder,
    env,
    outcomes: () => readAudit(auditPath).map(({ outcome }) => outcome),
    end: async () => {
      await platform.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const messageSchema = z.object({
  jsonrpc: z.literal('2.0'),
  id: z.number().optional(),
  method: z.string().optional(),
  params: z.record(z.string(), z.unknown()).optional(),
  result: z.unknown().optional(),
  error: z.unknown().optional(),
});
export type Message = z.infer<typeof messageSchema>;

export const callResultSchema = z.object({
  content: z.array(z.object({ type: z.literal('text'), text: z.string() })),
  structuredContent: z.record(z.string(), z.unknown()).optional(),
  isError: z.boolean().optional(),
});

/** What the protocol of 2026 says with every request, in place of a handshake. */
export const MODERN = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
  'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1' },
};

/** JSON-RPC over the pipes of a server that it starts. */
export class RawClient {
  readonly child: ChildProcess;
  /** Everything that came on standard output, in order. */
  readonly received: Message[] = [];
  /** Lines of standard output that are no JSON-RPC. */
  readonly foreign: string[] = [];
  /** What came on standard error so far. */
  stderr = '';
  /** The exit status and signal, when all pipes are closed. */
  readonly ended: Promise<{ readonly code: unknown; readonly signal: unknown }>;

  constructor(env: Record<string, string>) {
    const child = spawn(process.execPath, [serverProgram], { env, stdio: 'pipe' });
    this.child = child;
    this.ended = once(child, 'close').then(([code, signal]) => ({ code, signal }));
    child.stderr.on('data', (chunk) => {
      this.stderr += String(chunk);
    });
    // A server that is gone is what some tests are about.
    child.stdin.on('error', () => undefined);
    createInterface(child.stdout).on('line', (line) => this.#receive(line));
  }

  send(message: object): void {
    this.child.stdin?.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  }

  initialize(): void {
    const clientInfo = { name: 'raw', version: '1' };
    const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo };
    this.send({ id: 0, method: 'initialize', params });
    this.send({ method: 'notifications/initialized' });
  }

  /** Without `initialize`: `meta` is then {@link MODERN}. */
  call(id: number, args: object, meta?: object): void {
    const params = { name: 'request_approval', arguments: args, _meta: meta };
    this.send({ id, method: 'tools/call', params });
  }

  answersTo(id: number): Message[] {
    return this.received.filter((message) => message.id === id);
  }

  /** The progress notifications under that token. */
  progress(token: string | number): Message[] {
    return this.received.filter(
      ({ method, params }) =>
        method === 'notifications/progress' && params?.['progressToken'] === token,
    );
  }

  /** Kills the server, should it still run. */
  async end(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }

  #receive(line: string): void {
    try {
      this.received.push(messageSchema.parse(JSON.parse(line)));
    } catch {
      this.foreign.push(line);
    }
  }
}
