import type { Kysely } from 'kysely';
import type { Database, NewSession } from './schema.ts';

export type SessionStore = ReturnType<typeof createSessionStore>;

/** Who is signed in with a browser. Secrets are stored as hashes only. */
export function createSessionStore(db: Kysely<Database>) {
  return {
    /** Stores a session; ended ones go, and the oldest where there are more than `max`. */
    add: (session: NewSession, now: number, max: number) =>
      db.transaction().execute(async (trx) => {
        await trx.deleteFrom('sessions').where('ends_at', '<=', now).execute();
        await trx.insertInto('sessions').values(session).execute();
        const newestOfSurplus = trx
          .selectFrom('sessions')
          .select('number')
          .orderBy('number', 'desc')
          .limit(1)
          .offset(max);
        await trx.deleteFrom('sessions').where('number', '<=', newestOfSurplus).execute();
      }),

    /** The session with this hash that has not ended. */
    find: (hash: string, now: number) =>
      db
        .selectFrom('sessions')
        .select('token_hash')
        .where('hash', '=', hash)
        .where('ends_at', '>', now)
        .executeTakeFirst(),

    remove: (hash: string) =>
      db
        .transaction()
        .execute((trx) => trx.deleteFrom('sessions').where('hash', '=', hash).execute()),
  };
}
