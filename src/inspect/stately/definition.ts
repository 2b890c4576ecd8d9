/** The definition of a machine as the official inspector writes it: its config as JSON text. */
import type { JsonValue } from '../../../machines/index.ts';
import { dataAt, redact } from '../redact.ts';

/** Machines are nested in their states; deeper than that is cut. */
const MOST_DEPTH = 30;
/** A definition that is longer is left out, characters. Ours have some ten thousand. */
const LONGEST = 500_000;

/** The texts of configs, which never change; a thousand approvals share one. */
const written = new WeakMap<object, string>();

/** `undefined` for what is no machine. */
export function definitionOf(logic: unknown): string | undefined {
  const config = typeof logic === 'object' && logic !== null ? dataAt(logic, 'config') : undefined;
  if (typeof config !== 'object' || config === null) return undefined;
  const known = written.get(config);
  if (known !== undefined) return known;
  const text = textOf(config);
  written.set(config, text);
  return text;
}

export function idOf(logic: unknown): string | undefined {
  const config = typeof logic === 'object' && logic !== null ? dataAt(logic, 'config') : undefined;
  const id = typeof config === 'object' && config !== null ? dataAt(config, 'id') : undefined;
  return typeof id === 'string' ? id : undefined;
}

function textOf(config: object): string {
  const text = JSON.stringify(shape(config, 0, false));
  return text.length <= LONGEST ? text : JSON.stringify({ id: dataAt(config, 'id') ?? 'machine' });
}

/** What stands under these was chosen by whoever wrote the machine: names of states and events. */
const NAMED = new Set(['states', 'on', 'after']);
/** Values that go to actors, where they are no functions: not part of the picture. */
const VALUES = new Set(['context', 'input', 'output', 'params', 'meta']);

/** @param namesOwn whether the keys of `value` are names of its author */
function shape(value: unknown, depth: number, namesOwn: boolean): JsonValue {
  if (typeof value === 'function') return { type: value.name };
  if (typeof value !== 'object' || value === null) return redact(value);
  if (depth >= MOST_DEPTH) return '[deeper]';
  if (Array.isArray(value)) return value.map((inner) => shape(inner, depth + 1, false));
  // A machine or another logic of a class, written where its name could stand.
  if (!isPlain(value)) return { type: idOf(value) ?? 'inline' };
  return Object.fromEntries(
    Object.keys(value).flatMap((key): [string, JsonValue][] => {
      const inner = dataAt(value, key);
      if (inner === undefined) return [];
      if (!namesOwn && VALUES.has(key) && typeof inner !== 'function')
        return [[key, redact(inner)]];
      return [[key, shape(inner, depth + 1, !namesOwn && NAMED.has(key))]];
    }),
  );
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
