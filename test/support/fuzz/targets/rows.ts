import { deepStrictEqual } from 'node:assert';
import { decisionOfRow, rowSchema } from '../../../../src/protocol/rows.ts';
import { expectedOfRow } from '../decision-rules.ts';
import { jsonTexts } from '../json-document.ts';
import { returned, target } from '../target.ts';
import { ROWS, WORDS } from '../wire-words.ts';

export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function read(item: unknown): ReturnType<typeof expectedOfRow> {
  const row = rowSchema.safeParse(item);
  return row.success ? { decision: decisionOfRow(row.data) } : undefined;
}

/** Rows that can be read are, and decide what their words say. */
export const rows = target({
  name: 'rows',
  inputs: jsonTexts(ROWS, WORDS).map(parsed),
  parse: read,
  judge: (item, attempt) => {
    const found = returned(attempt);
    deepStrictEqual(found, expectedOfRow(item));
    return found === undefined ? 'rejected' : 'accepted';
  },
});
