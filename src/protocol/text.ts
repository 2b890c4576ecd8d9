/**
 * Text that an agent wrote and a person reads. Control characters are refused; characters that
 * cannot be seen, or that turn the reading direction, are shown by their code point.
 */

/** C0, DEL and C1, but for tab and line feed. */
const CONTROL = /(?![\t\n])[\p{Cc}]/gu;
const CONTROL_IN_LINE = /\p{Cc}/gu;

/**
 * Invisible or direction-changing: format characters (bidi overrides and isolates, zero-width,
 * BOM, tags), separators of lines and paragraphs, and whatever else Unicode says is drawn as nothing
 * (fillers, variation selectors, what it has reserved for more of them). U+FE0F makes a picture of
 * the sign before it: behind a sign that has one it hides nothing.
 */
const INVISIBLE =
  /(?!\ufe0f)[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}\p{Co}\u2800]|(?<!\p{Emoji})\ufe0f|(?<=[#*\d])\ufe0f(?!\u20e3)/gu;

const codePoint = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;

/**
 * The control characters in a text, as `U+001B`, each once; empty when it is clean.
 * @param lines whether tab and line feed are allowed (a reason) or not (an action)
 */
export function controlCharacters(text: string, lines: 'one line' | 'many lines'): string[] {
  const found = text.match(lines === 'one line' ? CONTROL_IN_LINE : CONTROL) ?? [];
  return [...new Set(found.map(codePoint))];
}

/** The text with every invisible or direction-changing character as `⟦U+202E⟧`. */
export function visible(text: string): string {
  return text.replace(INVISIBLE, (character) => `⟦${codePoint(character)}⟧`);
}

/** As {@link visible}, and safe in a terminal: control characters are shown too. */
export function visibleInTerminal(text: string): string {
  return visible(text).replace(CONTROL_IN_LINE, (character) =>
    character === '\n' ? '⏎' : `⟦${codePoint(character)}⟧`,
  );
}
