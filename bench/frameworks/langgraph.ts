/** LangGraph JS: a node that calls `interrupt`, the in-memory saver, one thread per approval. */
import {
  Annotation,
  Command,
  END,
  interrupt,
  MemorySaver,
  START,
  StateGraph,
} from '@langchain/langgraph';
import { z } from 'zod';
import { askOf, type Contestant, inProcess } from './contestant.ts';

const State = Annotation.Root({
  action: Annotation<string>,
  reason: Annotation<string>,
  approved: Annotation<boolean>,
});

const interruptedSchema = z.object({ __interrupt__: z.array(z.unknown()).length(1) });
const endedSchema = z.object({ approved: z.boolean() });

// The leanest that is right: one checkpoint where it stops, not one at each step.
const on = (thread: string) =>
  ({ configurable: { thread_id: thread }, durability: 'exit' }) as const;

export function langGraph(): Contestant {
  const graph = new StateGraph(State)
    .addNode('gate', ({ action, reason }) => ({
      approved: interrupt<object, boolean>({ action, reason }),
    }))
    .addEdge(START, 'gate')
    .addEdge('gate', END)
    .compile({ checkpointer: new MemorySaver() });

  return inProcess({
    async ask(index) {
      const thread = `thread-${index}`;
      interruptedSchema.parse(await graph.invoke(askOf(index), on(thread)));
      return thread;
    },
    approve: async (thread) =>
      endedSchema.parse(await graph.invoke(new Command({ resume: true }), on(thread))).approved,
  });
}
