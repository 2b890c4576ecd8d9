import type { Granted, Outcome, ProblemCode } from '../machines/index.ts';

/** Codes of errors that are thrown; an outcome's `error.code` is a {@link ProblemCode}. */
export type ErrorCode = ProblemCode | 'not_approved' | 'already_used';

/**
 * Every error that this package throws. Compare `code`, not the class or the message.
 * Messages say what was wrong, where, and what to do; they never hold a token.
 */
export class CountersignError extends Error {
  override readonly name: string = 'CountersignError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Thrown in place of running a guarded function: nobody said yes. */
export class NotApprovedError extends CountersignError {
  override readonly name = 'NotApprovedError';
  /** Why not. */
  readonly outcome: Exclude<Outcome, Granted>;

  constructor(outcome: Exclude<Outcome, Granted>, message: string) {
    super('not_approved', message);
    this.outcome = outcome;
  }
}

/** True for errors of this package. Never throws: a proxy that was revoked is no error of ours. */
export function isCountersignError(error: unknown): error is CountersignError {
  try {
    return error instanceof CountersignError;
  } catch {
    return false;
  }
}

/** The message of anything that was thrown, on one line. Never throws. */
export const messageOf = (error: unknown): string => textOf(error).replace(/\s+/g, ' ').trim();

/** An object without a prototype has no text, and a getter may throw in its turn. */
function textOf(error: unknown): string {
  try {
    return String(error instanceof Error ? error.message || error.name : error);
  } catch {
    return 'something was thrown that cannot be shown';
  }
}

/** What an outcome says of an error: codes that only thrown errors have are defects in an outcome. */
export function problemCodeOf(error: unknown): ProblemCode {
  if (!isCountersignError(error)) return 'internal';
  return error.code === 'not_approved' || error.code === 'already_used' ? 'internal' : error.code;
}
