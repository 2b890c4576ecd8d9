import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { GroupCommit } from '../../src/platform/storage/group-commit.ts';
import { temporaryFolder } from '../support/temp-folder.ts';

function open(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { enableForeignKeyConstraints: true });
  onTestFinished(() => database.close());
  return database;
}

/** A table of names, written in groups, and what another connection sees of it. */
function store() {
  const path = join(temporaryFolder(), 'names.db');
  const [database, other] = [open(path), open(path)];
  database.exec(`
    PRAGMA journal_mode = WAL;
    CREATE TABLE names
      (name TEXT PRIMARY KEY, of TEXT REFERENCES names DEFERRABLE INITIALLY DEFERRED);
    CREATE TRIGGER full BEFORE INSERT ON names WHEN new.name = 'too much'
      BEGIN SELECT RAISE(ROLLBACK, 'full'); END`);
  const groups = new GroupCommit(database);
  const insert = (name: string, of: string | null = null) =>
    database.prepare('INSERT INTO names VALUES (?, ?)').run(name, of);
  const seen = (): unknown[] =>
    other
      .prepare('SELECT name FROM names ORDER BY name')
      .all()
      .map((row) => row['name']);
  /** As a transaction of kysely does it. */
  const write = async (...names: string[]): Promise<unknown[]> => {
    const turn = await groups.begin();
    try {
      for (const name of names) insert(name);
    } catch (error) {
      turn.rollback();
      throw error;
    }
    await turn.commit();
    return seen();
  };
  return { path, database, groups, insert, seen, write };
}

describe('transactions that come together', () => {
  it('share one commit, and end only after it', async () => {
    const { database, write } = store();
    const exec = vi.spyOn(database, 'exec');
    const all = await Promise.all([write('a'), write('b'), write('c')]);
    expect(all).toEqual([
      ['a', 'b', 'c'],
      ['a', 'b', 'c'],
      ['a', 'b', 'c'],
    ]);
    expect(exec.mock.calls.filter(([sql]) => sql === 'COMMIT')).toHaveLength(1);
  });

  it('are seen by nobody before the commit', async () => {
    const { groups, insert, seen } = store();
    const [one, two] = [groups.begin(), groups.begin()];
    const turn = await one;
    insert('a');
    const committed = turn.commit();
    const last = await two;
    expect(seen()).toEqual([]);
    last.rollback();
    await committed;
    expect(seen()).toEqual(['a']);
  });

  it('do not suffer from one that fails: it alone is undone, as a whole', async () => {
    const { seen, write } = store();
    const results = await Promise.allSettled([write('a'), write('b', 'c', 'a'), write('d')]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(seen()).toEqual(['a', 'd']);
  });

  it('all fail where the commit fails, and leave nothing', async () => {
    const { groups, insert, seen, write } = store();
    const orphan = async () => {
      const turn = await groups.begin();
      insert('b', 'nobody');
      await turn.commit();
    };
    const results = await Promise.allSettled([write('a'), orphan(), write('c')]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(seen()).toEqual([]);
    expect(await write('d')).toEqual(['d']);
  });

  it('that are undone together by SQLite all fail, and the rest is written in another group', async () => {
    const { seen, write } = store();
    const results = await Promise.allSettled([write('a'), write('b', 'too much'), write('c')]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
    expect(seen()).toEqual(['c']);
  });

  it('wait for another process without stopping the thread', async () => {
    const { path, write } = store();
    const other = open(path);
    other.exec('BEGIN IMMEDIATE');
    const written = write('a');
    const begun = performance.now();
    await vi.waitUntil(() => performance.now() - begun > 20, { interval: 1 });
    other.exec('COMMIT');
    expect(await written).toEqual(['a']);
  });

  it('end before it is idle', async () => {
    const { groups, seen, write } = store();
    const written = write('a');
    await groups.idle();
    expect(seen()).toEqual(['a']);
    await written;
  });

  it('are told where the database is closed', async () => {
    const database = new DatabaseSync(join(temporaryFolder(), 'names.db'));
    const groups = new GroupCommit(database);
    const begun = groups.begin();
    database.close();
    await expect(begun).rejects.toThrow('not open');
    await groups.idle();
  });
});
