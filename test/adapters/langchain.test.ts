import { fakeModel } from '@langchain/core/testing';
import { AIMessage, createAgent, ToolMessage } from 'langchain';
import { expect, it, vi } from 'vitest';
import { createApprovalTool } from '../../src/adapters/langchain.ts';
import { expectCleanFinishOfEachTest } from '../support/clean-finish.ts';
import { fakePlatform, requestingSide, type WorldOptions } from '../support/world.ts';

expectCleanFinishOfEachTest();

const ASK = { action: 'Drop table users', reason: 'GDPR' };

async function agentSide(args: Record<string, unknown> = ASK, options: WorldOptions = {}) {
  const platform = await fakePlatform();
  const world = requestingSide(platform.url, options);
  const approvalTool = createApprovalTool(world);
  const model = fakeModel()
    .respondWithTools([{ name: approvalTool.name, args, id: 'call-1' }])
    .respond(new AIMessage('That was it.'));
  const agent = createAgent({ model, tools: [approvalTool] });
  const run = (signal?: AbortSignal) =>
    agent.invoke(
      { messages: [{ role: 'user', content: 'Clean up.' }] },
      signal === undefined ? {} : { signal },
    );
  return { platform, model, run, approvalTool, world };
}

/** What the model was given as the tool's answer. */
function seenBy(model: ReturnType<typeof fakeModel>): ToolMessage {
  const answer = model.calls.at(-1)?.messages.find((message) => ToolMessage.isInstance(message));
  if (answer === undefined) throw new Error('The model saw no answer of a tool.');
  return answer;
}

it('lets the agent go on with the decision as JSON when a person approves', async () => {
  const { platform, model, run, world } = await agentSide();
  const running = run();
  const row = await platform.waitForRow();
  expect(row).toMatchObject(ASK);
  platform.decide(row.id, 'approved', 'alice@example.com');
  const { messages } = await running;
  expect(messages.at(-1)?.text).toBe('That was it.');
  expect(JSON.parse(seenBy(model).text)).toEqual({
    approved: true,
    status: 'granted',
    approval_id: row.id,
    decided_by: 'alice@example.com',
    trace_id: expect.any(String),
  });
  expect(seenBy(model).status).toBe('success');
  expect(world.outcomes()).toEqual(['allowed', 'requested', 'granted']);
});

it('answers a denial, and does not throw it', async () => {
  const { platform, model, run } = await agentSide();
  const running = run();
  const { id } = await platform.waitForRow();
  platform.decide(id, 'denied', 'bob@example.com');
  await running;
  expect(seenBy(model).status).toBe('success');
  expect(JSON.parse(seenBy(model).text)).toMatchObject({
    approved: false,
    status: 'denied',
    decided_by: 'bob@example.com',
    message: 'Denied by human',
  });
});

it('gives a program that invokes the tool itself the object', async () => {
  const { platform, approvalTool } = await agentSide();
  const invoked = approvalTool.invoke(ASK);
  platform.decide((await platform.waitForRow()).id, 'approved');
  const { approved, status } = await invoked;
  expect({ approved, status }).toEqual({ approved: true, status: 'granted' });
});

it('answers a timeout when nobody decides', async () => {
  const { platform, model, run } = await agentSide(ASK, { timeout: 1.5 });
  await run();
  expect(JSON.parse(seenBy(model).text)).toMatchObject({ approved: false, status: 'timeout' });
  expect(platform.rows()).toMatchObject([{ status: 'denied' }]);
});

it('withdraws the request when the run is aborted while it waits', async () => {
  const { platform, model, run, world } = await agentSide();
  const controller = new AbortController();
  const running = run(controller.signal);
  const { id } = await platform.waitForRow();
  controller.abort();
  await expect(running).rejects.toThrow(/abort/i);
  await vi.waitUntil(() => platform.rows().every(({ status }) => status === 'denied'));
  await world.approvals.close();
  expect(platform.rows()).toMatchObject([
    { id, status: 'denied', decided_by: 'withdrawn: the caller gave up' },
  ]);
  expect(world.outcomes().at(-1)).toBe('withdrawn');
  expect(model.callCount).toBe(1);
});

it.each([
  ['without a reason', { action: 'Drop table users' }],
  ['with an action that is no text', { action: 7, reason: '' }],
  ['with arguments that nobody would see', { ...ASK, args: { table: 'users' } }],
])('tells the model that its input is wrong, %s, and sends nothing', async (_, args) => {
  const { platform, model, run } = await agentSide(args);
  await run();
  expect(seenBy(model).status).toBe('error');
  expect(seenBy(model).text).toMatch(/did not match expected schema/);
  expect(platform.requests).toEqual([]);
});

it('answers failed for an action that nobody could decide on, and sends nothing', async () => {
  const { platform, model, run } = await agentSide({ action: ' ', reason: '' });
  await run();
  expect(JSON.parse(seenBy(model).text)).toMatchObject({
    approved: false,
    status: 'failed',
    cause: 'input',
    error: expect.stringContaining('action is empty'),
  });
  expect(platform.requests).toEqual([]);
});

it('says to the model what the tool is for, and what its input is', async () => {
  const { approvalTool } = await agentSide();
  expect(approvalTool.name).toBe('request_approval');
  expect(approvalTool.description).toMatch(/before you do it.*blocks until.*"approved": true/s);
  expect(Object.keys(approvalTool.schema.shape)).toEqual(['action', 'reason']);
});
