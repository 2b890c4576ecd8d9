import type { ProblemCode } from '../machines/index.ts';

/** Codes of errors that are thrown; an outcome's `error.code` is a {@link ProblemCode}. */
export type ErrorCode = ProblemCode | 'not_approved';

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

/** True for errors of this package, also across two copies of it. */
export function isCountersignError(error: unknown): error is CountersignError {
  return error instanceof Error && 'code' in error && error.name.endsWith('Error') && isOurs(error);
}

function isOurs(error: Error): boolean {
  return error instanceof CountersignError || ERROR_NAMES.has(error.name);
}

const ERROR_NAMES: ReadonlySet<string> = new Set([
  'CountersignError',
  'SettingsError',
  'NotApprovedError',
]);

/** The message of anything that was thrown, on one line. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error);
  return text.replace(/\s+/g, ' ').trim();
}
