/** What a walk found, in numbered sentences. */
import type { StepName } from './catalogue.ts';
import { FIELDS, type ObservedApproval, shown } from './observed.ts';
import type { Divergence, MadeStep } from './walker.ts';

export interface Finding {
  readonly made: readonly MadeStep[];
  readonly divergence: Divergence;
  readonly seed: number;
  /** How it was found: a path, or which random walk. */
  readonly found: string;
}

/** Thrown where a system is not where the model is. */
export class WalkError extends Error {
  override readonly name = 'WalkError';
  /** The shortest walk that was found to show it. */
  readonly walk: readonly StepName[];
  readonly divergence: Divergence;
  /** Of the random walks. */
  readonly seed: number;

  constructor(finding: Finding) {
    super(messageOfFinding(finding));
    this.walk = finding.made.map(({ name }) => name);
    this.divergence = finding.divergence;
    this.seed = finding.seed;
  }
}

function messageOfFinding({ made, divergence, seed, found }: Finding): string {
  const { problem, differences, expected, seen } = divergence;
  const steps = made.map(
    ({ name, byItself }, index) => `  ${index + 1}. ${name}${byItself ? ' (by itself)' : ''}`,
  );
  return [
    'The system is not where the model is after:',
    ...(steps.length === 0 ? NOTHING_YET : steps),
    ...(problem === undefined ? [] : [`  ${problem}`]),
    ...differences.map(
      ({ field, expected: wanted, seen: was }) => `  ${field}: expected ${wanted}, seen ${was}`,
    ),
    `expected: ${sentenceOf(expected)}`,
    `seen:     ${seen === undefined ? 'nothing' : sentenceOf(seen)}`,
    `found by ${found}; the seed is ${seed}`,
    `only this walk: testApprovals(makeSystem, { only: ${JSON.stringify(made.map(({ name }) => name))} })`,
  ].join('\n');
}

const NOTHING_YET = [
  '  (nothing happened yet; what the system does without being told, its byItself has to say)',
];

const sentenceOf = (observed: ObservedApproval): string =>
  FIELDS.filter((field) => observed[field] !== undefined)
    .map((field) => `${field} ${shown(observed[field])}`)
    .join('; ');
