/** Rows of the list and answers to a create, as they come over the wire. */
import { z } from 'zod';
import type { Decision, DecisionStatus } from '../../machines/index.ts';
import { AUTO_EXPIRED, WITHDRAWN_PREFIX } from './routes.ts';

/** As it comes; longer ones may fit into no address. Characters. */
export const idSchema = z.string().min(1).max(1_024);

const text = z.string().nullish();

/** The answer to `POST …/approvals`. An id is everything; `status` may be missing. */
export const createdSchema = z.object({
  approval_id: idSchema,
  status: z.literal('pending').optional(),
});

/**
 * One row. `status` stays a plain string here: only exactly `approved` and `denied` mean anything,
 * and an unknown word must not make the rest of the row unreadable.
 */
export const rowSchema = z.object({
  id: idSchema,
  task_id: text,
  action: text,
  reason: text,
  status: z.unknown(),
  decided_by: z.string().nullish().catch(null),
  decided_at: z.string().nullish().catch(null),
  created_at: z.string().nullish().catch(null),
  // Ours only:
  outcome: z.unknown().optional(),
  note: z.string().nullish().catch(null),
  digest: z.string().nullish(),
  // Only whether it is there: reading deep values of strangers costs the stack.
  edited_args: z.unknown().optional(),
});
export type Row = z.infer<typeof rowSchema>;

/** What a row or frame says about who ended an approval. */
export interface Ended {
  readonly status: unknown;
  readonly decidedBy: string | null;
  /** Our platform's exact word, where it is there. */
  readonly outcome?: unknown;
}

/**
 * The end that a status tells of, or `undefined` while there is none. `denied` is a person's word
 * only where the row does not say that nobody decided.
 */
export function endOf({ status, decidedBy, outcome }: Ended): DecisionStatus | undefined {
  const wasExpired = outcome === 'timeout' || decidedBy === AUTO_EXPIRED;
  const wasWithdrawn = outcome === 'withdrawn' || decidedBy?.startsWith(WITHDRAWN_PREFIX) === true;
  // "approved" by nobody, or with another word beside it, contradicts itself: not approved.
  if (status === 'approved')
    return !wasExpired && !wasWithdrawn && isEmptyOr(outcome, 'granted') ? 'approved' : undefined;
  if (status !== 'denied') return undefined;
  if (wasExpired) return 'expired';
  if (wasWithdrawn) return 'withdrawn';
  return isEmptyOr(outcome, 'denied') ? 'denied' : undefined;
}

const isEmptyOr = (outcome: unknown, word: string): boolean =>
  outcome === undefined || outcome === null || outcome === word;

/** Whether a platform sent a value at all. */
export const isThere = (value: unknown): boolean => value !== undefined && value !== null;

/** What rows and frames say beside the id and the status, in the same words. */
export type EndDetails = Pick<
  Partial<Row>,
  'decided_by' | 'decided_at' | 'note' | 'outcome' | 'digest' | 'edited_args'
>;

/** The decision that these words tell of, or `undefined` where they tell of none. */
export function decisionOf(
  approvalId: string,
  said: unknown,
  details: EndDetails,
): Decision | undefined {
  const decidedBy = details.decided_by || null;
  const status = endOf({ status: said, decidedBy, outcome: details.outcome });
  if (status === undefined) return undefined;
  return {
    approvalId,
    status,
    decidedBy: status === 'approved' || status === 'denied' ? decidedBy : null,
    decidedAt: details.decided_at ?? null,
    note: details.note || (status === 'withdrawn' ? whyOf(decidedBy) : null),
    edited: isThere(details.edited_args),
    ...(details.digest === undefined ? {} : { digest: details.digest }),
  };
}

/** Who takes a request back says why, where a person's name would stand. */
const whyOf = (decidedBy: string | null): string | null =>
  (decidedBy?.startsWith(WITHDRAWN_PREFIX) && decidedBy.slice(WITHDRAWN_PREFIX.length)) || null;

/** The decision that a row holds, or `undefined` while it is open. */
export const decisionOfRow = (row: Row): Decision | undefined =>
  decisionOf(row.id, row.status, row);
