/** AI SDK: a tool with `toolApproval`, called by the SDK's own mock model. */
import { generateText, type ModelMessage, tool } from 'ai';
import { MockLanguageModelV4 } from 'ai/test';
import { z } from 'zod';
import { askOf, type Contestant, inProcess } from './contestant.ts';

const DONE = 'It is done.';

const usage = {
  inputTokens: { total: 10, noCache: 10, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 10, text: 10, reasoning: 0 },
};

/** Calls the tool for what it is told, and ends when it sees what the tool gave. */
function playedModel(): MockLanguageModelV4 {
  let calls = 0;
  const model = new MockLanguageModelV4({
    doGenerate({ prompt }) {
      // The mock keeps every call that it had: for tests, and not what an approval costs.
      model.doGenerateCalls.length = 0;
      const isAfterTool = prompt.at(-1)?.role === 'tool';
      calls += 1;
      return Promise.resolve(isAfterTool ? says(DONE) : callsTool(`call-${calls}`));
    },
  });
  return model;
}

const says = (text: string) => ({
  content: [{ type: 'text' as const, text }],
  finishReason: { unified: 'stop' as const, raw: 'stop' },
  usage,
  warnings: [],
});

const callsTool = (toolCallId: string) => ({
  content: [
    {
      type: 'tool-call' as const,
      toolCallId,
      toolName: 'act',
      input: JSON.stringify(askOf(0)),
    },
  ],
  finishReason: { unified: 'tool-calls' as const, raw: 'tool_calls' },
  usage,
  warnings: [],
});

export function aiSdk(): Contestant {
  let runs = 0;
  const model = playedModel();
  const act = tool({
    description: 'Does what was approved.',
    inputSchema: z.object({ action: z.string(), reason: z.string() }),
    execute({ action }) {
      runs += 1;
      return action;
    },
  });
  const generate = (messages: ModelMessage[]) =>
    generateText({ model, messages, tools: { act }, toolApproval: { act: 'user-approval' } });

  return inProcess({
    async ask(index) {
      const asked: ModelMessage = { role: 'user', content: askOf(index).action };
      const { content, responseMessages } = await generate([asked]);
      const request = content.find((part) => part.type === 'tool-approval-request');
      if (request === undefined) throw new Error('no approval was asked for');
      return { messages: [asked, ...responseMessages], approvalId: request.approvalId };
    },
    async approve({ messages, approvalId }) {
      const before = runs;
      const yes = { type: 'tool-approval-response' as const, approvalId, approved: true };
      const { text } = await generate([...messages, { role: 'tool', content: [yes] }]);
      return text === DONE && runs === before + 1;
    },
  });
}
