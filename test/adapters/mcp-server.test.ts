import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/server';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createMcpServer } from '../../src/adapters/mcp.ts';
import { expectCleanFinishOfEachTest } from '../support/clean-finish.ts';
import { fakePlatform, requestingSide } from '../support/world.ts';

expectCleanFinishOfEachTest();

const ASK = { action: 'Drop table users' };

/** A transport that is no pipe: what the server sends is kept. */
class Wire implements Transport {
  readonly sent: JSONRPCMessage[] = [];
  onmessage?: (message: JSONRPCMessage) => void;
  onclose?: () => void;

  start = async (): Promise<void> => undefined;

  send = async (message: JSONRPCMessage): Promise<void> => {
    this.sent.push(message);
  };

  close = async (): Promise<void> => {
    this.onclose?.();
  };

  receive(message: object): void {
    this.onmessage?.({ jsonrpc: '2.0', method: '', ...message });
  }

  /** What the progress notifications say. */
  said(): string[] {
    return this.sent.map((message) =>
      'params' in message ? String(message.params?.['message']) : '',
    );
  }
}

async function connected() {
  const platform = await fakePlatform();
  const { approvals } = requestingSide(platform.url);
  const server = createMcpServer({ approvals });
  const wire = new Wire();
  await server.connect(wire);
  onTestFinished(() => server.close());
  const call = (action: string) => {
    const params = { name: 'request_approval', arguments: { action, reason: '' } };
    wire.receive({
      id: 1,
      method: 'tools/call',
      params: { ...params, _meta: { progressToken: 1 } },
    });
  };
  return { platform, approvals, server, wire, call };
}

it('says its own deadline where the program asks the same at the same moment', async () => {
  const { approvals, wire, call } = await connected();
  const other = approvals.request({ ...ASK, timeout: '24h' });
  call(ASK.action);
  await vi.waitUntil(() => wire.said().length > 0);
  const until = Date.parse(wire.said()[0]?.replace(/^.* until /, '') ?? '');
  expect(until - Date.now()).toBeLessThanOrEqual(10_000);
  await approvals.close();
  expect(await other).toMatchObject({ status: 'withdrawn' });
});

it('withdraws a call when its connection is closed, and leaves the client of its owner open', async () => {
  const { platform, approvals, server, call } = await connected();
  call(ASK.action);
  const { id } = await platform.waitForRow();
  await server.close();
  const withdrawn = await platform.waitForRow((row) => row.id === id && row.status === 'denied');
  expect(withdrawn.decided_by).toBe('withdrawn: the caller gave up');
  const asked = approvals.request({ action: 'Go on' });
  const next = await platform.waitForRow(({ action }) => action === 'Go on');
  platform.decide(next.id, 'approved');
  expect(await asked).toMatchObject({ approved: true });
});
