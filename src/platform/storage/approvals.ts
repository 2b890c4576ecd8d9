import type { Kysely, Transaction } from 'kysely';
import type { ApprovalRow, Database, EventName, NewApproval } from './schema.ts';

/** How an approval ends; written once. */
export interface ApprovalEnd {
  readonly event: Exclude<EventName, 'APPROVAL_REQUESTED'>;
  readonly status: 'approved' | 'denied';
  readonly outcome: 'granted' | 'denied' | 'timeout' | 'withdrawn';
  readonly decidedBy: string;
  readonly note: string | null;
}

/** Every state change is one transaction with its numbered event. */
export type ApprovalStore = ReturnType<typeof createApprovalStore>;

/** What one statement of a sweep ends at most, so that others get their turn in between. */
const SWEEP_SIZE = 200;

export function createApprovalStore(db: Kysely<Database>) {
  return {
    /** Stores a request, or finds the one that its idempotency key made before. */
    insert: (approval: NewApproval) =>
      db.transaction().execute(async (trx) => {
        const row = await trx
          .insertInto('approvals')
          .values({ ...approval, status: 'pending' })
          .onConflict((conflict) =>
            conflict.columns(['workspace_id', 'idempotency_key']).doNothing(),
          )
          .returningAll()
          .executeTakeFirst();
        if (row === undefined) return { created: false, row: await byKey(trx, approval) };
        await record(trx, [row], 'APPROVAL_REQUESTED', row.created_at);
        return { created: true, row };
      }),

    /**
     * Ends a pending approval that is in time; the first one wins.
     * @param clock read under the write lock, which may take seconds to get
     * @returns the row as it is now, or `undefined` where it was not to be ended any more
     */
    end: (id: string, end: ApprovalEnd, clock: () => number) =>
      db.transaction().execute(async (trx) => {
        const now = clock();
        const row = await trx
          .updateTable('approvals')
          .set({ ...columnsOf(end), decided_at: now })
          .where('id', '=', id)
          .where('status', '=', 'pending')
          .where('expires_at', '>', now)
          .returningAll()
          .executeTakeFirst();
        if (row !== undefined) await record(trx, [row], end.event, now);
        return row;
      }),

    /** Ends what is past its deadline. @returns how many; as many as `SWEEP_SIZE` means: go on */
    expireDue: (end: ApprovalEnd, now: number) =>
      db.transaction().execute(async (trx) => {
        const due = trx
          .selectFrom('approvals')
          .select('number')
          .where('status', '=', 'pending')
          .where('expires_at', '<=', now)
          .orderBy('expires_at')
          .limit(SWEEP_SIZE);
        const rows = await trx
          .updateTable('approvals')
          .set({ ...columnsOf(end), decided_at: now })
          .where('number', 'in', due)
          .returningAll()
          .execute();
        await record(trx, rows.sort(byDeadline), end.event, now);
        return { expired: rows.length, more: rows.length === SWEEP_SIZE };
      }),

    /** The next deadline of a pending approval, milliseconds since the epoch. */
    nextExpiry: async (): Promise<number | undefined> => {
      const next = await db
        .selectFrom('approvals')
        .select('expires_at')
        .where('status', '=', 'pending')
        .orderBy('expires_at')
        .limit(1)
        .executeTakeFirst();
      return next?.expires_at;
    },

    find: (id: string) =>
      db.selectFrom('approvals').selectAll().where('id', '=', id).executeTakeFirst(),

    /** Newest first; `before` is the `number` of the last row of the page before. */
    listOf: (workspaceId: string, limit: number, before?: number) => {
      const rows = db
        .selectFrom('approvals')
        .selectAll()
        .where('workspace_id', '=', workspaceId)
        .orderBy('number', 'desc')
        .limit(limit);
      return (before === undefined ? rows : rows.where('number', '<', before)).execute();
    },

    /** Of all workspaces, oldest first; `after` as `before` in `listOf`. */
    pending: (limit: number, after = 0) =>
      db
        .selectFrom('approvals')
        .selectAll()
        .where('status', '=', 'pending')
        .where('number', '>', after)
        .orderBy('number')
        .limit(limit)
        .execute(),

    /** Ended ones of all workspaces, the newest end first. */
    recent: (limit: number) =>
      db
        .selectFrom('approvals')
        .selectAll()
        .where('decided_at', 'is not', null)
        .orderBy('decided_at', 'desc')
        .orderBy('number', 'desc')
        .limit(limit)
        .execute(),
  };
}

const columnsOf = ({ status, outcome, decidedBy, note }: ApprovalEnd) => ({
  status,
  outcome,
  decided_by: decidedBy,
  note,
});

const byDeadline = (a: ApprovalRow, b: ApprovalRow): number =>
  a.expires_at - b.expires_at || a.number - b.number;

const byKey = (trx: Transaction<Database>, { workspace_id, idempotency_key }: NewApproval) =>
  trx
    .selectFrom('approvals')
    .selectAll()
    .where('workspace_id', '=', workspace_id)
    .where('idempotency_key', '=', idempotency_key ?? null)
    .executeTakeFirstOrThrow();

async function record(
  trx: Transaction<Database>,
  rows: readonly ApprovalRow[],
  name: EventName,
  at: number,
): Promise<void> {
  if (rows.length === 0) return;
  const events = rows.map(({ id, workspace_id }) => ({ approval_id: id, workspace_id, name, at }));
  await trx.insertInto('events').values(events).execute();
}
