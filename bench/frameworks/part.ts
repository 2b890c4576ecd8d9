/** What a user would take instead of Countersign, measured beside it. Needs the built package. */
import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { z } from 'zod';
import type { Part } from '../report/figure.ts';
import { measureApart } from './apart.ts';
import { CONTESTANTS, contestantNameSchema } from './contestants.ts';
import { figuresOf, type Round } from './figures.ts';
import type { Measured, Sizes } from './measured.ts';

const FULL = { repeats: 3, sizes: { warmUp: 400, waiting: 400 } };
const QUICK = { repeats: 1, sizes: { warmUp: 200, waiting: 200 } };

export const frameworks: Part = async (effort) => {
  const { repeats, sizes } = effort.isQuick ? QUICK : FULL;
  const rounds: Round[] = [];
  for (let repeat = 1; repeat <= repeats; repeat += 1) {
    effort.say(`frameworks: repeat ${repeat} of ${repeats}`);
    rounds.push(await measureRound(sizes));
  }
  return {
    title: 'What one would take instead',
    about: aboutOf(sizes),
    figures: figuresOf(rounds),
  };
};

/** All of them once, one after the other. */
async function measureRound(sizes: Sizes): Promise<Round> {
  const measure = (name: keyof Round): Promise<Measured> => measureApart(name, sizes);
  return {
    countersign: await measure('countersign'),
    countersignJournal: await measure('countersignJournal'),
    langGraph: await measure('langGraph'),
    openAiAgents: await measure('openAiAgents'),
    openAiAgentsSerialised: await measure('openAiAgentsSerialised'),
    aiSdk: await measure('aiSdk'),
  };
}

function aboutOf({ warmUp, waiting }: Sizes): string {
  const packages = new Set(
    contestantNameSchema.options.flatMap((name) => CONTESTANTS[name].packages),
  );
  const versions = [...packages].map((name) => `${name} ${versionOf(name)}`).join(', ');
  return [
    `${waiting} approvals wait at once, then each is granted while the others wait; ${warmUp} before them warm up. Each contestant has a process of its own.`,
    'Countersign asks over HTTP and is told over a WebSocket, by a platform in another process, every 2 ms; CPU and memory are those of the asking process, and its audit records stay in memory.',
    'The frameworks send nothing: the decision is given and the result comes in the same process, models are played, and tracing is off. LangGraph keeps a checkpoint where a run stops, not at each step, and finished threads stay in its saver. A run of OpenAI Agents and of the AI SDK ends when the model has answered to what the tool gave.',
    'Memory is the heap and what V8 keeps beside it, after a collection.',
    `Versions: ${versions}, Node ${process.versions.node}.`,
  ].join(' ');
}

function versionOf(name: string): string {
  const path = findPackageJSON(name, import.meta.url);
  if (path === undefined) throw new Error(`${name} is not installed; run "npm ci"`);
  const text = readFileSync(path, 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}
