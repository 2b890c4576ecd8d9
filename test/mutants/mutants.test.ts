/** The table of mutants, quickly: `npm run mutants` tries them. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { mutated } from './mutant.ts';
import { MUTANTS } from './mutants.ts';

const fromRoot = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

it('names each mutant once, and each of the 32 defects and the ten guarantees', () => {
  const names = MUTANTS.map(({ defect }) => defect);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  const broken = new Set(names.map((name) => name.replace(/[a-z]$/, '')));
  const defects = Array.from({ length: 32 }, (_, index) => `D${index + 1}`);
  const guarantees = Array.from({ length: 10 }, (_, index) => `G${index + 1}`);
  expect([...broken]).toEqual([...defects, ...guarantees]);
});

it.each(MUTANTS)('$defect applies to the code as it is', (mutant) => {
  const source = readFileSync(fromRoot(mutant.file), 'utf8');
  expect(mutated(source, mutant)).not.toBe(source);
});

it.each(MUTANTS)('$defect names tests that there are', ({ tests, names }) => {
  const found = tests.filter((path) => names.test(readFileSync(fromRoot(path), 'utf8')));
  expect(found).not.toEqual([]);
});

it('refuses a mutant whose text is gone, or stands there twice', () => {
  const [mutant] = MUTANTS;
  if (mutant === undefined) throw new Error('the table is empty');
  expect(() => mutated('something else', mutant)).toThrow(/D1: .* any more/);
  expect(() => mutated(mutant.find + mutant.find, mutant)).toThrow(/D1: .* 2 times/);
});
