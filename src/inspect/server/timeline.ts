/** What happened to one actor: the newest entries, each with what it weighs. */
import type { JsonValue } from '../../../machines/index.ts';
import type { Entry } from '../wire.ts';

type Item = { readonly entry: Entry; readonly bytes: number };

export class Timeline {
  readonly #most: number;
  #items: Item[] = [];
  #next = 0;
  bytes = 0;

  /** @param most entries that are kept */
  constructor(most: number) {
    this.#most = most;
  }

  get length(): number {
    return this.#items.length;
  }

  get entries(): Entry[] {
    return this.#items.map(({ entry }) => entry);
  }

  /** How many older entries are not kept any more. */
  get forgotten(): number {
    return this.#next - this.#items.length;
  }

  /** Entries from that number on, as far as they are kept. */
  since(n: number): Entry[] {
    return this.#items.slice(Math.max(0, n - this.forgotten)).map(({ entry }) => entry);
  }

  add(entry: Omit<Entry, 'n'>, bytes: number): void {
    const context = sharedWith(this.#items.at(-1)?.entry.context, entry.context);
    const kept = context === undefined ? entry : { ...entry, context };
    this.#items.push({ entry: { ...kept, n: this.#next }, bytes });
    this.#next += 1;
    this.bytes += bytes;
    if (this.#items.length > this.#most) this.forget(1);
  }

  /** Forgets so many of the oldest. */
  forget(count: number): void {
    for (const { bytes } of this.#items.splice(0, count)) this.bytes -= bytes;
  }
}

/** Deeper than what is ever sent. */
const DEEPEST = 12;

/**
 * The same value, with the parts that did not change taken from the one before: most of a context
 * never changes, and is kept once.
 */
function sharedWith(
  before: JsonValue | undefined,
  after: JsonValue | undefined,
  depth = 0,
): JsonValue | undefined {
  if (!isObject(before) || !isObject(after) || depth > DEEPEST) return after;
  const old = new Map(Object.entries(before));
  const parts = Object.entries(after).map(([key, value]): [string, JsonValue] => [
    key,
    sharedWith(old.get(key), value, depth + 1) ?? null,
  ]);
  const isSame = parts.length === old.size && parts.every(([key, value]) => old.get(key) === value);
  if (isSame && Array.isArray(before) === Array.isArray(after)) return before;
  return Array.isArray(after) ? parts.map(([, value]) => value) : Object.fromEntries(parts);
}

const isObject = (
  value: JsonValue | undefined,
): value is Exclude<JsonValue, string | number | boolean | null> =>
  typeof value === 'object' && value !== null;
