/**
 * What goes into a record is bounded and plain, whatever it was: a platform may answer with a
 * `decided_by` of a megabyte, and a record that cannot be written or verified is no record.
 */
import type { JsonObject, JsonValue } from '../../machines/index.ts';

/** Longer texts are cut and marked; UTF-16 code units. */
export const MAX_TEXT = 16 * 1024;
/** All extras of one record together, UTF-16 code units; what comes after is cut and marked. */
export const MAX_EXTRAS = 64 * 1024;
const MAX_DEPTH = 16;
const CUT = '[cut]';

/** At most {@link MAX_TEXT} of a text, without halves of surrogate pairs. */
export function boundedText(value: unknown): string {
  const text = String(value);
  if (text.length <= MAX_TEXT) return text.toWellFormed();
  return `${text.slice(0, MAX_TEXT).toWellFormed()}… [cut, was ${text.length} characters]`;
}

/**
 * A copy that JSON can say and that is read back as the same value. Numbers that JSON would change
 * (`NaN`, `-0`, integers beyond 2^53) and values that it does not know become text.
 */
export function boundedObject(value: JsonObject): JsonObject {
  return copyMembers(value, { left: MAX_EXTRAS }, 0);
}

interface Budget {
  left: number;
}

function copy(value: unknown, budget: Budget, depth: number): JsonValue {
  budget.left -= 1;
  if (budget.left <= 0 || depth > MAX_DEPTH) return CUT;
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'number') return isExact(value) ? value : textOf(value);
  if (typeof value !== 'object') return copyText(value, budget);
  if (!Array.isArray(value)) return copyMembers(value, budget, depth);
  return copyItems(value, budget, depth);
}

function copyText(value: unknown, budget: Budget): string {
  const text = boundedText(value);
  budget.left -= text.length;
  return budget.left < 0 ? CUT : text;
}

function copyItems(values: readonly unknown[], budget: Budget, depth: number): JsonValue {
  const items: JsonValue[] = [];
  for (const value of values) {
    items.push(copy(value, budget, depth + 1));
    if (budget.left <= 0) break;
  }
  return items;
}

function copyMembers(value: object, budget: Budget, depth: number): JsonObject {
  const members: [string, JsonValue][] = [];
  for (const [key, member] of Object.entries(value)) {
    budget.left -= key.length;
    if (budget.left <= 0) return Object.fromEntries([...members, ['cut', true]]);
    members.push([key.toWellFormed(), copy(member, budget, depth + 1)]);
  }
  // fromEntries defines own properties, so that a key `__proto__` stays a key.
  return Object.fromEntries(members);
}

const isExact = (value: number): boolean =>
  Number.isFinite(value) &&
  !Object.is(value, -0) &&
  (Number.isSafeInteger(value) || !Number.isInteger(value));

const textOf = (value: number): string => (Object.is(value, -0) ? '-0' : String(value));
