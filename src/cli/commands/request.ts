import { randomUUID } from 'node:crypto';
import type { Outcome } from '../../../machines/index.ts';
import { refusedOutcome } from '../../approvals/refusal.ts';
import type { RequestInput } from '../../approvals/request.ts';
import { type Approvals, createApprovals } from '../../approvals.ts';
import { CountersignError } from '../../errors.ts';
import { toToolResult } from '../../outcome.ts';
import { readSettings, type Settings } from '../../settings.ts';
import { onlyWord, readArguments } from '../arguments.ts';
import { exitStatusOf } from '../exit-status.ts';
import { readJson } from '../json-argument.ts';
import { createLogger } from '../logger.ts';
import { outcomeSentence } from '../outcome-sentence.ts';
import { printJson, say } from '../output.ts';
import { describeProblem } from '../problems.ts';
import { stopSignals } from '../stop-signals.ts';
import { showWaiting } from '../waiting.ts';

/** `countersign request`: asks and waits. */
export async function run(args: string[]): Promise<number> {
  const { input, json } = readCall(args);
  const { outcome, said, wasSubmitted } = await ask(input);
  if (json) printJson(toToolResult(outcome));
  for (const line of said ?? [outcomeSentence(outcome)]) say(line);
  return exitStatusOf(outcome, wasSubmitted);
}

function readCall(args: string[]): { readonly input: RequestInput; readonly json: boolean } {
  const { values, positionals } = readArguments(args, {
    reason: { type: 'string' },
    args: { type: 'string' },
    key: { type: 'string' },
    timeout: { type: 'string' },
    json: { type: 'boolean' },
  });
  const input = {
    action: onlyWord(positionals, 'ACTION'),
    ...(values.reason === undefined ? {} : { reason: values.reason }),
    ...(values.args === undefined ? {} : { args: readJson(values.args, '--args') }),
    ...(values.key === undefined ? {} : { key: values.key }),
    ...(values.timeout === undefined ? {} : { timeout: values.timeout }),
  };
  return { input, json: values.json === true };
}

interface Answer {
  readonly outcome: Outcome;
  readonly wasSubmitted: boolean;
  /** In place of the sentence of the outcome. */
  readonly said?: readonly string[];
}

/** Settings that are wrong end as every other failure does, so that `--json` always has its line. */
async function ask(input: RequestInput): Promise<Answer> {
  try {
    const settings = readSettings();
    await using approvals = createApprovals({ logger: createLogger('silent') });
    return await askAndShow(approvals, input, settings);
  } catch (error) {
    if (!(error instanceof CountersignError)) throw error;
    const outcome = refusedOutcome(error, { traceId: randomUUID() });
    return { outcome, wasSubmitted: false, said: describeProblem(error) };
  }
}

async function askAndShow(
  approvals: Approvals,
  input: RequestInput,
  { platformUrl }: Settings,
): Promise<Answer> {
  const waiting = showWaiting(platformUrl);
  // However often it is pressed: the withdrawal is bounded, and nobody must approve into the void.
  using stop = stopSignals((before) => {
    if (before > 0) waiting.say('The request is being taken back; this ends within 10 seconds.');
  });
  let wasSubmitted = false;
  approvals.on('state', (event) => {
    wasSubmitted ||= event.state === 'submitting';
    waiting.update(event);
  });
  approvals.on('trouble', ({ message }) => waiting.trouble(message));
  try {
    const outcome = await approvals.request(input, { signal: stop.signal });
    return { outcome, wasSubmitted };
  } finally {
    waiting.end();
  }
}
