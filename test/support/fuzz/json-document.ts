/**
 * JSON as it is written and not as it is read: keys and values are raw, so that a key may be there
 * twice, a letter may be spelt `\u0061`, and a number may be 1e400.
 */
import * as fc from 'fast-check';
import { garbage, longRun, spoiled } from './text.ts';

type Document = string | DocumentList | DocumentObject;
interface DocumentList {
  readonly items: Document[];
}
interface DocumentObject {
  readonly members: [key: string, value: Document][];
}

function documentOf(value: unknown): Document {
  if (Array.isArray(value)) return { items: value.map(documentOf) };
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  return {
    members: Object.entries(value).map(([key, member]) => [
      JSON.stringify(key),
      documentOf(member),
    ]),
  };
}

function textOf(document: Document, space: string): string {
  if (typeof document === 'string') return document;
  if ('items' in document)
    return `[${document.items.map((item) => textOf(item, space)).join(`,${space}`)}]`;
  const members = document.members.map(([key, value]) => `${key}:${space}${textOf(value, space)}`);
  return `{${members.join(`,${space}`)}}`;
}

/** The words of one dialect, beside those that are strange in every one. */
export interface Vocabulary {
  readonly keys: readonly string[];
  readonly values: readonly string[];
}

const STRANGE_KEYS = ['__proto__', 'constructor', 'toString', '', 'Status', 'ѕtatus', '\u0000'];
const STRANGE_VALUES = [
  ['null', 'true', 'false', '0', '-0', '1', '1e400', '-1e400', '9007199254740993', '1e21'],
  ['""', '" "', '"\\ud800"', '"\\u0000"', '"\u2028"', '[]', '{}', '[null]', '["approved"]'],
  ['{"__proto__":1}', '{"toString":"approved"}', '"\\u202e"', `"${'x'.repeat(257)}"`],
  ['NaN', 'undefined', "'approved'", '01', '+1', '"\u0007"', '"\\x41"'],
].flat();

const KINDS = ['replace', 'rename', 'drop', 'repeat', 'add', 'nest', 'recase', 'pad', 'respell'];

interface Change {
  readonly kind: string;
  readonly at: number;
  readonly key: string;
  readonly value: string;
}

const changes = ({ keys, values }: Vocabulary): fc.Arbitrary<Change[]> =>
  fc.array(
    fc.record({
      kind: fc.constantFrom(...KINDS),
      at: fc.nat(255),
      key: fc.constantFrom(...[...keys, ...STRANGE_KEYS].map((key) => JSON.stringify(key))),
      value: fc.constantFrom(...values.map((value) => JSON.stringify(value)), ...STRANGE_VALUES),
    }),
    { maxLength: 4 },
  );

interface Slot {
  /** Of a member; absent where it is an item. */
  readonly object?: DocumentObject;
  readonly list?: DocumentList;
  readonly index: number;
}

function slotsOf(document: Document, slots: Slot[] = []): Slot[] {
  if (typeof document === 'string') return slots;
  if ('items' in document)
    document.items.forEach((item, index) => {
      slots.push({ list: document, index });
      slotsOf(item, slots);
    });
  else
    document.members.forEach(([, value], index) => {
      slots.push({ object: document, index });
      slotsOf(value, slots);
    });
  return slots;
}

function change(root: Document, { kind, at, key, value }: Change): Document {
  const holder: DocumentList = { items: [root] };
  const slots = slotsOf(holder);
  const slot = slots[at % slots.length];
  const member = slot?.object?.members[slot.index];
  if (slot?.object !== undefined && member !== undefined)
    changeMember(slot.object, slot.index, member, { kind, at, key, value });
  else if (slot?.list !== undefined)
    slot.list.items[slot.index] = changed(slot.list.items[slot.index] ?? 'null', {
      kind,
      at,
      key,
      value,
    });
  return holder.items[0] ?? 'null';
}

function changeMember(
  { members }: DocumentObject,
  index: number,
  member: [string, Document],
  by: Change,
): void {
  const [key, value] = member;
  if (by.kind === 'drop') members.splice(index, 1);
  else if (by.kind === 'rename') member[0] = by.key;
  else if (by.kind === 'repeat') members.splice(by.at % (members.length + 1), 0, [key, by.value]);
  else if (by.kind === 'recase' && by.at % 2 === 1) member[0] = recased(key);
  else if (by.kind === 'respell' && by.at % 2 === 1) member[0] = respelt(key);
  else member[1] = changed(value, by);
}

function changed(document: Document, { kind, at, key, value }: Change): Document {
  if (kind === 'nest') return nested(document, [1, 2, 60, 66, 67, 68, 69, 70, 90][at % 9] ?? 1);
  if (kind === 'add') return added(document, key, value);
  if (typeof document !== 'string') return kind === 'replace' ? value : document;
  if (kind === 'recase') return recased(document);
  if (kind === 'pad') return document.replace(/^"|(?<=.)"$/, at % 2 === 0 ? '$& ' : ' $&');
  return kind === 'respell' ? respelt(document) : value;
}

function added(document: Document, key: string, value: string): Document {
  if (typeof document === 'string') return { members: [[key, document]] };
  return 'items' in document
    ? { items: [...document.items, value] }
    : { members: [...document.members, [key, value]] };
}

const nested = (document: Document, depth: number): Document =>
  `${'['.repeat(depth)}${textOf(document, '')}${']'.repeat(depth)}`;

const recased = (raw: string): string =>
  raw === raw.toLowerCase() ? raw.toUpperCase() : raw.toLowerCase();

/** The same text, its first letter spelt by its code unit. */
const respelt = (raw: string): string =>
  raw.replace(
    /^"([a-z])/i,
    (_, letter: string) => `"\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** Deep, wide and long: few of them, because each costs as much as a hundred others. */
const grown = (most: number): fc.Arbitrary<(text: string) => string> =>
  fc.oneof(
    fc.constantFrom(65, 70, 71, 1_000, most / 2 - 1).map((depth) => (text: string) => {
      return '['.repeat(depth) + text + ']'.repeat(depth);
    }),
    fc.constantFrom('[', '{"a":').map((sign) => (text: string) => sign.repeat(most / 6) + text),
    longRun(most).map(
      (run) => (text: string) => text.replace(/}?$/, `,"big":${JSON.stringify(run)}$&`),
    ),
    fc.constantFrom('0,', '[],', '{},', '"",', '{"a":1},', '1e9,').map((item) => (text: string) => {
      const list = `[${item.repeat(most / item.length)}0]`;
      return text.replace(/}?$/, `,"big":${list}$&`);
    }),
    fc.constantFrom(100, Math.round(most / 13)).map((count) => (text: string) => {
      const keys = Array.from({ length: count }, (_, index) => `"k${index}":0`);
      return text.replace(/}?$/, `,${keys.join(',')}$&`);
    }),
  );

/**
 * Texts that were JSON once: the bases, changed and spoiled; now and then something else altogether.
 * @param most characters of the largest texts, roughly. Default: 256 Ki, as the largest request
 */
export function jsonTexts(
  bases: readonly unknown[],
  vocabulary: Vocabulary,
  most = 256 * 1024,
): fc.Arbitrary<string> {
  const written = fc
    .tuple(fc.constantFrom(...bases), changes(vocabulary), fc.constantFrom('', '', ' ', '\n\t'))
    .map(([base, by, space]) => textOf(by.reduce(change, documentOf(base)), space));
  return fc.oneof(
    { weight: 280, arbitrary: spoiled(written) },
    { weight: 19, arbitrary: fc.oneof(garbage, fc.json({ maxDepth: 3 })) },
    { weight: 3, arbitrary: written.map((text) => `\ufeff${text}`) },
    { weight: 1, arbitrary: fc.tuple(written, grown(most)).map(([text, grow]) => grow(text)) },
  );
}
