import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { readJson } from '../../src/cli/json-argument.ts';
import { UsageError } from '../../src/cli/usage-error.ts';

it.each([
  ['', /a value is missing at the end/],
  ['  ', /a value is missing at the end/],
  ['{', /a key in double quotes is missing at the end/],
  ['{a:1}', /a key in double quotes is missing at position 2/],
  ["{'a':1}", /a key in double quotes is missing at position 2/],
  ['{"a" 1}', /":" is missing after the key at position 6/],
  ['{"a":}', /a value is missing at position 6/],
  ['{"a":1,}', /a key in double quotes is missing at position 8/],
  ['[1 2]', /"," or "\]" is missing at position 4/],
  ['[1,]', /a value is missing at position 4/],
  ['[x]', /a value is missing at position 2/],
  ['{"a":[1}', /"," or "\]" is missing at position 8/],
  ['1 2', /something follows the value at position 3/],
  ['{}{}', /something follows the value at position 3/],
  ['"open', /a value is missing at position 1/],
  ['undefined', /a value is missing at position 1/],
  ['-', /a value is missing at position 1/],
  ['[01]', /position/],
  ['["\\x"]', /position/],
  ['["\n"]', /position/],
  ['{"a":1,"b":{"c":1,"c":2}}', /the key "c" is there twice at position 19/],
  ['{"a":1,"\\u0061":2}', /the key "a" is there twice at position 8/],
  ['1e400', /^--args is not the JSON that it must be: the number is too large at position 1$/],
  ['{"a":[-1e400]}', /the number is too large at position 7$/],
  ['{"__proto__":1,"__proto__":2}', /the key "__proto__" is there twice/],
  ['['.repeat(100_000), /nested deeper than 64 at position 66/],
])('refuses %s and names the place', (text, message) => {
  const read = () => readJson(text, '--args');
  expect(read).toThrow(message);
  expect(read).toThrow(UsageError);
  expect(read).toThrow(/^--args /);
});

it('keeps a key that is called __proto__', () => {
  expect(JSON.stringify(readJson('{"__proto__":{"a":1}}', '--args'))).toBe('{"__proto__":{"a":1}}');
});

it('reads all other JSON as JSON.parse does', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 8 }), fc.constantFrom(0, 1, 2), (json, indent) => {
      const text = JSON.stringify(JSON.parse(json), null, indent);
      expect(readJson(text, '--args')).toEqual(JSON.parse(text));
    }),
  );
});
