import { CountersignError } from '../../errors.ts';
import { readArguments } from '../arguments.ts';
import { stopSignals } from '../stop-signals.ts';
import { UsageError } from '../usage-error.ts';

/** An optional peer: only this command needs it. */
const PEER = '@modelcontextprotocol/server';

/** `countersign mcp`: the MCP server, until its client leaves. */
export async function run(args: string[]): Promise<number> {
  if (readArguments(args, {}).positionals.length > 0) throw new UsageError('mcp takes no words');
  const { serveMcpStdio } = await loadServer();
  using stop = stopSignals();
  return await serveMcpStdio({ signal: stop.signal });
}

async function loadServer() {
  try {
    return await import('../../adapters/mcp.ts');
  } catch (error) {
    if (!isPeerMissing(error)) throw error;
    throw new CountersignError(
      'config',
      `mcp needs the package ${PEER}; install it: npm install ${PEER}`,
      { cause: error },
    );
  }
}

const isPeerMissing = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  error.code === 'ERR_MODULE_NOT_FOUND' &&
  error.message.includes(PEER);
