/**
 * Transactions that come at the same time share one commit, and so one flush of the disk, which
 * costs more than all else that they do. Each is a savepoint of its own: one that fails is undone
 * alone. None has ended before the commit that holds it.
 */
import type { DatabaseSync } from 'node:sqlite';
import { setImmediate, setTimeout } from 'node:timers/promises';

/** How long a transaction waits for another process that is writing, milliseconds. */
const BUSY_TIMEOUT_MS = 5_000;
/** Between two tries, milliseconds. */
const RETRY_MS = 2;

/** The turn of one transaction: no other one writes until it has ended, in one of these two ways. */
export interface Turn {
  /** Resolves when what was written is on disk. @throws the error of SQLite: nothing was written */
  commit(): Promise<void>;
  rollback(): void;
}

interface Waiting {
  readonly resolve: (turn: Turn) => void;
  readonly reject: (error: unknown) => void;
  /** When it gives up, as `performance.now()` tells it. */
  readonly until: number;
}

type Ending = PromiseWithResolvers<void>;

export class GroupCommit {
  readonly #database: DatabaseSync;
  #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;

  /** @param database nobody else writes with it */
  constructor(database: DatabaseSync) {
    this.#database = database;
    // SQLite would wait by stopping the thread, in which the one that is waited for may have to end.
    database.exec('PRAGMA busy_timeout = 0');
  }

  /** Resolves when it is the caller's turn. @throws the error of SQLite where it never will be */
  begin(): Promise<Turn> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject, until: performance.now() + BUSY_TIMEOUT_MS });
      this.#running ??= this.#run();
    });
  }

  /** Resolves when no transaction is under way. */
  async idle(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    // Requests that came together are read in one phase of the loop; the group waits for its end.
    await setImmediate();
    while (this.#waiting.length > 0) {
      if (this.#lock()) await this.#commitGroup();
      else await setTimeout(RETRY_MS);
    }
    this.#running = undefined;
  }

  /**
   * Takes the write lock at the start. A plain `BEGIN` takes it at the first write, where another
   * process may have been in between and SQLite can only give up (`SQLITE_BUSY`).
   * @returns false where another process holds it, or it cannot be had
   */
  #lock(): boolean {
    try {
      this.#database.exec('BEGIN IMMEDIATE');
      return true;
    } catch (error) {
      const now = isBusy(error) ? performance.now() : Number.POSITIVE_INFINITY;
      for (const { reject } of this.#waiting.filter(({ until }) => until <= now)) reject(error);
      this.#waiting = this.#waiting.filter(({ until }) => until > now);
      return false;
    }
  }

  async #commitGroup(): Promise<void> {
    const endings: Ending[] = [];
    // SQLite itself undoes all of it where the disk is full: then the others wait for a new group.
    while (this.#database.isTransaction) {
      const next = this.#waiting.shift();
      if (next === undefined) break;
      await this.#takeTurn(next, endings);
    }
    try {
      this.#database.exec('COMMIT');
      for (const { resolve } of endings) resolve();
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      for (const { reject } of endings) reject(error);
    }
  }

  /** Resolves when the turn is over. Who waits for the commit after it is added to `endings`. */
  #takeTurn({ resolve }: Waiting, endings: Ending[]): Promise<void> {
    const database = this.#database;
    const over = Promise.withResolvers<void>();
    database.exec('SAVEPOINT turn');
    resolve({
      commit: async () => {
        const ending = Promise.withResolvers<void>();
        try {
          database.exec('RELEASE turn');
          endings.push(ending);
        } finally {
          over.resolve();
        }
        await ending.promise;
      },
      rollback: () => {
        undo(database);
        over.resolve();
      },
    });
    return over.promise;
  }
}

/** What one turn wrote; where that cannot be, the whole group, whose commit then fails. */
function undo(database: DatabaseSync): void {
  try {
    database.exec('ROLLBACK TO turn; RELEASE turn');
  } catch {
    if (database.isTransaction) database.exec('ROLLBACK');
  }
}

/** `SQLITE_BUSY`, in the low byte of the extended codes too. */
const isBusy = (error: unknown): boolean =>
  error instanceof Error &&
  'errcode' in error &&
  typeof error.errcode === 'number' &&
  (error.errcode & 0xff) === 5;
