/**
 * JSON in which nothing can mean two things: no key twice (parsers differ in which one they keep),
 * no nesting that breaks a recursive reader, no bytes that are not UTF-8.
 */

/** Room for arguments of `MAX_DEPTH` inside `context` inside a body, or inside a frame. */
const MAX_NESTING = 70;

export type StrictJsonProblem = 'not_utf8' | 'not_json' | 'too_deep' | 'duplicate_key';

/** Why a text is not taken. The message goes on after what was read: `the body is not JSON`. */
export class StrictJsonError extends Error {
  override readonly name = 'StrictJsonError';
  readonly problem: StrictJsonProblem;
  /** Of `duplicate_key`: the key, as its value and not as it was written. */
  readonly key: string | undefined;

  constructor(problem: StrictJsonProblem, message: string, key?: string) {
    super(message);
    this.problem = problem;
    this.key = key;
  }
}

/**
 * Reads one JSON value, in a time that grows with its length alone.
 * @param source text, or the bytes of UTF-8 without a byte order mark
 * @throws StrictJsonError
 */
export function parseStrictJson(source: string | Uint8Array): unknown {
  const text = typeof source === 'string' ? source : decode(source);
  const value = parse(text);
  refuseRepeatedKeys(text);
  return value;
}

/** Whether every reader reads a text the same that is known to be JSON. */
export function isUnambiguous(json: string): boolean {
  try {
    refuseRepeatedKeys(json);
    return true;
  } catch (error) {
    if (error instanceof StrictJsonError) return false;
    throw error;
  }
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new StrictJsonError('not_utf8', 'is not UTF-8');
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new StrictJsonError('not_json', 'is not JSON');
  }
}

/** Walks over text that is known to be JSON, with the keys of every object that is open. */
function refuseRepeatedKeys(text: string): void {
  const open: (Set<string> | undefined)[] = [];
  let string: string | undefined;
  for (let at = nextSign(text, 0); at !== -1; ) {
    const sign = text[at];
    const end = sign === '"' ? endOfString(text, at) : at + 1;
    if (sign === '{' || sign === '[') enter(open, sign);
    else if (sign === '}' || sign === ']') open.pop();
    else if (sign === ':' && string !== undefined) keep(open.at(-1), string);
    string = sign === '"' ? text.slice(at, end) : undefined;
    at = nextSign(text, end);
  }
}

/** Where the next quote or sign between values is; numbers and words are skipped. -1 for none. */
function nextSign(text: string, from: number): number {
  for (let at = from; at < text.length; at += 1) if (SIGNS.has(text.charCodeAt(at))) return at;
  return -1;
}

const SIGNS: ReadonlySet<number> = new Set(Array.from('"{}[],:', (sign) => sign.charCodeAt(0)));

/** Past the closing quote. Not a pattern: one over many escapes overflows the stack of patterns. */
function endOfString(text: string, start: number): number {
  let quote = text.indexOf('"', start + 1);
  while (isEscaped(text, quote)) quote = text.indexOf('"', quote + 1);
  // Text that is no JSON, which nobody should have brought here, ends all the same.
  return quote === -1 ? text.length : quote + 1;
}

/** An odd number of backslashes stands before it. */
function isEscaped(text: string, at: number): boolean {
  let first = at;
  while (text[first - 1] === '\\') first -= 1;
  return (at - first) % 2 === 1;
}

function enter(open: (Set<string> | undefined)[], sign: '{' | '['): void {
  if (open.length >= MAX_NESTING)
    throw new StrictJsonError('too_deep', `is nested deeper than ${MAX_NESTING}`);
  open.push(sign === '{' ? new Set() : undefined);
}

function keep(keys: Set<string> | undefined, literal: string): void {
  // Parsed where it is escaped, because `"a"` and `"\u0061"` are the same key.
  const key = literal.includes('\\') ? String(JSON.parse(literal)) : literal.slice(1, -1);
  if (keys?.has(key))
    throw new StrictJsonError('duplicate_key', `holds the key ${JSON.stringify(key)} twice`, key);
  keys?.add(key);
}
