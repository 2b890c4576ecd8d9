/**
 * JSON that somebody typed, in which nothing can mean two things: what is wrong is named with its
 * position, and a key that is there twice is wrong.
 */

import { messageOf } from '../errors.ts';
import { UsageError } from './usage-error.ts';

/** @throws UsageError naming the option, what is wrong, and the position (from 1) */
export function readJson(text: string, option: string): unknown {
  new Checker(text, option).check();
  try {
    return JSON.parse(text);
  } catch (error) {
    // What is wrong inside a string or a number; the parser names the place.
    throw new UsageError(`${option} is not JSON: ${messageOf(error)}`);
  }
}

/** A text, a number or word, or a sign; else nothing. */
const TOKEN = /[ \t\n\r]*("[^"\\]*(?:\\.[^"\\]*)*"|[-+.\w]+|[{}[\],:])?/sy;
const SCALAR = /^(?:"|-?\d|(?:true|false|null)$)/;
const MAX_DEPTH = 64;

interface Token {
  readonly text: string;
  readonly at: number;
}

/** Walks over the signs between the values; the values themselves are the parser's. */
class Checker {
  readonly #text: string;
  readonly #option: string;
  #token: Token = { text: '', at: 0 };

  constructor(text: string, option: string) {
    this.#text = text;
    this.#option = option;
  }

  check(): void {
    this.#next();
    this.#value(0);
    if (this.#token.at < this.#text.length) throw this.#wrong('something follows the value');
  }

  #next(): void {
    const from = this.#token.at + this.#token.text.length;
    TOKEN.lastIndex = from;
    const [all = '', text = ''] = TOKEN.exec(this.#text) ?? [];
    this.#token = { text, at: from + all.length - text.length };
  }

  #value(depth: number): void {
    if (depth > MAX_DEPTH) throw this.#wrong(`nested deeper than ${MAX_DEPTH}`);
    if (this.#token.text === '{') this.#members(depth, new Set());
    else if (this.#token.text === '[') this.#list(']', () => this.#value(depth + 1));
    else if (SCALAR.test(this.#token.text)) this.#scalar();
    else throw this.#wrong('a value is missing');
  }

  /** The parser reads `1e400` as infinity, which is no JSON. */
  #scalar(): void {
    if (Math.abs(Number(this.#token.text)) === Number.POSITIVE_INFINITY)
      throw this.#wrong('the number is too large');
    this.#next();
  }

  #members(depth: number, keys: Set<string>): void {
    this.#list('}', () => {
      this.#key(keys);
      if (this.#token.text !== ':') throw this.#wrong('":" is missing after the key');
      this.#next();
      this.#value(depth + 1);
    });
  }

  #key(keys: Set<string>): void {
    if (!this.#token.text.startsWith('"')) throw this.#wrong('a key in double quotes is missing');
    const key = this.#unquoted(this.#token.text);
    if (keys.has(key)) throw this.#wrong(`the key ${JSON.stringify(key)} is there twice`);
    keys.add(key);
    this.#next();
  }

  /** Unquoted, because `"a"` and `"\u0061"` are the same key. */
  #unquoted(literal: string): string {
    try {
      return String(JSON.parse(literal));
    } catch {
      throw this.#wrong('this key is no JSON string');
    }
  }

  #list(end: ']' | '}', item: () => void): void {
    this.#next();
    if (this.#token.text !== end) {
      item();
      while (this.#token.text === ',') {
        this.#next();
        item();
      }
      if (this.#token.text !== end) throw this.#wrong(`"," or "${end}" is missing`);
    }
    this.#next();
  }

  #wrong(what: string): UsageError {
    const { at } = this.#token;
    const where = at >= this.#text.length ? 'at the end' : `at position ${at + 1}`;
    return new UsageError(`${this.#option} is not the JSON that it must be: ${what} ${where}`);
  }
}
