/** What the answer to a create means: the one place that decides what is safe to send again. */
import type { Problem, ProblemCode } from '../../machines/index.ts';
import { createdSchema } from '../protocol/rows.ts';
import { isUnambiguous } from '../protocol/strict-json.ts';
import { visibleInTerminal } from '../protocol/text.ts';
import type { Answer } from './exchange.ts';
import { retryAfterMs } from './retry-after.ts';

export type Attempt =
  | { readonly is: 'created'; readonly approvalId: string }
  /** The platform said no, or what it said makes no sense: sending again would not help. */
  | { readonly is: 'refused'; readonly problem: Problem }
  /** It may or may not have been stored: look before sending again. */
  | { readonly is: 'unsure'; readonly problem: Problem; readonly pauseMs?: number }
  /** As `unsure`, but must not be sent again: the platform claims that it was stored. */
  | { readonly is: 'garbled'; readonly problem: Problem }
  /** Certainly not stored: safe to send again. */
  | { readonly is: 'unsent'; readonly problem: Problem; readonly pauseMs?: number };

/** Reads the answer to `POST …/approvals`. Only 201 with an id is success. */
export function attemptOf(answer: Answer): Attempt {
  const { status } = answer;
  if (status === 201) return ofCreated(answer);
  const pauseMs = retryAfterMs(answer);
  const pause = pauseMs === undefined ? {} : { pauseMs };
  if (status === 401) return { is: 'unsent', problem: problemOf(answer, 'auth'), ...pause };
  if (status === 429) return { is: 'unsent', problem: problemOf(answer, 'transport'), ...pause };
  if (status >= 500) return { is: 'unsure', problem: problemOf(answer, 'transport'), ...pause };
  return { is: 'refused', problem: problemOf(answer, refusalCode(status)) };
}

function ofCreated(answer: Answer): Attempt {
  const created = createdSchema.safeParse(answer.body);
  if (created.success && isUnambiguous(answer.text))
    return { is: 'created', approvalId: created.data.approval_id };
  return {
    is: 'garbled',
    problem: {
      code: 'protocol',
      message: 'Failed to create request: the answer 201 does not hold an approval_id',
    },
  };
}

function refusalCode(status: number): ProblemCode {
  if (status === 403) return 'auth';
  if (status === 409) return 'conflict';
  return status >= 400 ? 'config' : 'protocol';
}

function problemOf({ url, status, body }: Answer, code: ProblemCode): Problem {
  const said = saidBy(body);
  const hint = code === 'auth' ? `; ${url} did not accept the credentials` : '';
  return {
    code,
    message: `Failed to create request: ${status}${said === '' ? '' : ` (${said})`}${hint}`,
  };
}

/** The platform's own sentence, bounded and safe in a terminal. */
function saidBy(body: unknown): string {
  if (typeof body !== 'object' || body === null || !('error' in body)) return '';
  return typeof body.error === 'string'
    ? visibleInTerminal(body.error.slice(0, 200).toWellFormed())
    : '';
}
