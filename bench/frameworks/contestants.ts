/** Who takes part. Each is loaded in its own process only. */
import { z } from 'zod';
import type { Contestant } from './contestant.ts';

export const contestantNameSchema = z.enum([
  'countersign',
  'countersignJournal',
  'langGraph',
  'openAiAgents',
  'openAiAgentsSerialised',
  'aiSdk',
]);

export type ContestantName = z.infer<typeof contestantNameSchema>;

interface Entry {
  readonly title: string;
  /** Whose version is told; none: this package. */
  readonly packages: readonly string[];
  readonly load: () => Promise<Contestant>;
}

export const CONTESTANTS: Readonly<Record<ContestantName, Entry>> = {
  countersign: {
    title: 'Countersign',
    packages: [],
    load: async () => (await import('./countersign.ts')).countersign({ journal: false }),
  },
  countersignJournal: {
    title: 'Countersign with its journal on disk',
    packages: [],
    load: async () => (await import('./countersign.ts')).countersign({ journal: true }),
  },
  langGraph: {
    title: 'LangGraph interrupt, in-memory saver',
    packages: ['@langchain/langgraph', '@langchain/langgraph-checkpoint'],
    load: async () => (await import('./langgraph.ts')).langGraph(),
  },
  openAiAgents: {
    title: 'OpenAI Agents, in memory',
    packages: ['@openai/agents'],
    load: async () => (await import('./openai-agents.ts')).openAiAgents('in memory'),
  },
  openAiAgentsSerialised: {
    title: 'OpenAI Agents, serialised',
    packages: ['@openai/agents'],
    load: async () => (await import('./openai-agents.ts')).openAiAgents('serialised'),
  },
  aiSdk: {
    title: 'AI SDK approval',
    packages: ['ai'],
    load: async () => (await import('./ai-sdk.ts')).aiSdk(),
  },
};
