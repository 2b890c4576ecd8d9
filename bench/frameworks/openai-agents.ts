/** OpenAI Agents JS: a tool that needs approval, called by a model that is played here. */
import {
  Agent,
  type AgentOutputItem,
  type Model,
  Runner,
  RunState,
  tool,
  Usage,
} from '@openai/agents';
import { z } from 'zod';
import { askOf, type Contestant, inProcess } from './contestant.ts';

const DONE = 'It is done.';

const toolCall = (callId: string, action: string): AgentOutputItem => ({
  type: 'function_call',
  callId,
  name: 'act',
  status: 'completed',
  arguments: JSON.stringify({ ...askOf(0), action }),
});

const says = (text: string): AgentOutputItem => ({
  type: 'message',
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text }],
});

/** Calls the tool for what it is told, and ends when it sees what the tool gave. */
function playedModel(): Model {
  let calls = 0;
  return {
    getResponse({ input }) {
      const last = typeof input === 'string' ? undefined : input.at(-1);
      const isAfterTool = last?.type === 'function_call_result';
      const output = isAfterTool ? says(DONE) : toolCall(`call-${calls++}`, 'Refund');
      return Promise.resolve({ usage: new Usage(), output: [output] });
    },
    getStreamedResponse() {
      throw new Error('nothing is streamed here');
    },
  };
}

function makeAgent(ran: () => void) {
  const act = tool({
    name: 'act',
    description: 'Does what was approved.',
    parameters: z.object({ action: z.string(), reason: z.string() }),
    needsApproval: true,
    execute({ action }) {
      ran();
      return action;
    },
  });
  return new Agent({ name: 'Asker', instructions: 'Act.', model: playedModel(), tools: [act] });
}

export function openAiAgents(form: 'in memory' | 'serialised'): Contestant {
  let runs = 0;
  const agent = makeAgent(() => {
    runs += 1;
  });
  const runner = new Runner({ tracingDisabled: true });
  const gate = async (index: number) => {
    const { state, interruptions } = await runner.run(agent, askOf(index).action);
    if (interruptions.length !== 1) throw new Error('the run was not interrupted');
    return state;
  };
  const resume = async (state: Awaited<ReturnType<typeof gate>>): Promise<boolean> => {
    const before = runs;
    for (const interruption of state.getInterruptions()) state.approve(interruption);
    const { finalOutput } = await runner.run(agent, state);
    return finalOutput === DONE && runs === before + 1;
  };

  if (form === 'in memory') return inProcess({ ask: gate, approve: resume });
  return inProcess({
    ask: async (index) => (await gate(index)).toString(),
    approve: async (text) => resume(await RunState.fromString(agent, text)),
  });
}
