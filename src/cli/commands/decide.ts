import { shown } from '../approver/card.ts';
import { ApproverClient, type Decided } from '../approver/client.ts';
import { endSentence } from '../approver/end-sentence.ts';
import { lookUp } from '../approver/lookup.ts';
import { readApproverSettings } from '../approver/settings.ts';
import type { View } from '../approver/view.ts';
import { readArguments } from '../arguments.ts';
import { EXIT } from '../exit-status.ts';
import { printJson, say } from '../output.ts';
import { UsageError } from '../usage-error.ts';

const DECISIONS = new Map([
  ['approve', 'approved'],
  ['deny', 'denied'],
] as const);

/** `countersign decide`: yes or no to one approval. */
export async function run(args: string[]): Promise<number> {
  const { values, positionals } = readArguments(args, {
    note: { type: 'string' },
    data: { type: 'string' },
    json: { type: 'boolean' },
  });
  const { id, decision } = readWords(positionals);
  const client = new ApproverClient(readApproverSettings(values.data));
  const view = await lookUp(client, id);
  const { note } = values;
  const decided = await client.decide(view, { decision, ...(note === undefined ? {} : { note }) });
  report(view, decided, values.json === true);
  return decided.first ? EXIT.ok : EXIT.alreadyDecided;
}

function readWords(words: readonly string[]) {
  const [id, word, ...more] = words;
  if (id === undefined || word === undefined || more.length > 0)
    throw new UsageError('decide takes an ID and one of approve, deny');
  const decision = [...DECISIONS].find(([name]) => name === word)?.[1];
  if (decision === undefined)
    throw new UsageError(`${JSON.stringify(word)} is neither "approve" nor "deny"`);
  return { id, decision };
}

function report(view: View, { first, end }: Decided, json: boolean): void {
  const what = `${shown(view.action ?? view.id)} (${shown(view.id)})`;
  if (json) printJson({ ...end, approval_id: view.id });
  say(
    first ? `${endSentence(end)}: ${what}` : `It had ended already, ${endSentence(end)}: ${what}`,
  );
}
