/**
 * Any value as small plain JSON without secrets, for those who watch. Runs on the stack of whom it
 * watches: bounded in time and size, and no code of the value is run, no getter, trap or `toJSON`.
 */
import { types } from 'node:util';
import type { JsonValue } from '../../machines/index.ts';
import { isSecretOf, maskCredentials, namesSecret, SECRET, secretAmong } from './secrets.ts';

/** What is longer, deeper or more is cut, and says so. */
export const REDACT_LIMITS = {
  /** Any one text, characters. */
  text: 300,
  /** Any one key, characters. */
  key: 100,
  /** Objects in objects. */
  depth: 6,
  /** Of one object or list. */
  entries: 50,
  /** Values in all. */
  nodes: 500,
  /** Characters of all texts and keys together. */
  characters: 20_000,
} as const;

/** Read beyond the cut, so that a credential that begins before it is known as one, characters. */
const LOOK_AHEAD = 200;
const CUT = '…';
const MORE = '[more]';
/** Tells that there are more than are shown. */
const ONE_TOO_MANY = REDACT_LIMITS.entries + 1;

/** Never throws. */
export function redact(value: unknown): JsonValue {
  try {
    return new Redaction().value(value, []);
  } catch {
    // Not known to happen.
    return '[unreadable]';
  }
}

type Entry = readonly [key: string, value: unknown];

class Redaction {
  #nodes: number = REDACT_LIMITS.nodes;
  #characters: number = REDACT_LIMITS.characters;

  value(value: unknown, above: readonly object[]): JsonValue {
    this.#nodes -= 1;
    switch (typeof value) {
      case 'boolean':
        return value;
      case 'number':
        // JSON has no -0.
        return Number.isFinite(value) ? value || 0 : String(value);
      case 'string':
        return this.#text(value);
      case 'bigint':
        return BigInt.asIntN(256, value) === value ? `${value}n` : '[bigint]';
      case 'symbol':
        return this.#text(`[symbol ${value.description ?? ''}]`);
      case 'undefined':
        return null;
      case 'function':
        return this.#text(`[function ${types.isProxy(value) ? '' : textAt(value, 'name')}]`);
      case 'object':
        return value === null ? null : this.#object(value, above);
    }
  }

  #object(value: object, above: readonly object[]): JsonValue {
    // Every question to a proxy is answered by code of its own.
    if (types.isProxy(value)) return '[proxy]';
    const text = textOf(value);
    if (text !== undefined) return this.#text(text);
    if (above.includes(value)) return '[circular]';
    if (above.length >= REDACT_LIMITS.depth) return Array.isArray(value) ? '[list]' : '[object]';
    const within = [...above, value];
    if (types.isMap(value)) return this.#pairs(value, within);
    if (types.isSet(value)) return this.#list(firstOf(Set.prototype.values.call(value)), within);
    if (Array.isArray(value)) return this.#list(elementsOf(value), within);
    return this.#record(value, within);
  }

  #record(value: object, within: readonly object[]): JsonValue {
    const own = keysOf(value).map((key): Entry => [key, dataAt(value, key)]);
    const all = types.isNativeError(value) ? [...errorEntries(value), ...own] : own;
    return Object.fromEntries(this.#entries(actorEntries(value) ?? all, within));
  }

  #entries(entries: readonly Entry[], within: readonly object[]): [string, JsonValue][] {
    const shown: [string, JsonValue][] = [];
    const isSecret = isSecretOf(entries);
    for (const [index, [key, value]] of entries.entries()) {
      if (value === undefined) continue;
      if (this.#isFull(index)) return [...shown, [CUT, MORE]];
      shown.push([this.#key(key), this.#under(isSecret(key), value, within)]);
    }
    return shown;
  }

  #list(elements: readonly unknown[], within: readonly object[]): JsonValue {
    const shown: JsonValue[] = [];
    const isSecret = secretAmong(elements);
    for (const [index, element] of elements.entries()) {
      if (this.#isFull(index)) return [...shown, MORE];
      shown.push(this.#under(isSecret(index), element, within));
    }
    return shown;
  }

  /** A map is a list of pairs. */
  #pairs(map: Map<unknown, unknown>, within: readonly object[]): JsonValue {
    const shown: JsonValue[] = [];
    for (const [key, value] of firstOf(Map.prototype.entries.call(map))) {
      if (this.#isFull(shown.length)) return [...shown, MORE];
      const isSecret = typeof key === 'string' && namesSecret(key);
      shown.push([this.value(key, within), this.#under(isSecret, value, within)]);
    }
    return shown;
  }

  #under(isSecret: boolean, value: unknown, within: readonly object[]): JsonValue {
    if (!isSecret) return this.value(value, within);
    this.#nodes -= 1;
    return SECRET;
  }

  #isFull(entries: number): boolean {
    return entries >= REDACT_LIMITS.entries || this.#nodes <= 0 || this.#characters <= 0;
  }

  #text(text: string): string {
    return this.#cut(text, REDACT_LIMITS.text);
  }

  #key(key: string): string {
    return this.#cut(key, REDACT_LIMITS.key);
  }

  #cut(text: string, limit: number): string {
    const isCut = text.length > limit + LOOK_AHEAD;
    const masked = maskCredentials(text.slice(0, limit + LOOK_AHEAD), isCut);
    const isWhole = !isCut && masked.length <= limit;
    const shown = isWhole ? masked : `${masked.slice(0, limit - CUT.length)}${CUT}`;
    this.#characters -= shown.length;
    // A cut may leave half a character.
    return shown.toWellFormed();
  }
}

/** What is shown as a text though it is an object. */
function textOf(value: object): string | undefined {
  if (types.isDate(value)) return dateText(value);
  if (types.isRegExp(value)) return '[regular expression]';
  if (types.isPromise(value)) return '[promise]';
  if (types.isAnyArrayBuffer(value) || ArrayBuffer.isView(value)) return '[bytes]';
  if (types.isBoxedPrimitive(value)) return '[boxed value]';
  return undefined;
}

function dateText(date: Date): string {
  const at = Date.prototype.getTime.call(date);
  return Number.isNaN(at) ? '[no date]' : new Date(at).toISOString();
}

/** An actor is what XState writes for one; its fields lead to the whole system. */
function actorEntries(value: object): readonly Entry[] | undefined {
  const sessionId = dataAt(value, 'sessionId');
  if (typeof sessionId !== 'string' || !Object.hasOwn(value, '_parent')) return undefined;
  return [
    ['xstate$$type', 1],
    ['id', dataAt(value, 'id')],
  ];
}

/** Not enumerable, or inherited, and yet what is looked for. Stacks hold paths, and are long. */
const errorEntries = (error: object): Entry[] => [
  ['name', textAt(error, 'name')],
  ['message', textAt(error, 'message')],
];

/** The first keys of objects that have so many that listing them takes long. */
const FIRST_KEYS = new WeakMap<object, readonly string[]>();
const MANY_KEYS = 1_000;

/** The language has no way to list but a few keys (`for…in` takes as long); once must do. */
function keysOf(value: object): readonly string[] {
  const known = FIRST_KEYS.get(value);
  if (known !== undefined) return known;
  const keys = Object.keys(value);
  const first = keys.slice(0, ONE_TOO_MANY);
  if (keys.length > MANY_KEYS) FIRST_KEYS.set(value, first);
  return first;
}

const ACCESSOR = '[getter]';

/** An own field, without running a getter; own fields are all that XState keeps anything in. */
export function dataAt(value: object, key: string): unknown {
  const descriptor = Object.getOwnPropertyDescriptor(value, key);
  if (descriptor === undefined || 'value' in descriptor) return descriptor?.value;
  return ACCESSOR;
}

/** The farthest that an inherited text is looked for. */
const MOST_PROTOTYPES = 10;

function textAt(value: object, key: string): string {
  let owner: object | null = value;
  for (let step = 0; owner !== null && step < MOST_PROTOTYPES; step += 1) {
    if (types.isProxy(owner)) return '';
    const found = dataAt(owner, key);
    if (found !== undefined) return typeof found === 'string' ? found : '';
    owner = Object.getPrototypeOf(owner);
  }
  return '';
}

const elementsOf = (list: readonly unknown[]): unknown[] =>
  Array.from({ length: Math.min(list.length, ONE_TOO_MANY) }, (_, index) =>
    dataAt(list, String(index)),
  );

/** The iterators of maps and sets are the engine's own, and are called so that no other can be. */
function firstOf<Value>(iterator: IterableIterator<Value>): Value[] {
  const first: Value[] = [];
  for (const value of iterator) {
    if (first.length >= ONE_TOO_MANY) break;
    first.push(value);
  }
  return first;
}
