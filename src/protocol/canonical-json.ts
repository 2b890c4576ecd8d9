/**
 * RFC 8785 (JSON Canonicalization Scheme), and the strict door in front of it.
 *
 * Hashes bind what a person saw to what runs, so nothing may be read twice or mean two things:
 * a value is first copied into plain JSON, each getter read once, and everything that JSON would
 * change in silence (`undefined`, `NaN`, dates, class instances, cycles, lone surrogates) is refused.
 */
import type { JsonObject, JsonValue } from '../../machines/index.ts';
import { CountersignError, messageOf } from '../errors.ts';
import { MAX_REQUEST_BYTES } from './routes.ts';

/** Deeper values are refused: they are no arguments of a tool, and deep recursion is an attack. */
export const MAX_DEPTH = 64;
/** More of them fit into no request; one list that is in itself many times over may hold billions. */
const MAX_VALUES = MAX_REQUEST_BYTES;

/**
 * A deep, frozen copy of `value` as plain JSON.
 * @param path where `value` stands, for messages; default `$`
 * @throws CountersignError `input`, naming the path, where JSON could not say the same
 */
export function plainJson(value: unknown, path = '$'): JsonValue {
  return copy(value, path, { parents: [], budget: { left: MAX_VALUES } });
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

interface Walk {
  readonly parents: readonly object[];
  /** How many values may still come, in the whole. */
  readonly budget: { left: number };
}

function copy(value: unknown, path: string, walk: Walk): JsonValue {
  walk.budget.left -= 1;
  if (walk.budget.left < 0)
    throw refused(path, `is beyond the ${MAX_VALUES} values that are taken`);
  switch (typeof value) {
    case 'boolean':
      return value;
    case 'string':
      if (!value.isWellFormed()) throw refused(path, 'holds half of a surrogate pair');
      return value;
    case 'number':
      return copyNumber(value, path);
    case 'object':
      return value === null ? null : copyObject(value, path, walk);
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

function copyObject(value: object, path: string, { parents, budget }: Walk): JsonValue {
  if (parents.includes(value)) throw refused(path, 'contains itself');
  if (parents.length >= MAX_DEPTH) throw refused(path, `is nested deeper than ${MAX_DEPTH}`);
  const walk: Walk = { parents: [...parents, value], budget };
  try {
    return Array.isArray(value) ? copyItems(value, path, walk) : copyMembers(value, path, walk);
  } catch (error) {
    if (error instanceof CountersignError) throw error;
    // A getter, or a trap of a proxy.
    throw refused(path, `cannot be read: ${messageOf(error)}`);
  }
}

/** By index, and not by its iterator, which may say something else. */
function copyItems(
  value: object & { readonly length: number },
  path: string,
  walk: Walk,
): JsonValue {
  refuseOtherKinds(value, Array.prototype, path);
  const { length } = value;
  const items: JsonValue[] = [];
  for (let index = 0; index < length; index += 1)
    items.push(copy(Reflect.get(value, index), `${path}[${index}]`, walk));
  // The items and `length`: JSON drops whatever else there is.
  if (Reflect.ownKeys(value).length !== length + 1)
    throw refused(path, 'is a list with properties of its own, which JSON would drop');
  return Object.freeze(items);
}

function copyMembers(value: object, path: string, walk: Walk): JsonObject {
  refuseOtherKinds(value, Object.prototype, path);
  const members: [string, JsonValue][] = [];
  for (const key of Reflect.ownKeys(value)) {
    if (typeof key === 'symbol') throw refused(path, 'has a symbol as a key');
    if (!key.isWellFormed()) throw refused(path, 'has half of a surrogate pair in a key');
    if (!Object.prototype.propertyIsEnumerable.call(value, key))
      throw refused(`${path}.${key}`, 'is not enumerable');
    members.push([key, copy(Reflect.get(value, key), `${path}.${key}`, walk)]);
  }
  // fromEntries defines own properties, so that a key `__proto__` stays a key.
  return Object.freeze(Object.fromEntries(members));
}

function refuseOtherKinds(value: object, plain: object, path: string): void {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== plain && (prototype !== null || plain !== Object.prototype))
    throw refused(path, 'is not a plain object or list; convert it to plain JSON first');
}

const article = (type: string): string => (type === 'undefined' ? type : `a ${type}`);

const refused = (path: string, why: string): CountersignError =>
  new CountersignError('input', `${path.length > 200 ? `${path.slice(0, 200)}…` : path} ${why}`);
