/** The definition of a machine as the official inspector writes it: its config as JSON text. */
import type { JsonValue } from '../../../machines/index.ts';
import { dataAt, redact } from '../redact.ts';

/** Machines are nested in their states; deeper than that is cut. */
const MOST_DEPTH = 30;
/** Values in all: a config that leads back to itself has no end. Ours has some three hundred. */
const MOST_VALUES = 20_000;

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

const textOf = (config: object): string => JSON.stringify(new Shape().of(config, 0, false));

/** What stands under these was chosen by whoever wrote the machine: names of states and events. */
const NAMED = new Set(['states', 'on', 'after']);
/** Values that go to actors, where they are no functions: not part of the picture. */
const VALUES = new Set(['context', 'input', 'output', 'params', 'meta']);

class Shape {
  #left = MOST_VALUES;

  /** @param namesOwn whether the keys of `value` are names of its author */
  of(value: unknown, depth: number, namesOwn: boolean): JsonValue {
    this.#left -= 1;
    if (typeof value === 'function') return { type: value.name };
    if (typeof value !== 'object' || value === null) return redact(value);
    if (depth >= MOST_DEPTH || this.#left <= 0) return '[more]';
    if (Array.isArray(value)) return value.map((inner) => this.of(inner, depth + 1, false));
    // A machine or another logic of a class, written where its name could stand.
    if (!isPlain(value)) return { type: idOf(value) ?? 'inline' };
    return Object.fromEntries(
      Object.keys(value)
        .map((key) => [key, dataAt(value, key)] as const)
        .filter(([, inner]) => inner !== undefined)
        .map(([key, inner]) => [key, this.#under(key, inner, depth, namesOwn)]),
    );
  }

  #under(key: string, value: unknown, depth: number, namesOwn: boolean): JsonValue {
    if (namesOwn) return this.of(value, depth + 1, false);
    if (VALUES.has(key) && typeof value !== 'function') return redact(value);
    return this.of(value, depth + 1, NAMED.has(key));
  }
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
