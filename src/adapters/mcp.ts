/** `request_approval` as an MCP server, for every agent that speaks MCP. */
import { createRequire } from 'node:module';
import { McpServer, type ServerContext } from '@modelcontextprotocol/server';
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio';
import { z } from 'zod';
import {
  type Approvals,
  createApprovals,
  SettingsError,
  type StateEvent,
  type ToolResult,
} from '../index.ts';
import { runTool, TOOL_DESCRIPTION, TOOL_NAME, toolInput, toolOutput } from './approval-tool.ts';

/** Clients give up after 60 s without a sign of life. */
const PROGRESS_INTERVAL_MS = 10_000;

export interface McpServerOptions {
  /** Asks. It stays yours: close it when the server is done. */
  readonly approvals: Pick<Approvals, 'request'>;
  /** Milliseconds between progress notifications, above 0. Default: 10,000. */
  readonly progressIntervalMs?: number | undefined;
}

/**
 * A server with the tool `request_approval`, to connect to any transport. A call whose client asks
 * for progress gets it from the start; a call that is cancelled, or whose connection ends, is
 * withdrawn. `isError` says that it could not be asked (`failed`); a "no" is no error.
 */
export function createMcpServer({
  approvals,
  progressIntervalMs = PROGRESS_INTERVAL_MS,
}: McpServerOptions): McpServer {
  const server = new McpServer({
    name: 'countersign',
    title: 'Countersign: human approval',
    version: packageVersion(),
  });
  const tool = {
    title: 'Ask a person for approval',
    description: TOOL_DESCRIPTION,
    inputSchema: toolInput,
    outputSchema: toolOutput,
    // Every call is a new question to a person.
    annotations: {
      readOnlyHint: false,
      destructiveHint: false,
      idempotentHint: false,
      openWorldHint: true,
    },
  };
  server.registerTool(TOOL_NAME, tool, async (input, context) => {
    const { onState, stop } = progressOf(context, progressIntervalMs);
    try {
      const { signal } = context.mcpReq;
      return toCallResult(await runTool(approvals, input, { signal, onState }));
    } finally {
      stop();
    }
  });
  return server;
}

const toCallResult = (result: ToolResult) => ({
  content: [{ type: 'text' as const, text: JSON.stringify(result) }],
  structuredContent: result,
  isError: result.status === 'failed',
});

/** Reported from the first state of the approval until it is stopped, or the call is cancelled. */
function progressOf(
  { mcpReq: { _meta: meta, notify, signal } }: ServerContext,
  intervalMs: number,
): { readonly onState?: (event: StateEvent) => void; readonly stop: () => void } {
  const progressToken = meta?.progressToken;
  if (progressToken === undefined) return { stop: () => undefined };
  let timer: NodeJS.Timeout | undefined;
  let progress = 0;
  const report = (deadlineAt: number): void => {
    progress += 1;
    const until = new Date(deadlineAt).toISOString();
    const message = `Waiting for a person to decide, at the latest until ${until}`;
    const params = { progressToken, progress, message };
    // What cannot be sent any more is no news: the end of the connection withdraws.
    notify({ method: 'notifications/progress', params }).catch(() => undefined);
  };
  const onState = ({ deadlineAt }: StateEvent): void => {
    if (timer !== undefined || signal.aborted) return;
    timer = setInterval(report, intervalMs, deadlineAt);
    report(deadlineAt);
  };
  const stop = (): void => {
    clearInterval(timer);
    signal.removeEventListener('abort', stop);
  };
  signal.addEventListener('abort', stop, { once: true });
  return { onState, stop };
}

export interface ServeMcpStdioOptions extends Pick<McpServerOptions, 'progressIntervalMs'> {
  /**
   * Asks; not closed here, so close it afterwards. Default: one of its own, from the environment
   * variables.
   */
  readonly approvals?: Approvals | undefined;
  /** Ends the service. Default: SIGINT and SIGTERM end it; a second one ends the process. */
  readonly signal?: AbortSignal | undefined;
}

const SERVED = 0;
const WRONG_SETTINGS = 2;

/**
 * Serves standard input and output until the input ends or `signal` fires, and withdraws what then
 * still waits. Nothing but MCP may go to standard output meanwhile. Wrong settings are said on
 * standard error, all of them, and nothing is served.
 * @returns the exit status: 0, or 2 for wrong settings
 *
 * @example
 * ```ts
 * process.exitCode = await serveMcpStdio();
 * ```
 */
export async function serveMcpStdio(options: ServeMcpStdioOptions = {}): Promise<number> {
  const approvals = options.approvals ?? approvalsOfEnvironment();
  if (approvals === undefined) return WRONG_SETTINGS;
  const stopping = options.signal === undefined ? processSignals() : undefined;
  try {
    await serve({ ...options, approvals }, options.signal ?? stopping?.signal);
    if (options.approvals === undefined) await approvals.close();
  } finally {
    // Not before the end of the close: clients close our input and send SIGTERM a moment later.
    stopping?.release();
  }
  return SERVED;
}

function approvalsOfEnvironment(): Approvals | undefined {
  try {
    return createApprovals();
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    const lines = error.problems.map(({ variable, message }) => `  ${variable} ${message}\n`);
    process.stderr.write(`countersign: wrong settings\n${lines.join('')}`);
    return undefined;
  }
}

async function serve(options: McpServerOptions, signal: AbortSignal | undefined): Promise<void> {
  if (signal?.aborted === true) return;
  const transport = new WatchedStdio();
  const connection = serveStdio(() => createMcpServer(options), { transport });
  const stop = (): void => {
    connection.close().catch(() => undefined);
  };
  signal?.addEventListener('abort', stop, { once: true });
  await transport.ended;
  signal?.removeEventListener('abort', stop);
}

/** Tells when it ended; `serveStdio` takes `onclose` for itself. */
class WatchedStdio extends StdioServerTransport {
  readonly #ended = Promise.withResolvers<void>();
  readonly ended = this.#ended.promise;

  override async close(): Promise<void> {
    await super.close();
    this.#ended.resolve();
  }
}

/** The first SIGINT or SIGTERM, instead of an end of the process without a withdrawal. */
function processSignals(): { readonly signal: AbortSignal; readonly release: () => void } {
  const controller = new AbortController();
  const names = ['SIGINT', 'SIGTERM'] as const;
  const stop = (): void => controller.abort();
  for (const name of names) process.once(name, stop);
  const release = (): void => {
    for (const name of names) process.off(name, stop);
  };
  return { signal: controller.signal, release };
}

function packageVersion(): string {
  const manifest: unknown = createRequire(import.meta.url)('countersign/package.json');
  return z.object({ version: z.string() }).parse(manifest).version;
}
