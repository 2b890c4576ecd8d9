/** What the exit status of `countersign` means. */
import type { Outcome, OutcomeStatus } from '../../machines/index.ts';
import type { ErrorCode } from '../errors.ts';

export const EXIT = {
  ok: 0,
  /** `decide`: it had ended already. */
  alreadyDecided: 1,
  /** `audit verify`. */
  tampered: 1,
  /** Called in a way that cannot work, or with settings that cannot: mend it and call again. */
  usage: 2,
  /** `request`, `serve`, `mcp`: it could not be done. */
  failed: 4,
} as const;

const ENDS = {
  granted: 0,
  denied: 1,
  timeout: 3,
  failed: 4,
  withdrawn: 5,
} as const satisfies Record<OutcomeStatus, number>;

/** Failures that the caller can mend by calling in another way. */
const CALLED_WRONG: ReadonlySet<ErrorCode> = new Set(['config', 'input']);

/** True where settings, `config.yaml`, or the request itself is wrong. */
export const isWrongCall = (code: ErrorCode): boolean => CALLED_WRONG.has(code);

/**
 * The exit status of `countersign request`.
 * @param wasSubmitted what fails from there on (a platform that refuses it) is no wrong call
 */
export function exitStatusOf(outcome: Outcome, wasSubmitted: boolean): number {
  if (outcome.status === 'failed' && !wasSubmitted && isWrongCall(outcome.error.code))
    return EXIT.usage;
  return ENDS[outcome.status];
}
