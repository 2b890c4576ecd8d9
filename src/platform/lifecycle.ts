/** The life of an approval on the platform: asked, then ended once, by the first who may. */
import { randomUUID } from 'node:crypto';
import { Refusal } from '../http/refusal.ts';
import { AUTO_EXPIRED, WITHDRAWN_PREFIX } from '../protocol/routes.ts';
import type { ApprovalEnd, ApprovalStore } from './storage/approvals.ts';
import type { ApprovalRow, NewApproval } from './storage/schema.ts';
import { endView } from './views.ts';

/** What a requester asked for, checked. */
export type Asked = Omit<NewApproval, 'id' | 'created_at' | 'expires_at'> & {
  readonly timeoutMs: number;
};

export interface Verdict {
  readonly decision: 'approved' | 'denied';
  readonly note: string | null;
  /** The digest of what the approver was shown. */
  readonly digest?: string | undefined;
}

export type Lifecycle = ReturnType<typeof createLifecycle>;

export interface LifecycleOptions {
  readonly approvals: ApprovalStore;
  readonly now: () => number;
  /** Called after each commit that wrote an event. */
  readonly onEvent: () => void;
  /** Called with the deadline of each new request. */
  readonly onDeadline: (at: number) => void;
}

export function createLifecycle({ approvals, now, onEvent, onDeadline }: LifecycleOptions) {
  /** Ends all that is due; @returns the next deadline. */
  const expireDue = async (at: number): Promise<number | undefined> => {
    for (let more = true; more; ) {
      const swept = await approvals.expireDue(EXPIRED, at);
      if (swept.expired > 0) onEvent();
      more = swept.more;
    }
    return approvals.nextExpiry();
  };

  const end = async (row: ApprovalRow, how: ApprovalEnd): Promise<ApprovalRow> => {
    const ended = await approvals.end(row.id, how, now);
    if (ended !== undefined) {
      onEvent();
      return ended;
    }
    // Somebody was quicker, or its time was up and the sweeper has not come by yet.
    const at = now();
    if (row.expires_at <= at) await expireDue(at);
    throw alreadyDecided((await approvals.find(row.id)) ?? row);
  };

  return {
    expireDue,

    /** @throws Refusal 409 where the idempotency key stands for another request */
    request: async ({ timeoutMs, ...asked }: Asked): Promise<ApprovalRow> => {
      const at = now();
      const approval = { ...asked, id: randomUUID(), created_at: at, expires_at: at + timeoutMs };
      const { created, row } = await approvals.insert(approval);
      if (!created && row.request_hash !== asked.request_hash) throw otherRequest();
      if (created) onEvent();
      onDeadline(row.expires_at);
      return row;
    },

    /** An approver's word. @throws Refusal 404 with the stored end, 409 for another digest */
    decide: async (row: ApprovalRow, approver: string, verdict: Verdict): Promise<ApprovalRow> => {
      if (row.status !== 'pending') throw alreadyDecided(row);
      if (verdict.digest !== undefined && verdict.digest !== row.digest) throw otherDigest();
      return end(row, decidedBy(approver, verdict));
    },

    /** The asker gives up. @throws Refusal 404 with the stored end */
    withdraw: async (row: ApprovalRow, why: string): Promise<ApprovalRow> => {
      if (row.status !== 'pending') throw alreadyDecided(row);
      return end(row, withdrawnBecause(why));
    },
  };
}

const EXPIRED: ApprovalEnd = {
  event: 'APPROVAL_EXPIRED',
  status: 'denied',
  outcome: 'timeout',
  decidedBy: AUTO_EXPIRED,
  note: null,
};

const decidedBy = (approver: string, { decision, note }: Verdict): ApprovalEnd => ({
  event: 'APPROVAL_DECIDED',
  status: decision,
  outcome: decision === 'approved' ? 'granted' : 'denied',
  decidedBy: approver,
  note,
});

const withdrawnBecause = (why: string): ApprovalEnd => ({
  event: 'APPROVAL_WITHDRAWN',
  status: 'denied',
  outcome: 'withdrawn',
  decidedBy: `${WITHDRAWN_PREFIX}${why}`,
  note: null,
});

const alreadyDecided = (row: ApprovalRow): Refusal =>
  new Refusal(404, 'already_decided', 'this approval has ended already', {
    approval_id: row.id,
    ...endView(row),
    note: row.note,
  });

const otherDigest = (): Refusal =>
  new Refusal(
    409,
    'digest_mismatch',
    'the digest is not the one of this approval; look at what is asked again',
  );

const otherRequest = (): Refusal =>
  new Refusal(
    409,
    'idempotency_conflict',
    'this Idempotency-Key stands for another request; use a new key for a new request',
  );
