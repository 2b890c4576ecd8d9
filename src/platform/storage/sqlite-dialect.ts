/** kysely over `node:sqlite`: the only place that knows both. */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';
import { type Driver, SqliteDialect, SqliteDriver, type SqliteStatement } from 'kysely';

export class NodeSqliteDialect extends SqliteDialect {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    super({ database: adapted(database) });
    this.#database = database;
  }

  override createDriver(): Driver {
    return new ImmediateDriver(this.#database);
  }
}

/** How long a transaction waits for another one to end, milliseconds. */
const BUSY_TIMEOUT_MS = 5_000;
/** Between two tries, milliseconds. */
const RETRY_MS = 2;

/**
 * Takes the write lock at the start of a transaction. A plain `BEGIN` takes it at the first write,
 * where another writer may have been in between and SQLite can only give up (`SQLITE_BUSY`).
 *
 * Waits for the lock without blocking the thread, as SQLite's own `busy_timeout` would: the one who
 * holds it may be a transaction of this very process, which could then never end.
 */
class ImmediateDriver extends SqliteDriver {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    super({ database: adapted(database) });
    this.#database = database;
  }

  override async beginTransaction(): Promise<void> {
    const until = performance.now() + BUSY_TIMEOUT_MS;
    while (!this.#begin(performance.now() < until)) await setTimeout(RETRY_MS);
  }

  /** @returns false where another one holds the lock and `again` says that it may be tried again */
  #begin(again: boolean): boolean {
    this.#database.exec('PRAGMA busy_timeout = 0');
    try {
      this.#database.exec('BEGIN IMMEDIATE');
      return true;
    } catch (error) {
      if (again && isBusy(error)) return false;
      throw error;
    } finally {
      this.#database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    }
  }
}

/** `SQLITE_BUSY`, in the low byte of the extended codes too. */
const isBusy = (error: unknown): boolean =>
  error instanceof Error &&
  'errcode' in error &&
  typeof error.errcode === 'number' &&
  (error.errcode & 0xff) === 5;

/** Statements are kept: the queries are few, and their values are always parameters. */
function adapted(database: DatabaseSync) {
  const statements = new Map<string, SqliteStatement>();
  return {
    close: () => database.close(),
    prepare: (sql: string): SqliteStatement => {
      const known = statements.get(sql) ?? statementOf(database.prepare(sql));
      statements.set(sql, known);
      return known;
    },
  };
}

function statementOf(statement: StatementSync): SqliteStatement {
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...parameters.map(bindable)),
    run: (parameters) => statement.run(...parameters.map(bindable)),
    iterate: (parameters) => statement.iterate(...parameters.map(bindable)),
  };
}

function bindable(value: unknown): SQLInputValue {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'bigint':
      return value;
    default:
      if (value === null) return null;
      throw new TypeError(`SQLite cannot store a ${typeof value}`);
  }
}
