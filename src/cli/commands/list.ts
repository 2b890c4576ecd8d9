import { cardOf } from '../approver/card.ts';
import { ApproverClient } from '../approver/client.ts';
import { readApproverSettings } from '../approver/settings.ts';
import { readArguments } from '../arguments.ts';
import { EXIT } from '../exit-status.ts';
import { print, printJson, say } from '../output.ts';
import { UsageError } from '../usage-error.ts';

/** `countersign list`: what is pending. */
export async function run(args: string[]): Promise<number> {
  const { values, positionals } = readArguments(args, {
    data: { type: 'string' },
    json: { type: 'boolean' },
  });
  if (positionals.length > 0) throw new UsageError('list takes options only');
  const settings = readApproverSettings(values.data);
  const { views, serverNow } = await new ApproverClient(settings).pending();
  if (values.json === true) for (const view of views) printJson(view);
  else if (views.length === 0) say(`Nothing is pending at ${settings.url}.`);
  else print(views.map((view) => cardOf(view, serverNow)).join('\n\n'));
  return EXIT.ok;
}
