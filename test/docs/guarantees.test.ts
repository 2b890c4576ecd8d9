/** The guarantees that SECURITY.md gives, and the names of the tests that try them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const NAME = /['"`](?:[DFG]\d+ )*(G\d+) [a-z]/g;

const numbers = Array.from({ length: 10 }, (_, index) => `G${index + 1}`);
const page = readFileSync(join(ROOT, 'SECURITY.md'), 'utf8');
const tried = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.test.ts'))
  .flatMap((path) => [...readFileSync(join(ROOT, 'test', path), 'utf8').matchAll(NAME)])
  .map(([, number]) => number);

it('SECURITY.md gives the guarantees G1 to G10', () => {
  expect([...page.matchAll(/^\| (G\d+) \|/gm)].map(([, number]) => number)).toEqual(numbers);
});

it.each(numbers)('%s has a test whose name begins with it', (number) => {
  expect(tried).toContain(number);
});
