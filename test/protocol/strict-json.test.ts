import { describe, expect, it } from 'vitest';
import { isUnambiguous, parseStrictJson, StrictJsonError } from '../../src/protocol/strict-json.ts';

const MIB = 1024 * 1024;

function problemOf(source: string | Uint8Array): StrictJsonError {
  try {
    parseStrictJson(source);
  } catch (error) {
    if (error instanceof StrictJsonError) return error;
    throw error;
  }
  throw new Error('it was taken');
}

describe('strict JSON', () => {
  it.each([
    '{"a":1,"b":{"a":[{"a":2},{"a":3}]}}',
    '[":","a","a","\\"",{"\\\\":"\\\\","\\"":1}]',
    '{"a\\\\":1,"a\\"":2,"a":"\\\\\\""}',
    ' "text" ',
    '-1.5e3',
    'null',
  ])('reads %s as any reader does', (text) => {
    expect(parseStrictJson(text)).toEqual(JSON.parse(text));
    expect(parseStrictJson(new TextEncoder().encode(text))).toEqual(JSON.parse(text));
  });

  it.each([
    ['{"status":"denied","status":"approved"}', 'status'],
    ['{"a":1,"\\u0061":2}', 'a'],
    ['{"a" : {"b":[]} , "a" : 1}', 'a'],
    ['{"x":[{"\\"\\\\":1,"\\"\\\\":1}]}', '"\\'],
    ['{"__proto__":1,"__proto__":1}', '__proto__'],
  ])('refuses %s, naming the key', (text, key) => {
    expect(problemOf(text)).toMatchObject({
      problem: 'duplicate_key',
      key,
      message: `holds the key ${JSON.stringify(key)} twice`,
    });
  });

  it.each([
    ['half an object', '{', 'not_json'],
    ['nothing', '', 'not_json'],
    ['a byte order mark', '\ufeff{}', 'not_json'],
    ['bytes that are not UTF-8', new Uint8Array([0x22, 0xff, 0x22]), 'not_utf8'],
    ['71 levels', '['.repeat(71) + ']'.repeat(71), 'too_deep'],
    ['very many levels', '['.repeat(100_000) + ']'.repeat(100_000), 'too_deep'],
    [
      'very many objects in each other',
      `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`,
      'too_deep',
    ],
    ['very many levels, half of them', '['.repeat(MIB), 'not_json'],
  ])('refuses %s', (_, source, problem) => {
    expect(problemOf(source).problem).toBe(problem);
  });

  it('reads 70 levels', () => {
    expect(() => parseStrictJson('['.repeat(70) + ']'.repeat(70))).not.toThrow();
  });

  it.each([
    ['one text of escapes', `"${'\\n'.repeat(8 * MIB)}"`],
    ['one text of backslashes', `"${'\\\\'.repeat(MIB)}"`],
    ['one text of escaped quotes', `"${'\\"'.repeat(MIB)}"`],
    ['many lists', `[${'[],'.repeat(MIB / 2)}0]`],
    ['one long number', `[${'1'.repeat(MIB)}]`],
  ])('reads %s in a moment', { timeout: 5_000 }, (_, text) => {
    expect(() => parseStrictJson(text)).not.toThrow();
  });

  it('reads many keys in a moment', { timeout: 5_000 }, () => {
    const keys = Array.from({ length: 100_000 }, (_, index) => `"k${index}":0`);
    expect(() => parseStrictJson(`{${keys.join(',')}}`)).not.toThrow();
    expect(problemOf(`{${keys.join(',')},"k0":0}`).key).toBe('k0');
  });
});

it('a text that is no JSON is walked to its end all the same', () => {
  expect(isUnambiguous('{"unfinished')).toBe(true);
});
