/** One parser under fire: inputs, the call that is measured, and the judge of what came of it. */
import * as fc from 'fast-check';
import { isCountersignError, messageOf } from '../../../src/errors.ts';

/**
 * No parser may hold the process up for longer with one input, milliseconds. Of its own thread's
 * time: what other programs take meanwhile is not the parser's.
 */
export const LIMIT_MS = 50;
/** A machine hiccups: only what is slow every time is slow. */
const TRIES = 3;
/** No hiccup takes that long, milliseconds. */
const HOPELESS_MS = 1_000;
/** How long a smaller input is looked for, milliseconds. */
const SHRINK_MS = 10_000;

export type Verdict = 'accepted' | 'rejected';

/** What a call came to. */
export type Attempt<Result> =
  | { readonly threw: false; readonly value: Result }
  | { readonly threw: true; readonly error: unknown };

export interface Parser<Input, Result> {
  readonly name: string;
  readonly inputs: fc.Arbitrary<Input>;
  /** The only thing that is measured. */
  readonly parse: (input: Input) => Result | Promise<Result>;
  /** Knows by other means than the parser what should have come of it; throws where it did not. */
  readonly judge: (input: Input, attempt: Attempt<Result>) => Verdict;
  /** Inputs of this one for each input of the others. Default: 1. */
  readonly share?: number;
}

export interface FuzzOptions {
  /** Inputs, where the parser's share is 1. */
  readonly runs: number;
  readonly seed: number;
}

export interface FuzzReport {
  readonly name: string;
  readonly inputs: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly slowestMs: number;
  /** What went wrong, with the smallest input that shows it. */
  readonly failure?: string;
}

/** A parser whose types nobody needs to know any more. */
export interface FuzzTarget {
  readonly name: string;
  fuzz(options: FuzzOptions): Promise<FuzzReport>;
}

export const target = <Input, Result>(parser: Parser<Input, Result>): FuzzTarget => ({
  name: parser.name,
  fuzz: (options) => fuzz(parser, options),
});

async function fuzz<Input, Result>(
  { name, inputs, parse, judge, share = 1 }: Parser<Input, Result>,
  { runs, seed }: FuzzOptions,
): Promise<FuzzReport> {
  const counts = { accepted: 0, rejected: 0 };
  let slowestMs = 0;
  let shrinkUntil = Number.POSITIVE_INFINITY;
  const property = fc.asyncProperty(inputs, async (input) => {
    if (performance.now() > shrinkUntil) return;
    const { attempt, ms } = await fastestOf(parse, input);
    slowestMs = Math.max(slowestMs, ms);
    try {
      if (ms > LIMIT_MS) throw new Error(`took ${Math.round(ms)} ms`);
      counts[judge(input, attempt)] += 1;
    } catch (error) {
      shrinkUntil = Math.min(shrinkUntil, performance.now() + SHRINK_MS);
      throw error;
    }
  });
  const numRuns = Math.max(1, Math.round(runs * share));
  const found = await fc.check(property, { numRuns, seed });
  const report = { name, inputs: found.numRuns, ...counts, slowestMs };
  if (!found.failed) return report;
  const input = fc.stringify(found.counterexample).slice(0, 600);
  const again = `npm run fuzz -- --only "${name}" --runs ${runs} --seed ${seed}`;
  const failure = `${messageOf(found.errorInstance)}\n  input: ${input}\n  again: ${again}`;
  return { ...report, failure };
}

interface Measured<Result> {
  readonly attempt: Attempt<Result>;
  readonly ms: number;
}

async function fastestOf<Input, Result>(
  parse: Parser<Input, Result>['parse'],
  input: Input,
): Promise<Measured<Result>> {
  let fastest = await measured(parse, input);
  const isSuspect = (): boolean => fastest.ms > LIMIT_MS && fastest.ms < HOPELESS_MS;
  for (let tries = 1; isSuspect() && tries < TRIES; tries += 1) {
    const next = await measured(parse, input);
    if (next.ms < fastest.ms) fastest = next;
  }
  return fastest;
}

async function measured<Input, Result>(
  parse: Parser<Input, Result>['parse'],
  input: Input,
): Promise<Measured<Result>> {
  const before = process.threadCpuUsage();
  const attempt = await attemptOf(parse, input);
  const { user, system } = process.threadCpuUsage(before);
  return { attempt, ms: (user + system) / 1_000 };
}

async function attemptOf<Input, Result>(
  parse: Parser<Input, Result>['parse'],
  input: Input,
): Promise<Attempt<Result>> {
  try {
    const result = parse(input);
    // Waiting for what is there already would be measured as well.
    return { threw: false, value: result instanceof Promise ? await result : result };
  } catch (error) {
    return { threw: true, error };
  }
}

/** The value, where a parser must not throw. */
export function returned<Result>(attempt: Attempt<Result>): Result {
  if (!attempt.threw) return attempt.value;
  throw new Error(`threw: ${described(attempt.error)}`, { cause: attempt.error });
}

/** The code, where only errors of this package may be thrown. */
export function codeOf(error: unknown): string {
  if (isCountersignError(error)) return error.code;
  throw new Error(`threw an error without a code: ${described(error)}`, { cause: error });
}

/** What was thrown may be anything, also something that cannot be made a text of. */
function described(error: unknown): string {
  try {
    return `${typeof error} ${String(error)}`;
  } catch {
    return `${typeof error} that has no text`;
  }
}

/** For judges: fails with `message` where a promise was broken. */
export function demand(holds: boolean, message: string): asserts holds {
  if (!holds) throw new Error(message);
}
