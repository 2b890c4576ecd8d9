/**
 * RFC 8785 (JSON Canonicalization Scheme), and the strict door in front of it.
 *
 * Hashes bind what a person saw to what runs, so nothing may be read twice or mean two things:
 * a value is first copied into plain JSON, each getter read once, and everything that JSON would
 * change in silence (`undefined`, `NaN`, dates, class instances, cycles, lone surrogates) is refused.
 */
import type { JsonObject, JsonValue } from '../../machines/index.ts';
import { CountersignError, isCountersignError, messageOf } from '../errors.ts';

/** Deeper values are refused: they are no arguments of a tool, and deep recursion is an attack. */
export const MAX_DEPTH = 64;
/**
 * More values than a person decides on, and than any record of the audit log holds. One list that is
 * there many times over may hold billions.
 */
const MAX_VALUES = 50_000;

/**
 * A deep, frozen copy of `value` as plain JSON.
 * @param path where `value` stands, for messages; default `$`
 * @throws CountersignError `input`, naming the path, where JSON could not say the same
 */
export function plainJson(value: unknown, path = '$'): JsonValue {
  return copy(value, { path: [path], open: new Set(), left: MAX_VALUES });
}

/** The canonical text: keys sorted by UTF-16 code units, numbers as ECMAScript prints them. */
export function canonicalJson(value: JsonValue): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  let members = '';
  for (const key of Object.keys(value).sort()) {
    const member = `${JSON.stringify(key)}:${canonicalJson(value[key] ?? null)}`;
    members = members === '' ? member : `${members},${member}`;
  }
  return `{${members}}`;
}

const isArray = (value: JsonValue): value is readonly JsonValue[] => Array.isArray(value);

interface Walk {
  /** Where the walk is: a name, then keys and indexes. Made a text of only where one is needed. */
  readonly path: (string | number)[];
  /** The objects and lists that the value stands in. */
  readonly open: Set<object>;
  /** How many values may still come, in the whole. */
  left: number;
}

function copy(value: unknown, walk: Walk): JsonValue {
  walk.left -= 1;
  if (walk.left < 0) throw tooMany(walk);
  switch (typeof value) {
    case 'boolean':
      return value;
    case 'string':
      if (!value.isWellFormed()) throw refused(walk, 'holds half of a surrogate pair');
      return value;
    case 'number':
      return copyNumber(value, walk);
    case 'object':
      return value === null ? null : copyObject(value, walk);
    default:
      throw refused(walk, `is ${article(typeof value)}, which JSON cannot say`);
  }
}

function copyNumber(value: number, walk: Walk): number {
  if (!Number.isFinite(value)) throw refused(walk, `is ${value}, which JSON cannot say`);
  if (Number.isInteger(value) && !Number.isSafeInteger(value))
    throw refused(walk, 'is an integer beyond 2^53, which loses digits; send it as a string');
  if (Object.is(value, -0)) throw refused(walk, 'is -0, which JSON would change to 0');
  return value;
}

function copyObject(value: object, walk: Walk): JsonValue {
  if (walk.open.has(value)) throw refused(walk, 'contains itself');
  if (walk.open.size >= MAX_DEPTH) throw refused(walk, `is nested deeper than ${MAX_DEPTH}`);
  walk.open.add(value);
  try {
    return Array.isArray(value) ? copyItems(value, walk) : copyMembers(value, walk);
  } catch (error) {
    if (isCountersignError(error)) throw error;
    // A getter, or a trap of a proxy.
    throw refused(walk, `cannot be read: ${messageOf(error)}`);
  } finally {
    walk.open.delete(value);
  }
}

/** By index, and not by its iterator, which may say something else. */
function copyItems(value: object & { readonly length: number }, walk: Walk): JsonValue {
  refuseOtherKinds(value, Array.prototype, walk);
  const { length } = value;
  if (length > walk.left) throw tooMany(walk);
  const items: JsonValue[] = [];
  for (let index = 0; index < length; index += 1) items.push(copyAt(value, index, walk));
  // The items and `length`: JSON drops whatever else there is.
  if (Reflect.ownKeys(value).length !== length + 1)
    throw refused(walk, 'is a list with properties of its own, which JSON would drop');
  return Object.freeze(items);
}

function copyMembers(value: object, walk: Walk): JsonObject {
  refuseOtherKinds(value, Object.prototype, walk);
  const members: [string, JsonValue][] = [];
  for (const key of Reflect.ownKeys(value)) {
    if (typeof key === 'symbol') throw refused(walk, 'has a symbol as a key');
    if (!key.isWellFormed()) throw refused(walk, 'has half of a surrogate pair in a key');
    if (!Object.prototype.propertyIsEnumerable.call(value, key))
      throw refused({ path: [...walk.path, key] }, 'is not enumerable');
    members.push([key, copyAt(value, key, walk)]);
  }
  // fromEntries defines own properties, so that a key `__proto__` stays a key.
  return Object.freeze(Object.fromEntries(members));
}

function copyAt(value: object, key: string | number, walk: Walk): JsonValue {
  walk.path.push(key);
  const copied = copy(Reflect.get(value, key), walk);
  walk.path.pop();
  return copied;
}

function refuseOtherKinds(value: object, plain: object, walk: Walk): void {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== plain && (prototype !== null || plain !== Object.prototype))
    throw refused(walk, 'is not a plain object or list; convert it to plain JSON first');
}

const tooMany = (walk: Walk): CountersignError =>
  refused(walk, `is beyond the ${MAX_VALUES} values that are taken`);

const article = (type: string): string => (type === 'undefined' ? type : `a ${type}`);

function refused({ path: [name, ...keys] }: Pick<Walk, 'path'>, why: string): CountersignError {
  const steps = keys.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`));
  const place = `${name}${steps.join('')}`;
  return new CountersignError(
    'input',
    `${place.length > 200 ? `${place.slice(0, 200)}…` : place} ${why}`,
  );
}
