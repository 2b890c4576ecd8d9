/** Who asks: a program itself, or an agent through one of the adapters. */
import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { createApprovalTool } from '../../src/adapters/langchain.ts';
import { createMcpServer } from '../../src/adapters/mcp.ts';
import type { Approvals } from '../../src/index.ts';
import type { ObservedApproval } from '../../src/testing/index.ts';

/** How it ended, as far as the one who asked can see it. */
export type End = Pick<ObservedApproval, 'status' | 'knowsId' | 'decidedBy' | 'cause'>;

export interface Asker {
  readonly ask: (action: string, signal: AbortSignal) => Promise<End>;
  readonly close?: () => Promise<void>;
}

export type MakeAsker = (approvals: Approvals) => Asker | Promise<Asker>;

export const program: MakeAsker = (approvals) => ({
  ask: async (action, signal) => {
    const outcome = await approvals.request({ action, args: { table: 'users' } }, { signal });
    const { status, approvalId } = outcome;
    return {
      status,
      knowsId: approvalId !== undefined,
      decidedBy: ('decidedBy' in outcome && outcome.decidedBy) || null,
      cause: ('cause' in outcome && outcome.cause) || null,
    };
  },
});

/** What a model is told. A person's denial needs no cause there. */
const resultSchema = z.object({
  status: z.enum(['granted', 'denied', 'timeout', 'withdrawn', 'failed']),
  approval_id: z.string().optional(),
  decided_by: z.string().optional(),
  cause: z.string().optional(),
});

function endOfResult(result: unknown): End {
  const { status, approval_id: id, decided_by: decidedBy, cause } = resultSchema.parse(result);
  return {
    status,
    knowsId: id !== undefined,
    decidedBy: decidedBy ?? null,
    cause: status === 'timeout' ? (cause ?? null) : undefined,
  };
}

/** What the agent knows that does not wait for the answer to its own abort. */
const LEFT: End = { status: 'withdrawn' };

const leaves = (signal: AbortSignal): Promise<End> =>
  new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(LEFT), { once: true });
  });

export const langchain: MakeAsker = (approvals) => {
  const tool = createApprovalTool({ approvals });
  return {
    ask: (action, signal) =>
      tool.invoke({ action, reason: '' }, { signal }).then(endOfResult, (error: unknown) => {
        if (signal.aborted) return LEFT;
        throw error;
      }),
  };
};

/** An MCP client that is connected without a pipe. */
class Wire implements Transport {
  readonly #waiting = new Map<unknown, (result: unknown) => void>();
  onmessage?: (message: JSONRPCMessage) => void;
  onclose?: () => void;

  start = async (): Promise<void> => undefined;

  send = async (message: JSONRPCMessage): Promise<void> => {
    if ('result' in message) this.#waiting.get(message.id)?.(message.result);
  };

  close = async (): Promise<void> => {
    this.onclose?.();
  };

  notify(method: string, params: Record<string, unknown>): void {
    this.onmessage?.({ jsonrpc: '2.0', method, params });
  }

  call(id: number, params: Record<string, unknown>): Promise<unknown> {
    const result = new Promise<unknown>((resolve) => this.#waiting.set(id, resolve));
    this.onmessage?.({ jsonrpc: '2.0', id, method: 'tools/call', params });
    return result;
  }
}

export const mcp: MakeAsker = async (approvals) => {
  const server = createMcpServer({ approvals });
  const wire = new Wire();
  await server.connect(wire);
  let calls = 0;
  return {
    ask: async (action, signal) => {
      calls += 1;
      const requestId = calls;
      const params = { name: 'request_approval', arguments: { action, reason: '' } };
      signal.addEventListener('abort', () =>
        wire.notify('notifications/cancelled', { requestId, reason: 'the run was cancelled' }),
      );
      const answered = wire.call(requestId, params).then((result) => {
        const { structuredContent } = z.object({ structuredContent: z.unknown() }).parse(result);
        return endOfResult(structuredContent);
      });
      return Promise.race([answered, leaves(signal)]);
    },
    close: () => server.close(),
  };
};
