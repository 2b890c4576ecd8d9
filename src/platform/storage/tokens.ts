import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import { CountersignError } from '../../errors.ts';
import { AUTO_EXPIRED, WITHDRAWN_PREFIX } from '../../protocol/routes.ts';
import { controlCharacters } from '../../protocol/text.ts';
import { hashOf, newSecret } from '../secrets.ts';
import type { Database, TokenKind, TokenRow } from './schema.ts';

export type TokenStore = ReturnType<typeof createTokenStore>;

export interface NewToken {
  readonly kind: TokenKind;
  /** The approver's name, or the workspace's id; 1 to 256 characters, no control characters. */
  readonly name: string;
}

/**
 * Credentials. The store knows their hashes only. Writes are transactions, because those wait for
 * other writers without blocking the thread.
 */
export function createTokenStore(db: Kysely<Database>, now: () => number) {
  return {
    /**
     * Makes a token. It is returned this once and can not be read again.
     * @throws CountersignError `input` for a name that rows could not tell from a machine's
     */
    addToken: async ({ kind, name }: NewToken): Promise<{ id: string; token: string }> => {
      refuseBadName(name);
      const token = newSecret();
      const row = { id: randomUUID(), hash: hashOf(token), kind, name, created_at: now() };
      await db.transaction().execute((trx) => trx.insertInto('tokens').values(row).execute());
      return { id: row.id, token };
    },

    listTokens: (): Promise<TokenRow[]> =>
      db.selectFrom('tokens').selectAll().orderBy('created_at').orderBy('id').execute(),

    /** @returns false where there is no such token in use */
    revokeToken: async (id: string): Promise<boolean> => {
      const { numUpdatedRows } = await db
        .transaction()
        .execute((trx) =>
          trx
            .updateTable('tokens')
            .set({ revoked_at: now() })
            .where('id', '=', id)
            .where('revoked_at', 'is', null)
            .executeTakeFirst(),
        );
      return numUpdatedRows > 0n;
    },

    /** The token in use that has this hash. */
    findActive: (hash: string): Promise<TokenRow | undefined> =>
      db
        .selectFrom('tokens')
        .selectAll()
        .where('hash', '=', hash)
        .where('revoked_at', 'is', null)
        .executeTakeFirst(),
  };
}

function refuseBadName(name: string): void {
  const why =
    name.trim() === '' || name.length > 256 || !name.isWellFormed()
      ? 'must have 1 to 256 characters'
      : controlCharacters(name, 'one line').length > 0
        ? 'holds control characters'
        : name === AUTO_EXPIRED || name.startsWith(WITHDRAWN_PREFIX)
          ? 'means in a row that nobody decided'
          : undefined;
  if (why !== undefined) throw new CountersignError('input', `the name of a token ${why}`);
}
