/** The catalogue of faults in the README beside this, and the names of the tests that hold them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const TESTS = fileURLToPath(new URL('..', import.meta.url));

/** `- **F7** what it is`. */
const ENTRY = /^- \*\*(F\d+)\*\* \S/gm;

/** The numbers at the beginning of the name of a test or of a group of them: `it('F34 F35 shows …`. */
const NAME = /(?:\b(?:it|test|describe)[\w.]*|\)[\w.]*)\(\s*['"`]((?:[DFG]\d+[ :,]+)+)[^\s'"`]/g;

const catalogue = readFileSync(new URL('README.md', import.meta.url), 'utf8');
const known = [...catalogue.matchAll(ENTRY)].map(([, number]) => number);

const tried = new Set(
  readdirSync(TESTS, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.test.ts'))
    .flatMap((path) => [...readFileSync(join(TESTS, path), 'utf8').matchAll(NAME)])
    .flatMap(([, numbers]) => numbers?.match(/F\d+/g) ?? []),
);

it('the catalogue names each fault once, from 1 to 64 without two', () => {
  const numbers = Array.from({ length: 64 }, (_, index) => `F${index + 1}`);
  expect(known).toEqual(numbers.filter((number) => number !== 'F44' && number !== 'F45'));
});

it('every fault of the catalogue has a test whose name begins with its number', () => {
  expect(known.filter((number) => number !== undefined && !tried.has(number))).toEqual([]);
});

it('no test names a fault that the catalogue does not know', () => {
  expect([...tried].filter((number) => !known.includes(number))).toEqual([]);
});
