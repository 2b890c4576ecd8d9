/**
 * RFC 8785 (JSON Canonicalization Scheme), and the strict door in front of it.
 *
 * Hashes bind what a person saw to what runs, so nothing may be read twice or mean two things:
 * a value is first copied into plain JSON, each getter read once, and everything that JSON would
 * change in silence (`undefined`, `NaN`, dates, class instances, cycles, lone surrogates) is refused.
 */
import type { JsonObject, JsonValue } from '../../machines/index.ts';
import { CountersignError } from '../errors.ts';

/** Deeper values are refused: they are no arguments of a tool, and deep recursion is an attack. */
export const MAX_DEPTH = 64;

/**
 * A deep, frozen copy of `value` as plain JSON.
 * @param path where `value` stands, for messages; default `$`
 * @throws CountersignError `input`, naming the path, where JSON could not say the same
 */
export function plainJson(value: unknown, path = '$'): JsonValue {
  return copy(value, path, []);
}

/** The canonical text: keys sorted by UTF-16 code units, numbers as ECMAScript prints them. */
export function canonicalJson(value: JsonValue): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] ?? null)}`);
  return `{${members.join(',')}}`;
}

const isArray = (value: JsonValue): value is readonly JsonValue[] => Array.isArray(value);

function copy(value: unknown, path: string, parents: readonly object[]): JsonValue {
  switch (typeof value) {
    case 'boolean':
      return value;
    case 'string':
      if (!value.isWellFormed()) throw refused(path, 'holds half of a surrogate pair');
      return value;
    case 'number':
      return copyNumber(value, path);
    case 'object':
      return value === null ? null : copyObject(value, path, parents);
    default:
      throw refused(path, `is ${article(typeof value)}, which JSON cannot say`);
  }
}

function copyNumber(value: number, path: string): number {
  if (!Number.isFinite(value)) throw refused(path, `is ${value}, which JSON cannot say`);
  if (Number.isInteger(value) && !Number.isSafeInteger(value))
    throw refused(path, 'is an integer beyond 2^53, which loses digits; send it as a string');
  if (Object.is(value, -0)) throw refused(path, 'is -0, which JSON would change to 0');
  return value;
}

function copyObject(value: object, path: string, parents: readonly object[]): JsonValue {
  if (parents.includes(value)) throw refused(path, 'contains itself');
  if (parents.length >= MAX_DEPTH) throw refused(path, `is nested deeper than ${MAX_DEPTH}`);
  const chain = [...parents, value];
  if (Array.isArray(value)) {
    const items: unknown[] = value;
    return Object.freeze(
      Array.from(items, (item, index) => copy(item, `${path}[${index}]`, chain)),
    );
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null)
    throw refused(path, 'is not a plain object; convert it to plain JSON first');
  return copyMembers(value, path, chain);
}

function copyMembers(value: object, path: string, chain: readonly object[]): JsonObject {
  const members: [string, JsonValue][] = [];
  for (const key of Reflect.ownKeys(value)) {
    if (typeof key === 'symbol') throw refused(path, 'has a symbol as a key');
    if (!key.isWellFormed()) throw refused(path, 'has half of a surrogate pair in a key');
    if (!Object.prototype.propertyIsEnumerable.call(value, key))
      throw refused(`${path}.${key}`, 'is not enumerable');
    members.push([key, copy(Reflect.get(value, key), `${path}.${key}`, chain)]);
  }
  // fromEntries defines own properties, so that a key `__proto__` stays a key.
  return Object.freeze(Object.fromEntries(members));
}

const article = (type: string): string => (type === 'undefined' ? type : `a ${type}`);

const refused = (path: string, why: string): CountersignError =>
  new CountersignError('input', `${path.length > 200 ? `${path.slice(0, 200)}…` : path} ${why}`);
