/**
 * kysely over `node:sqlite`: the only place that knows both. Queries read what is committed, on a
 * connection of their own; transactions have the other one, and share commits.
 */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteDialect,
  SqliteDriver,
  type SqliteStatement,
} from 'kysely';
import { GroupCommit, type Turn } from './group-commit.ts';

/** Two connections to one file. */
export interface SqliteConnections {
  readonly reader: DatabaseSync;
  readonly writer: DatabaseSync;
}

export class NodeSqliteDialect extends SqliteDialect {
  readonly #connections: SqliteConnections;

  constructor(connections: SqliteConnections) {
    super({ database: adapted(connections.reader) });
    this.#connections = connections;
  }

  override createDriver(): Driver {
    return new GroupingDriver(this.#connections);
  }

  override createAdapter(): SqliteAdapter {
    return new ConcurrentAdapter();
  }
}

class ConcurrentAdapter extends SqliteAdapter {
  /** Else kysely lets nobody read while a transaction waits for its commit. */
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

class GroupingDriver implements Driver {
  readonly #reader: SqliteDriver;
  readonly #writer: SqliteDriver;
  readonly #groups: GroupCommit;

  constructor({ reader, writer }: SqliteConnections) {
    this.#reader = new SqliteDriver({ database: adapted(reader) });
    this.#writer = new SqliteDriver({ database: adapted(writer) });
    this.#groups = new GroupCommit(writer);
  }

  async init(): Promise<void> {
    await this.#reader.init();
    await this.#writer.init();
  }

  async acquireConnection(): Promise<Session> {
    return new Session(await this.#reader.acquireConnection());
  }

  async beginTransaction(session: Session): Promise<void> {
    const writer = await this.#writer.acquireConnection();
    session.begin(writer, await this.#groups.begin());
  }

  async commitTransaction(session: Session): Promise<void> {
    await session.end()?.commit();
  }

  /** Nothing where the commit has failed: kysely asks for both then. */
  async rollbackTransaction(session: Session): Promise<void> {
    session.end()?.rollback();
  }

  async releaseConnection(): Promise<void> {}

  async destroy(): Promise<void> {
    await this.#groups.idle();
    await this.#reader.destroy();
    await this.#writer.destroy();
  }
}

/** One use of the store: a query, or a transaction. */
class Session implements DatabaseConnection {
  #connection: DatabaseConnection;
  #turn: Turn | undefined;

  constructor(reader: DatabaseConnection) {
    this.#connection = reader;
  }

  begin(writer: DatabaseConnection, turn: Turn): void {
    this.#connection = writer;
    this.#turn = turn;
  }

  /** The turn of its transaction, which is over then. */
  end(): Turn | undefined {
    const turn = this.#turn;
    this.#turn = undefined;
    return turn;
  }

  executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    return this.#connection.executeQuery(query);
  }

  streamQuery<Row>(query: CompiledQuery, size: number): AsyncIterableIterator<QueryResult<Row>> {
    return this.#connection.streamQuery(query, size);
  }
}

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
