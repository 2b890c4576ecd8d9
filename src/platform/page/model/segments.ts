import { visibleInTerminal } from '../../../protocol/text.ts';
import { type MixedWord, mixedWords } from './scripts.ts';

/** A piece of an agent's text, ready to be drawn as text. */
export type Segment =
  | { readonly kind: 'plain'; readonly text: string }
  /** What cannot be seen, or does something: shown by its code point. */
  | { readonly kind: 'code'; readonly text: string; readonly why: string }
  | { readonly kind: 'mixed'; readonly word: MixedWord };

interface Find {
  readonly index: number;
  readonly length: number;
  readonly segment: Segment;
}

/** More marks than this on one letter are no writing: they are drawn over the lines around it. */
const MAX_MARKS = 4;
const STACKED = new RegExp(`(?<=\\p{M}{${MAX_MARKS}})\\p{M}+`, 'gu');
const STARTS_WITH_MARK = /^\p{M}/u;
const ALL_PLAIN = /^[\x20-\x7e\n\t]*$/;

/** The text in pieces that together show every character of it. */
export function segmentsOf(text: string): Segment[] {
  if (ALL_PLAIN.test(text)) return text === '' ? [] : [{ kind: 'plain', text }];
  return [hiddenIn, stackedIn, mixedIn].reduce<Segment[]>(
    (pieces, find) => pieces.flatMap((piece) => refine(piece, find)),
    [{ kind: 'plain', text }],
  );
}

/** Cuts what was found out of a plain piece; leaves the others as they are. */
function refine(piece: Segment, find: (text: string) => Find[]): Segment[] {
  if (piece.kind !== 'plain') return [piece];
  const { text } = piece;
  const pieces: Segment[] = [];
  let from = 0;
  for (const { index, length, segment } of find(text)) {
    pieces.push(...plain(text.slice(from, index)), segment);
    from = index + length;
  }
  return [...pieces, ...plain(text.slice(from))];
}

// A mark at the start of a piece would be drawn on whatever stands before it.
const plain = (text: string): Segment[] =>
  text === ''
    ? []
    : [{ kind: 'plain', text: STARTS_WITH_MARK.test(text) ? `\u25cc${text}` : text }];

function hiddenIn(text: string): Find[] {
  const found: Find[] = [];
  let index = 0;
  for (const character of text) {
    const shown = escaped(character);
    if (shown !== character) found.push({ index, length: character.length, segment: code(shown) });
    index += character.length;
  }
  return found;
}

/** Tab and line feed are the only controls that a text may use as they are. */
const escaped = (character: string): string =>
  character === '\n' || character === '\t' ? character : visibleInTerminal(character);

const code = (text: string, why = 'a character that cannot be seen'): Segment => ({
  kind: 'code',
  text,
  why,
});

const stackedIn = (text: string): Find[] =>
  [...text.matchAll(STACKED)].map(({ 0: marks, index }) => ({
    index,
    length: marks.length,
    segment: code(runLengths(marks), 'more marks on one letter than writing has'),
  }));

/** `⟦U+0301 ×3⟧⟦U+0302⟧`: equal neighbours are counted. */
function runLengths(marks: string): string {
  const runs: { character: string; times: number }[] = [];
  for (const character of marks) {
    const last = runs.at(-1);
    if (last?.character === character) last.times++;
    else runs.push({ character, times: 1 });
  }
  return runs.map(({ character, times }) => `⟦${nameOf(character)}${repeated(times)}⟧`).join('');
}

const repeated = (times: number): string => (times > 1 ? ` ×${times}` : '');

/** The code point of a character, as `U+0430`. */
export const nameOf = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;

const mixedIn = (text: string): Find[] =>
  mixedWords(text).map((word) => ({
    index: word.index,
    length: word.word.length,
    segment: { kind: 'mixed', word },
  }));
