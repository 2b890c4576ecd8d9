import { wholeCharacter } from '../../../page/summary.ts';

/** Above either of these a text is shown in part until somebody asks for the whole. */
export const MAX_CHARACTERS = 2_000;
export const MAX_LINES = 40;

const HEAD = { characters: 1_200, lines: 24 };
const TAIL = { characters: 500, lines: 8 };

export interface BoundedText {
  readonly head: string;
  /** Empty when nothing is hidden. */
  readonly tail: string;
  /** How many bytes (UTF-8) stand between head and tail and are not shown; 0 for a short text. */
  readonly hidden: number;
}

/** Head and tail of a long text; the whole of a short one. */
export function boundText(text: string): BoundedText {
  if (text.length <= MAX_CHARACTERS && lineStarts(text, MAX_LINES + 1).length <= MAX_LINES)
    return { head: text, tail: '', hidden: 0 };
  const headEnd = wholeCharacter(text, endOfHead(text));
  const tailStart = Math.max(headEnd, wholeCharacter(text, startOfTail(text)));
  return {
    head: text.slice(0, headEnd),
    tail: text.slice(tailStart),
    hidden: bytesOf(text.slice(headEnd, tailStart)),
  };
}

function endOfHead(text: string): number {
  const starts = lineStarts(text, HEAD.lines + 1);
  return Math.min(HEAD.characters, starts[HEAD.lines] ?? text.length);
}

function startOfTail(text: string): number {
  let start = text.length;
  for (let lines = 0; lines < TAIL.lines && start > 0; lines++)
    start = text.lastIndexOf('\n', start - 1);
  return Math.max(text.length - TAIL.characters, start + 1);
}

/** Where lines start, at most `limit` of them. */
function lineStarts(text: string, limit: number): number[] {
  const starts = [0];
  while (starts.length < limit) {
    const next = text.indexOf('\n', starts.at(-1) ?? 0);
    if (next === -1) break;
    starts.push(next + 1);
  }
  return starts;
}

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;
