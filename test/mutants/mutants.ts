import { DEFECTS } from './defects.ts';
import { GUARANTEES } from './guarantees.ts';
import type { Mutant } from './mutant.ts';

/**
 * What must not go unnoticed: every defect of the original, and a breach of each guarantee, as one
 * wrong line. `npm run mutants` applies one after the other and demands that a test fails.
 */
export const MUTANTS: readonly Mutant[] = [...DEFECTS, ...GUARANTEES];
