import type { Outcome } from '../machines/index.ts';

/** What a model and a shell see of an outcome: flat, snake_case, a stable word in `status`. */
export type ToolResult = {
  readonly approved: boolean;
  readonly status: Outcome['status'];
  readonly trace_id: string;
  readonly approval_id?: string;
  readonly decided_by?: string;
  readonly message?: string;
  readonly error?: string;
  /** Why it timed out or failed, as a stable word. */
  readonly cause?: string;
};

/**
 * The outcome as the object that an agent (a model) or the command line shows. A model reads it, so
 * it says in words what happened; a program should use {@link Outcome}.
 */
export function toToolResult(outcome: Outcome): ToolResult {
  return {
    approved: outcome.approved,
    status: outcome.status,
    trace_id: outcome.traceId,
    ...(outcome.approvalId === undefined ? {} : { approval_id: outcome.approvalId }),
    ...detailsOf(outcome),
  };
}

function detailsOf(outcome: Outcome): Partial<ToolResult> {
  switch (outcome.status) {
    case 'granted':
      return {
        ...by(outcome.decidedBy),
        ...(outcome.note === undefined ? {} : { message: outcome.note }),
      };
    case 'denied':
      return outcome.error === undefined
        ? { ...by(outcome.decidedBy), message: deniedMessage(outcome.note) }
        : { error: outcome.error.message };
    case 'timeout':
      return { error: outcome.error.message, cause: outcome.cause };
    case 'withdrawn':
      return { error: outcome.error.message };
    case 'failed':
      return { error: outcome.error.message, cause: outcome.error.code };
  }
}

const by = (decidedBy: string | undefined) =>
  decidedBy === undefined ? {} : { decided_by: decidedBy };

const deniedMessage = (note: string | undefined): string =>
  note === undefined ? 'Denied by human' : `Denied by human: ${note}`;
