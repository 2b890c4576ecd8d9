import { messageOf } from '../errors.ts';
import { visibleInTerminal } from '../protocol/text.ts';
import { SettingsError } from '../settings/reader.ts';

/** What was thrown, as lines for a person: no stack, and each wrong setting on a line of its own. */
export function describeProblem(error: unknown): string[] {
  if (!(error instanceof SettingsError))
    return [`countersign: ${visibleInTerminal(messageOf(error))}`];
  const lines = error.problems.map(
    ({ variable, message }) => `  ${variable} ${visibleInTerminal(message)}`,
  );
  return ['countersign: wrong settings', ...lines];
}
