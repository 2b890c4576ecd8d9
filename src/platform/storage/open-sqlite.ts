import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { Kysely } from 'kysely';
import { CountersignError, messageOf } from '../../errors.ts';
import type { Database } from './schema.ts';
import { NodeSqliteDialect, type SqliteConnections } from './sqlite-dialect.ts';
import { migrate } from './sqlite-schema.ts';

/** How long a statement waits for another process that is writing, milliseconds. */
const BUSY_TIMEOUT_MS = 5_000;

export interface OpenDatabase {
  readonly db: Kysely<Database>;
  close(): Promise<void>;
}

/**
 * Opens the database file, making it (mode 0600) and bringing it up to date where needed. What was
 * answered is on disk: WAL with a flush at every commit.
 * @throws CountersignError `config`, naming the file, where it cannot be opened
 */
export function openSqlite(path: string): OpenDatabase {
  const open: DatabaseSync[] = [];
  const connect = (readOnly: boolean): DatabaseSync => {
    const options = { readOnly, timeout: BUSY_TIMEOUT_MS, enableForeignKeyConstraints: true };
    const database = new DatabaseSync(path, options);
    open.push(database);
    return database;
  };
  try {
    // Made by us, because SQLite would make it readable for everybody; the WAL takes its mode.
    closeSync(openSync(path, 'a', 0o600));
    const writer = connect(false);
    writer.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    migrate(writer, path);
    return opened({ writer, reader: connect(true) });
  } catch (error) {
    for (const database of open) database.close();
    if (error instanceof CountersignError) throw error;
    throw new CountersignError('config', `cannot open the database ${path}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function opened(connections: SqliteConnections): OpenDatabase {
  const db = new Kysely<Database>({ dialect: new NodeSqliteDialect(connections) });
  return {
    db,
    close: async () => {
      await db.destroy();
      // kysely leaves alone what it never used. The last one to close removes the WAL, if it may.
      const { reader, writer } = connections;
      for (const database of [reader, writer]) if (database.isOpen) database.close();
    },
  };
}
