/** Ends without a machine. */
import type { Failed } from '../../machines/index.ts';
import { messageOf, problemCodeOf } from '../errors.ts';

/** `failed`, with the code and the message of what was thrown. */
export function refusedOutcome(
  error: unknown,
  ids: { readonly traceId: string; readonly approvalId?: string },
): Failed {
  return {
    ...ids,
    status: 'failed',
    approved: false,
    error: { code: problemCodeOf(error), message: messageOf(error) },
  };
}
