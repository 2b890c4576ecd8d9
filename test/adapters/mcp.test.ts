import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createMCPClient } from '@ai-sdk/mcp';
import { Experimental_StdioMCPTransport as StdioTransport } from '@ai-sdk/mcp/mcp-stdio';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { expectCleanFinish, openHandles } from '../../src/testing/index.ts';
import { callResultSchema, serverProgram, serverWorld } from '../support/mcp-process.ts';

const ASK = { action: 'Drop table users', reason: 'GDPR' };

/** A client that was made by others, with the server as its child process. */
async function clientSide() {
  const world = await serverWorld();
  const exitFile = join(world.folder, 'exit-status');
  const client = await createMCPClient({
    transport: new StdioTransport({
      command: process.execPath,
      args: [serverProgram],
      env: { ...world.env, TEST_EXIT_FILE: exitFile },
    }),
  });
  const { request_approval: tool } = await client.tools();
  const call = async (args: object = ASK) => {
    const options = { toolCallId: 'call-1', messages: [], context: {} };
    return callResultSchema.parse(await tool?.execute(args, options));
  };
  /** The client goes, and the server ends with the status that this gives. */
  const leave = async (): Promise<string> => {
    await client.close();
    await vi.waitUntil(() => existsSync(exitFile), { timeout: 10_000 });
    return readFileSync(exitFile, 'utf8');
  };
  return { ...world, client, call, leave };
}

describe('a server', () => {
  const before = openHandles();
  let side: Awaited<ReturnType<typeof clientSide>>;
  beforeAll(async () => {
    side = await clientSide();
  });
  afterAll(async () => {
    expect(await side.leave()).toBe('0');
    await side.end();
    await expectCleanFinish(before);
  });

  const waiting = (action: string) =>
    side.platform.waitForRow((row) => row.action === action && row.status === 'pending');

  it('lists one tool, with what it takes and what it answers', async () => {
    const { tools } = await side.client.listTools();
    expect(tools).toMatchObject([
      {
        name: 'request_approval',
        description: expect.stringContaining('before you do it'),
        inputSchema: {
          type: 'object',
          required: ['action', 'reason'],
          properties: { action: { type: 'string' }, reason: { type: 'string' } },
          additionalProperties: false,
        },
        outputSchema: { type: 'object', required: ['approved', 'status', 'trace_id'] },
        annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false },
      },
    ]);
    expect(side.client.serverInfo).toMatchObject({
      name: 'countersign',
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    });
  });

  it('answers a grant, as text and as an object', async () => {
    const calling = side.call();
    const row = await waiting(ASK.action);
    expect(row).toMatchObject(ASK);
    side.platform.decide(row.id, 'approved', 'alice@example.com');
    const { content, structuredContent, isError } = await calling;
    expect(structuredContent).toEqual({
      approved: true,
      status: 'granted',
      approval_id: row.id,
      decided_by: 'alice@example.com',
      trace_id: expect.any(String),
    });
    expect(content.map(({ text }) => JSON.parse(text))).toEqual([structuredContent]);
    expect(isError).not.toBe(true);
    expect(side.outcomes()).toEqual(['allowed', 'requested', 'granted']);
  });

  it.each([
    ['denial', 'bob@example.com', { status: 'denied', message: 'Denied by human' }],
    ['timeout', 'auto-expired', { status: 'timeout', cause: expect.any(String) }],
  ])('answers a %s, which is no error', async (what, decidedBy, expected) => {
    const calling = side.call({ action: `Wait for a ${what}`, reason: '' });
    const { id } = await waiting(`Wait for a ${what}`);
    side.platform.decide(id, 'denied', decidedBy);
    const { structuredContent, isError } = await calling;
    expect(structuredContent).toMatchObject({ approved: false, ...expected });
    expect(isError).not.toBe(true);
  });

  it('answers an error where it could not be asked', async () => {
    const { structuredContent, isError } = await side.call({ action: '', reason: '' });
    expect(structuredContent).toMatchObject({ approved: false, status: 'failed', cause: 'input' });
    expect(isError).toBe(true);
  });

  it('refuses input that does not fit the schema, and sends nothing', async () => {
    const asked = side.platform.requests.length;
    const { content, isError } = await side.call({ action: 'Drop table users' });
    expect(isError).toBe(true);
    expect(content[0]?.text).toMatch(/reason/);
    expect(side.platform.requests).toHaveLength(asked);
  });
});

it('withdraws and ends when the client goes away while a person is waited for', async () => {
  const before = openHandles();
  const side = await clientSide();
  onTestFinished(() => side.end());
  const calling = side.call().catch((error: unknown) => error);
  await side.platform.waitForRow();
  expect(await side.leave()).toBe('0');
  await calling;
  expect(side.platform.rows()).toMatchObject([
    { status: 'denied', decided_by: expect.stringMatching(/^withdrawn: /) },
  ]);
  expect(side.outcomes().at(-1)).toBe('withdrawn');
  await side.end();
  await expectCleanFinish(before);
});
