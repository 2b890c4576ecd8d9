/**
 * A second reader of JSON, plain and slow, that knows of keys that are there twice and of depth.
 * Nothing here is shared with the readers that it judges.
 */

/** As `MAX_NESTING` of the strict reader, by its own words: room for a frame of the largest request. */
const DEEPEST = 70;

export type JsonReading =
  | { readonly is: 'read'; readonly value: unknown; readonly depth: number; readonly huge: boolean }
  | { readonly is: 'not_json' | 'too_deep' | 'duplicate_key' };

const WORDS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['true', true],
  ['false', false],
  ['null', null],
]);

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ...['"', '\\', '/'].map((sign): [string, string] => [sign, sign]),
  ...Object.entries({ b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }),
]);

class NotJson extends Error {}

/** @param deepest containers in each other that may be there. Default: as frames and bodies */
export function readJsonText(text: string, deepest = DEEPEST): JsonReading {
  try {
    return new JsonReader(text, deepest).read();
  } catch (error) {
    if (error instanceof NotJson) return { is: 'not_json' };
    throw error;
  }
}

interface Open {
  readonly list: unknown[];
  /** Of an object. */
  readonly members?: Map<string, unknown>;
  key: string;
}

class JsonReader {
  readonly #text: string;
  readonly #deepest: number;
  readonly #open: Open[] = [];
  #at = 0;
  #depth = 0;
  #huge = false;
  #problem: 'too_deep' | 'duplicate_key' | undefined;

  constructor(text: string, deepest: number) {
    this.#text = text;
    this.#deepest = deepest;
  }

  /** Without recursion: the texts are deeper than the stack. */
  read(): JsonReading {
    let value: unknown;
    for (let closed = false; ; ) {
      if (!closed) {
        const begun = this.#begin();
        if (begun === 'opened') continue;
        value = begun.value;
      }
      const parent = this.#open.at(-1);
      if (parent === undefined) break;
      this.#store(parent, value);
      closed = this.#separator(parent);
      if (closed) value = this.#close();
    }
    this.#space();
    if (this.#at < this.#text.length) throw new NotJson();
    if (this.#problem !== undefined) return { is: this.#problem };
    return { is: 'read', value, depth: this.#depth, huge: this.#huge };
  }

  #peek(): string {
    return this.#text.charAt(this.#at);
  }

  #space(): void {
    while (' \t\n\r'.includes(this.#peek()) && this.#at < this.#text.length) this.#at += 1;
  }

  #take(sign: string): boolean {
    this.#space();
    if (this.#peek() !== sign) return false;
    this.#at += 1;
    return true;
  }

  #begin(): 'opened' | { readonly value: unknown } {
    if (this.#take('[')) return this.#enter({ list: [], key: '' }, ']');
    if (this.#take('{')) return this.#enter({ list: [], members: new Map(), key: '' }, '}');
    return { value: this.#scalar() };
  }

  #enter(container: Open, end: string): 'opened' | { readonly value: unknown } {
    this.#open.push(container);
    this.#depth = Math.max(this.#depth, this.#open.length);
    if (this.#open.length > this.#deepest) this.#problem ??= 'too_deep';
    if (this.#take(end)) return { value: this.#close() };
    if (container.members !== undefined) this.#key(container);
    return 'opened';
  }

  #close(): unknown {
    const { list, members } = this.#open.pop() ?? { list: [] };
    return members === undefined ? list : Object.fromEntries(members);
  }

  #key(container: Open): void {
    this.#space();
    if (this.#peek() !== '"') throw new NotJson();
    container.key = this.#string();
    if (!this.#take(':')) throw new NotJson();
    if (container.members?.has(container.key) === true) this.#problem ??= 'duplicate_key';
  }

  #store({ list, members, key }: Open, value: unknown): void {
    if (members === undefined) list.push(value);
    else members.set(key, value);
  }

  /** Whether the container ends here. */
  #separator(parent: Open): boolean {
    if (this.#take(parent.members === undefined ? ']' : '}')) return true;
    if (!this.#take(',')) throw new NotJson();
    if (parent.members !== undefined) this.#key(parent);
    return false;
  }

  #scalar(): unknown {
    this.#space();
    if (this.#peek() === '"') return this.#string();
    const word = /(?:true|false|null)/y;
    word.lastIndex = this.#at;
    const [found = ''] = word.exec(this.#text) ?? [];
    this.#at += found.length;
    return found === '' ? this.#number() : WORDS.get(found);
  }

  #number(): number {
    const digits = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
    digits.lastIndex = this.#at;
    const [found] = digits.exec(this.#text) ?? [];
    if (found === undefined) throw new NotJson();
    this.#at += found.length;
    const value = Number(found);
    this.#huge ||= !Number.isFinite(value);
    return value;
  }

  #string(): string {
    let value = '';
    for (this.#at += 1; this.#peek() !== '"'; this.#at += 1) {
      const character = this.#peek();
      if (character === '' || character < ' ') throw new NotJson();
      value += character === '\\' ? this.#escape() : character;
    }
    this.#at += 1;
    return value;
  }

  #escape(): string {
    this.#at += 1;
    const plain = ESCAPES.get(this.#peek());
    if (plain !== undefined) return plain;
    const hex = this.#text.slice(this.#at + 1, this.#at + 5);
    if (this.#peek() !== 'u' || !/^[0-9a-fA-F]{4}$/.test(hex)) throw new NotJson();
    this.#at += 4;
    return String.fromCharCode(Number.parseInt(hex, 16));
  }
}
