import type { Kysely } from 'kysely';
import type { ApprovalRow, Database, EventName } from './schema.ts';

/** One numbered event, with the approval as its row is now. */
export interface ApprovalEvent {
  readonly seq: number;
  readonly name: EventName;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly approval: ApprovalRow;
}

export interface EventRange {
  /** Exclusive. */
  readonly after: number;
  /** Inclusive; to the end when absent. */
  readonly upTo?: number;
  /** Of all workspaces when `null`. */
  readonly workspaceId: string | null;
  readonly limit: number;
}

export type EventStore = ReturnType<typeof createEventStore>;

export function createEventStore(db: Kysely<Database>) {
  return {
    /** In the order of their numbers. */
    read: async (range: EventRange): Promise<ApprovalEvent[]> => {
      let query = db
        .selectFrom('events')
        .innerJoin('approvals', 'approvals.id', 'events.approval_id')
        .selectAll('approvals')
        .select(['events.seq', 'events.name', 'events.at'])
        .where('events.seq', '>', range.after)
        .orderBy('events.seq')
        .limit(range.limit);
      if (range.upTo !== undefined) query = query.where('events.seq', '<=', range.upTo);
      if (range.workspaceId !== null)
        query = query.where('events.workspace_id', '=', range.workspaceId);
      const rows = await query.execute();
      return rows.map(({ seq, name, at, ...approval }) => ({ seq, name, at, approval }));
    },

    /** The number of the newest event; 0 before the first. */
    head: async (): Promise<number> => {
      const newest = await db
        .selectFrom('events')
        .select('seq')
        .orderBy('seq', 'desc')
        .limit(1)
        .executeTakeFirst();
      return newest?.seq ?? 0;
    },
  };
}
