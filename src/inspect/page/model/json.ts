import type { JsonValue } from '../../../../machines/index.ts';
import { wholeCharacter } from '../../../page/summary.ts';
import { visibleInTerminal } from '../../../protocol/text.ts';

/** Members that are shown at most; nobody reads more of them here. */
export const MOST_CHILDREN = 200;
const MOST_CHARACTERS = 600;

/** What is inside, by name; `null` for a value that holds nothing. */
export function childrenOf(value: JsonValue): (readonly [string, JsonValue])[] | null {
  if (typeof value !== 'object' || value === null) return null;
  const children = Object.entries<JsonValue>(value);
  return children.length === 0 ? null : children;
}

/** `{3}`, `[12]`. */
export const summaryOfValue = (value: JsonValue): string => {
  const count = childrenOf(value)?.length ?? 0;
  return Array.isArray(value) ? `[${count}]` : `{${count}}`;
};

/** A value on one line: texts in quotes, cut where they are long, with every character to be seen. */
export function leafText(value: JsonValue): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  const end = wholeCharacter(value, MOST_CHARACTERS);
  const left = value.length - end;
  const shown = JSON.stringify(left > 0 ? value.slice(0, end) : value);
  return visibleInTerminal(shown) + (left > 0 ? ` and ${left} characters more` : '');
}
