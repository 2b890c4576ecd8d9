/** Alphabets whose letters can be mistaken for each other, by the letters of a word. */
const ALPHABETS = [
  ['Latin', /\p{Script=Latin}/u],
  ['Cyrillic', /\p{Script=Cyrillic}/u],
  ['Greek', /\p{Script=Greek}/u],
  ['Armenian', /\p{Script=Armenian}/u],
  ['Cherokee', /\p{Script=Cherokee}/u],
  ['Coptic', /\p{Script=Coptic}/u],
  ['Lisu', /\p{Script=Lisu}/u],
] as const;

const MATHEMATICAL = /[\u{1d400}-\u{1d7ff}]/u;
const LATIN_LETTER = /^[a-z]$/i;
/** Ordinals stand behind words in Spanish and Italian: `nº`. */
const USUAL = /[\p{ASCII}ªº]/u;

/** Letters drawn like plain Latin ones that are other characters: fullwidth, mathematical, `ℓ`, `ⅽ`. */
const isLookalike = (character: string): boolean =>
  MATHEMATICAL.test(character) ||
  (!USUAL.test(character) && LATIN_LETTER.test(character.normalize('NFKC')));

const WORD = /[\p{L}\p{M}\p{N}_]+/gu;
const PLAIN = /^[\x20-\x7e\n\t]*$/;

export type Alphabet = (typeof ALPHABETS)[number][0] | 'look-alike';

/** The alphabet of a letter; `null` for digits, marks, and scripts that nobody mistakes for others. */
export function alphabetOf(character: string): Alphabet | null {
  if (isLookalike(character)) return 'look-alike';
  return ALPHABETS.find(([, letters]) => letters.test(character))?.[0] ?? null;
}

export interface MixedWord {
  readonly word: string;
  /** Where it starts in the text, UTF-16 units. */
  readonly index: number;
  /** Letters of another alphabet than most of the word's. */
  readonly strangers: ReadonlySet<string>;
  /** The alphabets, the most used first. */
  readonly alphabets: readonly Alphabet[];
}

/** The words of a text whose letters come from more than one of these alphabets. */
export function mixedWords(text: string): MixedWord[] {
  if (PLAIN.test(text)) return [];
  const found: MixedWord[] = [];
  for (const { 0: word, index } of text.matchAll(WORD)) {
    const mixed = mixOf(word);
    if (mixed !== null) found.push({ word, index, ...mixed });
  }
  return found;
}

function mixOf(word: string): Pick<MixedWord, 'strangers' | 'alphabets'> | null {
  if (PLAIN.test(word)) return null;
  const letters = Map.groupBy(word, alphabetOf);
  letters.delete(null);
  if (letters.size < 2) return null;
  const ranked = [...letters].sort(([, a], [, b]) => b.length - a.length);
  const alphabets = ranked.flatMap(([alphabet]) => alphabet ?? []);
  return { alphabets, strangers: new Set(ranked.slice(1).flatMap(([, some]) => some)) };
}
