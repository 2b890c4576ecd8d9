/** What a page shows, against what was seen. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { checkLine } from '../../src/audit/record-check.ts';
import { verifyAuditLog } from '../../src/index.ts';
import { type Block, ROOT, textOf } from './documents.ts';

/** What differs from run to run. */
const CHANGING: readonly (readonly [RegExp, string])[] = [
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, '<uuid>'],
  [/\b[0-9a-f]{64}\b/g, '<hash>'],
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, '<time>'],
];

/** The text with its ids, hashes and times replaced by what they are. */
export const steady = (text: string): string =>
  CHANGING.reduce((result, [pattern, name]) => result.replace(pattern, name), text).trim();

/** Of a record: what is the same in every run. */
function shapeOf(line: string): object {
  const record: Record<string, unknown> = JSON.parse(line);
  const { event_type, actor, action, outcome } = record;
  return { event_type, actor, action, outcome, keys: Object.keys(record).join(' ') };
}

const linesOf = (code: string): string[] => code.split('\n').filter((line) => line !== '');

/** The log that a page shows is whole, and has the records that were written just now. */
export async function expectGenuineLog({ code }: Block, written: readonly string[]): Promise<void> {
  const shown = linesOf(code);
  const report = await verifyAuditLog(shown);
  expect(report).toMatchObject({ status: 'intact', records: shown.length });
  expect(shown.map(shapeOf)).toEqual(written.map(shapeOf));
}

/** A record that a page shows alone has the hash that it says. */
export function expectGenuineRecord({ code }: Block): void {
  const line = JSON.stringify(JSON.parse(code));
  expect(checkLine(Buffer.from(line), undefined)).toMatchObject({ status: 'genuine' });
}

/** Puts what was seen into the page, where it differs in more than ids, hashes and times. */
export function rewrite({ page, language, code }: Block, seen: string): void {
  if (steady(seen) === steady(code)) return;
  const fence = (text: string): string => `\`\`\`${language}\n${text}\`\`\`\n`;
  const text = textOf(page).replace(fence(code), () => fence(`${seen.trimEnd()}\n`));
  writeFileSync(join(ROOT, page), text);
}
