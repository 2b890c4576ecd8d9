/** One wrong line in our own code, which a test must notice. */
export interface Mutant {
  /** What comes back with it: a defect (`D5`) or the breach of a guarantee (`G2a`). */
  readonly defect: string;
  /** What the code does with it, in a sentence. */
  readonly what: string;
  /** From the root of the repository. */
  readonly file: string;
  /** Occurs exactly once in the file. */
  readonly find: string;
  readonly replace: string;
  /** The files of the tests that must notice. */
  readonly tests: readonly string[];
  /** Which tests of these files: a pattern that their names hold. */
  readonly names: RegExp;
}

/**
 * The text with the wrong line.
 * @throws Error where the line is not there, or more than once
 */
export function mutated(source: string, { defect, file, find, replace }: Mutant): string {
  const [before, after, ...more] = source.split(find);
  if (before === undefined || after === undefined)
    throw new Error(`${defect}: ${file} does not hold the text any more: ${find}`);
  if (more.length > 0)
    throw new Error(`${defect}: ${file} holds the text ${more.length + 1} times: ${find}`);
  return before + replace + after;
}
