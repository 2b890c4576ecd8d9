/**
 * JSON in which nothing can mean two things: no key twice (parsers differ in which one they keep),
 * no nesting that breaks a recursive reader, no bytes that are not UTF-8.
 */
import { Refusal } from './refusal.ts';

/** Room for arguments of `MAX_DEPTH` inside `context` inside the body. */
const MAX_NESTING = 70;

/** Strings and the signs between values; numbers and words are skipped. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]/g;

/** @throws Refusal 400, naming what is wrong */
export function parseStrictJson(bytes: Uint8Array): unknown {
  const text = decode(bytes);
  const value = parse(text);
  refuseRepeatedKeys(text);
  return value;
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Refusal(400, 'invalid_json', 'the body is not UTF-8');
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, 'invalid_json', 'the body is not JSON');
  }
}

/** Walks over text that is known to be JSON, with the keys of every object that is open. */
function refuseRepeatedKeys(text: string): void {
  const open: Set<string>[] = [];
  let string: string | undefined;
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === '{' || token === '[') enter(open);
    else if (token === '}' || token === ']') open.pop();
    else if (token === ':' && string !== undefined) keep(open.at(-1), string);
    string = token.startsWith('"') ? token : undefined;
  }
}

function enter(open: Set<string>[]): void {
  if (open.length >= MAX_NESTING)
    throw new Refusal(400, 'invalid_json', `the body is nested deeper than ${MAX_NESTING}`);
  open.push(new Set());
}

function keep(keys: Set<string> | undefined, literal: string): void {
  // Parsed, because `"a"` and `"\u0061"` are the same key.
  const key = String(JSON.parse(literal));
  if (keys?.has(key))
    throw new Refusal(400, 'duplicate_key', `the key ${JSON.stringify(key)} is there twice`);
  keys?.add(key);
}
