import { join } from 'node:path';
import { type ApprovalStore, createApprovalStore } from './approvals.ts';
import { type ChangeStore, createChangeStore } from './changes.ts';
import { createEventStore, type EventStore } from './events.ts';
import { openSqlite } from './open-sqlite.ts';
import { createSessionStore, type SessionStore } from './sessions.ts';
import { createTokenStore, type TokenStore } from './tokens.ts';

export interface Storage {
  readonly approvals: ApprovalStore;
  readonly changes: ChangeStore;
  readonly events: EventStore;
  readonly tokens: TokenStore;
  readonly sessions: SessionStore;
  close(): Promise<void>;
}

/** The database's name in the data folder. */
export const DATABASE_FILE = 'countersign.db';

/**
 * Opens the store in a folder that exists. Several processes may have it open.
 * @throws CountersignError `config`, naming the file
 */
export function openStorage(dataDir: string, now: () => number = Date.now): Storage {
  const database = openSqlite(join(dataDir, DATABASE_FILE));
  const { db } = database;
  return {
    approvals: createApprovalStore(db),
    changes: createChangeStore(db),
    events: createEventStore(db),
    tokens: createTokenStore(db, now),
    sessions: createSessionStore(db),
    close: () => database.close(),
  };
}
