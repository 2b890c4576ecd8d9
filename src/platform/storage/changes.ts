import type { Kysely } from 'kysely';
import type { ApprovalRow, Database, EventName } from './schema.ts';

/** An event as a place in the history of a workspace. */
export interface Moment {
  readonly seq: number;
  readonly approval_id: string;
  readonly name: EventName;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** An end, and the row that it left. */
export interface End extends Moment {
  readonly approval: ApprovalRow;
}

export interface EndRange {
  readonly workspaceId: string;
  /** Numbers of events: exclusive. */
  readonly after: number;
  /** Inclusive. */
  readonly upTo: number;
  readonly limit: number;
}

/**
 * The history of a workspace, for readers that ask for what has ended since they last looked. As all
 * who read by number, they rely on this: an event is never seen after one with a greater number. On
 * SQLite it is so because a transaction holds the only write lock before it takes a number. A database
 * with several writers must keep others from taking numbers until the one who took the last has
 * committed.
 */
export type ChangeStore = ReturnType<typeof createChangeStore>;

const MOMENT = ['events.seq', 'events.approval_id', 'events.name', 'events.at'] as const;

export function createChangeStore(db: Kysely<Database>) {
  const momentsOf = (workspaceId: string) =>
    db.selectFrom('events').select(MOMENT).where('events.workspace_id', '=', workspaceId);
  return {
    /** `undefined` before the first. */
    newest: (workspaceId: string): Promise<Moment | undefined> =>
      momentsOf(workspaceId).orderBy('events.seq', 'desc').limit(1).executeTakeFirst(),

    /** The event with this number, where it is one of this workspace. */
    find: (workspaceId: string, seq: number): Promise<Moment | undefined> =>
      momentsOf(workspaceId).where('events.seq', '=', seq).executeTakeFirst(),

    /** The oldest end first. */
    ends: async ({ workspaceId, after, upTo, limit }: EndRange): Promise<End[]> => {
      const rows = await momentsOf(workspaceId)
        .innerJoin('approvals', 'approvals.id', 'events.approval_id')
        .selectAll('approvals')
        .where('events.name', '<>', 'APPROVAL_REQUESTED')
        .where('events.seq', '>', after)
        .where('events.seq', '<=', upTo)
        .orderBy('events.seq')
        .limit(limit)
        .execute();
      return rows.map(({ seq, approval_id, name, at, ...approval }) => ({
        seq,
        approval_id,
        name,
        at,
        approval,
      }));
    },
  };
}
