import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { sql } from 'kysely';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ApprovalEnd } from '../../src/platform/storage/approvals.ts';
import { DATABASE_FILE, openStorage, type Storage } from '../../src/platform/storage/index.ts';
import { openSqlite } from '../../src/platform/storage/open-sqlite.ts';
import type { NewApproval } from '../../src/platform/storage/schema.ts';
import { temporaryFolder, testApp } from '../support/platform.ts';

const GRANTED: ApprovalEnd = {
  event: 'APPROVAL_DECIDED',
  status: 'approved',
  outcome: 'granted',
  decidedBy: 'alice',
  note: null,
};

const approval = (id: string, more: Partial<NewApproval> = {}): NewApproval => ({
  id,
  workspace_id: 'w1',
  task_id: '',
  action: 'a',
  reason: '',
  args: null,
  args_schema: null,
  digest: null,
  created_at: 0,
  expires_at: 100,
  idempotency_key: null,
  request_hash: null,
  ...more,
});

function storageIn(folder: string): Storage {
  const storage = openStorage(folder);
  onTestFinished(() => storage.close());
  return storage;
}

describe('the store', () => {
  it.each([
    ['writes ahead', sql`PRAGMA journal_mode`, { journal_mode: 'wal' }],
    ['flushes every commit', sql`PRAGMA synchronous`, { synchronous: 2 }],
    ['checks references', sql`PRAGMA foreign_keys`, { foreign_keys: 1 }],
    ['never stops the thread to wait for other writers', sql`PRAGMA busy_timeout`, { timeout: 0 }],
  ])('%s', async (_, pragma, setting) => {
    const database = openSqlite(join(temporaryFolder(), DATABASE_FILE));
    onTestFinished(() => database.close());
    const written = await database.db.transaction().execute((trx) => pragma.execute(trx));
    expect(written.rows).toEqual([setting]);
  });

  it('reads what is committed, and can write only in transactions', async () => {
    const database = openSqlite(join(temporaryFolder(), DATABASE_FILE));
    onTestFinished(() => database.close());
    const { db } = database;
    const count = async () => (await db.selectFrom('approvals').selectAll().execute()).length;
    await db.transaction().execute(async (trx) => {
      await trx
        .insertInto('approvals')
        .values({ ...approval('x'), status: 'pending' })
        .execute();
      expect(await count()).toBe(0);
    });
    expect(await count()).toBe(1);
    await expect(db.deleteFrom('approvals').execute()).rejects.toThrow('readonly');
  });

  it('lets the first of two processes win', async () => {
    const folder = temporaryFolder();
    const [one, two] = [storageIn(folder), storageIn(folder)];
    await one.approvals.insert(approval('x'));
    const before = performance.now();
    const ends = await Promise.all(
      [one, two].map(({ approvals }) => approvals.end('x', GRANTED, () => 5)),
    );
    expect(ends.filter((end) => end !== undefined)).toHaveLength(1);
    // Had the loser stopped the thread, the winner could have ended only after 5 s.
    expect(performance.now() - before).toBeLessThan(2_500);
    expect(await two.events.head()).toBe(2);
  });

  it('writes an end and its event together or not at all', async () => {
    const folder = temporaryFolder();
    const { approvals, events } = storageIn(folder);
    await approvals.insert(approval('x'));
    const database = new DatabaseSync(join(folder, DATABASE_FILE));
    database.exec(
      `CREATE TRIGGER full BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'full'); END`,
    );
    await expect(approvals.end('x', GRANTED, () => 5)).rejects.toThrow('full');
    await expect(approvals.insert(approval('y'))).rejects.toThrow('full');
    expect(await approvals.find('x')).toMatchObject({ status: 'pending', decided_by: null });
    expect(await approvals.find('y')).toBeUndefined();
    database.exec('DROP TRIGGER full');
    database.close();
    expect((await approvals.end('x', GRANTED, () => 5))?.status).toBe('approved');
    expect(await events.head()).toBe(2);
  });

  it.each([
    ['a granted denial', "status = 'denied', outcome = 'granted', decided_at = 1"],
    [
      'an approval that was withdrawn',
      "status = 'approved', outcome = 'withdrawn', decided_at = 1",
    ],
    ['an approval without an outcome', "status = 'approved', decided_at = 1"],
    ['an end without its time', "status = 'denied', outcome = 'denied'"],
    ['another word', "status = 'escalated'"],
    ['arguments without a digest', "args = '{}'"],
  ])('refuses %s, whoever writes it', async (_, set) => {
    const folder = temporaryFolder();
    await storageIn(folder).approvals.insert(approval('x'));
    const database = new DatabaseSync(join(folder, DATABASE_FILE));
    expect(() => database.exec(`UPDATE approvals SET ${set}`)).toThrow('CHECK');
    database.close();
  });

  it('never uses a number twice', async () => {
    const folder = temporaryFolder();
    const { approvals, events } = storageIn(folder);
    await approvals.insert(approval('x'));
    const database = new DatabaseSync(join(folder, DATABASE_FILE));
    database.exec('DELETE FROM events; DELETE FROM approvals');
    database.close();
    await approvals.insert(approval('y'));
    expect(await events.head()).toBe(2);
  });

  it('keeps keys apart by workspace, and allows any number of requests without one', async () => {
    const { approvals } = storageIn(temporaryFolder());
    const key = { idempotency_key: 'k' };
    expect((await approvals.insert(approval('a', key))).created).toBe(true);
    expect(await approvals.insert(approval('b', key))).toMatchObject({
      created: false,
      row: { id: 'a' },
    });
    expect((await approvals.insert(approval('c', { ...key, workspace_id: 'w2' }))).created).toBe(
      true,
    );
    expect((await approvals.insert(approval('d'))).created).toBe(true);
    expect((await approvals.insert(approval('e'))).created).toBe(true);
  });

  it('that a newer release wrote is left alone', () => {
    const folder = temporaryFolder();
    const database = new DatabaseSync(join(folder, DATABASE_FILE));
    database.exec('PRAGMA user_version = 99');
    database.close();
    expect(() => openStorage(folder)).toThrow(/newer release.*version 99/);
  });

  it('may be opened and closed without being used', async () => {
    const storage = openStorage(temporaryFolder());
    await storage.close();
    await storage.close();
  });

  it('finds its answers by an index', async () => {
    const folder = temporaryFolder();
    await storageIn(folder).events.head();
    const database = new DatabaseSync(join(folder, DATABASE_FILE));
    const planOf = (query: string) =>
      database
        .prepare(`EXPLAIN QUERY PLAN ${query}`)
        .all()
        .map((step) => String(step['detail']))
        .join();
    for (const query of [
      `SELECT * FROM approvals WHERE id = 'x'`,
      `SELECT * FROM approvals WHERE workspace_id = 'w' AND number < 9 ORDER BY number DESC LIMIT 51`,
      `SELECT * FROM approvals WHERE status = 'pending' AND expires_at <= 9 ORDER BY expires_at LIMIT 9`,
      `SELECT * FROM approvals WHERE decided_at IS NOT NULL ORDER BY decided_at DESC, number DESC`,
      `SELECT seq FROM events WHERE workspace_id = 'w' AND seq > 9 ORDER BY seq LIMIT 9`,
      `SELECT * FROM tokens WHERE hash = 'x' AND revoked_at IS NULL`,
    ]) {
      expect(planOf(query), query).toMatch(/USING (COVERING )?INDEX/);
      expect(planOf(query), query).not.toMatch(/TEMP B-TREE|SCAN (?!approvals USING)/);
    }
    database.close();
  });
});

describe('tokens', () => {
  it('are shown once and stored as a hash', async () => {
    const folder = temporaryFolder();
    const { tokens, ...storage } = openStorage(folder, () => 7);
    const { id, token } = await tokens.addToken({ kind: 'approver', name: 'alice' });
    const rows = await tokens.listTokens();
    expect(rows).toEqual([
      {
        id,
        kind: 'approver',
        name: 'alice',
        hash: expect.stringMatching(/^[0-9a-f]{64}$/),
        created_at: 7,
        revoked_at: null,
      },
    ]);
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    await storage.close();
    expect(readFileSync(join(folder, DATABASE_FILE)).includes(token)).toBe(false);
  });

  it('added by another process are good at once, and good no more once revoked', async () => {
    const { call, storage } = await testApp();
    const { id, token } = await storage.tokens.addToken({ kind: 'approver', name: 'alice' });
    expect((await call('GET', '/approvals/pending', { token })).status).toBe(200);
    expect(await storage.tokens.revokeToken(id)).toBe(true);
    expect((await call('GET', '/approvals/pending', { token })).status).toBe(401);
    expect(await storage.tokens.revokeToken(id)).toBe(false);
    expect(await storage.tokens.revokeToken('nope')).toBe(false);
    expect(await storage.tokens.listTokens()).toMatchObject([{ revoked_at: expect.any(Number) }]);
  });

  it('name the approver that used them, workspaces ask with theirs', async () => {
    const { call, ask, storage } = await testApp();
    const alice = await storage.tokens.addToken({ kind: 'approver', name: 'alice' });
    const agent = await storage.tokens.addToken({ kind: 'workspace', name: 'w1' });
    const id = await ask();
    const body = { decision: 'approved', decided_by: 'bob' };
    const path = `/workspaces/w1/approvals/${id}/decide`;
    const decided = await call('POST', path, { token: alice.token, body });
    expect(decided.body['decided_by']).toBe('alice');
    const { token } = agent;
    const asked = await call('POST', '/workspaces/w1/approvals', { token, body: { action: 'a' } });
    expect(asked.status).toBe(201);
    expect((await call('GET', '/workspaces/w1/approvals', { token })).rows).toHaveLength(2);
  });

  it.each(['', ' ', 'x'.repeat(257), 'a\u001b', 'auto-expired', 'withdrawn: x', '\ud800'])(
    'are not made for the name %j',
    async (name) => {
      const { storage } = await testApp();
      const adding = storage.tokens.addToken({ kind: 'approver', name });
      await expect(adding).rejects.toMatchObject({ code: 'input' });
      expect(await storage.tokens.listTokens()).toEqual([]);
    },
  );
});
