import { visibleInTerminal } from '../protocol/text.ts';

/** An index that does not cut a surrogate pair in two. */
export const wholeCharacter = (text: string, index: number): number =>
  /[\udc00-\udfff]/.test(text.charAt(index)) && /[\ud800-\udbff]/.test(text.charAt(index - 1))
    ? index - 1
    : index;

/** The first `limit` characters of a text, for a summary; the whole text is shown elsewhere. */
export function summaryOf(text: string, limit: number): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= limit ? line : `${line.slice(0, wholeCharacter(line, limit))}…`;
}

/** A name or a sentence of somebody else's, bounded and safe inside one of ours. */
export const quoted = (text: string, limit = 80): string =>
  visibleInTerminal(summaryOf(text, limit));
