/** Texts that a parser would rather not see. */
import * as fc from 'fast-check';

/** Characters that readers disagree about, or that mean something to somebody. */
const NASTY = [
  ['\ufeff', '\u0000', '\u001b[31m', '\u0085', '\u00a0', '\u2028', '\u202e', '\u200b'],
  ['\ud800', '\udc00', '\u{1f600}', '\u0301', '\u{e0041}', 'а', 'ａ', 'İ', 'ß', '\uffff'],
  ['"', '\\', '\\u', '\\ud800', '{', '}', '[', ']', ',', ':', '\n', '\r\n', '\t', ' '],
  ['0', '-', '-0', '1e400', 'e', '.', 'NaN', 'Infinity', 'null', 'true', '__proto__'],
  ['//', '@', '?', '#', '%', '%00', '..', '<', '>', ';', '=', '&', '*', '!', '|', '- ', ': '],
].flat();

export const nastyPiece = fc.constantFrom(...NASTY);

/** Anything at all, halves of surrogate pairs included. */
export const garbage: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.array(nastyPiece, { maxLength: 12 }).map((pieces) => pieces.join('')),
  fc.array(fc.nat(0xffff), { maxLength: 20 }).map((units) => String.fromCharCode(...units)),
);

export const bytes: fc.Arbitrary<Buffer> = fc
  .uint8Array({ maxLength: 60 })
  .map((array) => Buffer.from(array));

/** One piece many times over, up to `most` characters: what patterns with two stars are afraid of. */
export const longRun = (most: number): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.oneof(nastyPiece, fc.constantFrom('a', 'a ', '/', '/.', '<>;', '"a', '\\\\', '[],', '1,')),
      fc.constantFrom(0.01, 0.1, 0.5, 1),
      fc.constantFrom('', 'x', '"', '\u0000'),
    )
    .map(([piece, part, end]) => piece.repeat((most * part) / piece.length) + end);

type Edit = readonly [kind: number, at: number, piece: string];

const edit: fc.Arbitrary<Edit> = fc.tuple(fc.nat(6), fc.nat(1_000), nastyPiece);

/** The text with up to two small things wrong; as it was in most cases. */
export const spoiled = (texts: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(
      texts,
      fc.oneof(
        { weight: 3, arbitrary: fc.constant([]) },
        { weight: 1, arbitrary: fc.array(edit, { minLength: 1, maxLength: 2 }) },
      ),
    )
    .map(([text, edits]) => edits.reduce(spoil, text));

function spoil(text: string, [kind, where, piece]: Edit): string {
  const at = where % (text.length + 1);
  switch (kind) {
    case 0:
      return text.slice(0, at) + piece + text.slice(at);
    case 1:
      return text.slice(0, at) + piece + text.slice(at + piece.length);
    case 2:
      return text.slice(0, at) + text.slice(at + 1);
    case 3:
      return text.slice(0, at);
    case 4:
      return text + piece;
    case 5:
      return piece + text;
    default:
      return at % 2 === 0 ? text.toUpperCase() : text + text;
  }
}
