/**
 * What the disk and SQLite alone can do: the transactions of a create and a decide, one after the
 * other on one connection, with the pragmas of the platform and its own tables.
 */
import { randomUUID } from 'node:crypto';
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Seeded } from './seed.ts';

const TRANSACTIONS = {
  create: [
    `INSERT INTO approvals (id, workspace_id, task_id, action, reason, created_at, expires_at)
     VALUES (:id, 'direct', '', 'Deploy', 'The release fixes the rounding of invoices', 0, 9e15)`,
    `INSERT INTO events (approval_id, workspace_id, name, at)
     VALUES (:id, 'direct', 'APPROVAL_REQUESTED', 0)`,
  ],
  decide: [
    `UPDATE approvals SET status = 'approved', outcome = 'granted', decided_by = 'a', decided_at = 1
     WHERE id = :id AND status = 'pending'`,
    `INSERT INTO events (approval_id, workspace_id, name, at)
     VALUES (:id, 'direct', 'APPROVAL_DECIDED', 1)`,
  ],
};

/** @returns creates and decides together, a second */
export function directPerSecond({ database }: Seeded, ms: number): number {
  const connection = new DatabaseSync(database, { enableForeignKeyConstraints: true });
  connection.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
  const create = TRANSACTIONS.create.map((sql) => connection.prepare(sql));
  const decide = TRANSACTIONS.decide.map((sql) => connection.prepare(sql));
  const start = performance.now();
  let count = 0;
  while (performance.now() - start < ms) {
    const id = randomUUID();
    for (const statements of [create, decide]) {
      connection.exec('BEGIN IMMEDIATE');
      for (const statement of statements) statement.run({ id });
      connection.exec('COMMIT');
      count += 1;
    }
  }
  const seconds = (performance.now() - start) / 1_000;
  connection.close();
  return count / seconds;
}

const BLOCK = Buffer.alloc(4_096, 1);

/** One write of 4 KiB and its fdatasync, as the median of many, milliseconds. */
export function fdatasyncMs(folder: string, times: number): number {
  const file = openSync(join(folder, 'fdatasync'), 'w');
  const samples: number[] = [];
  for (let count = 0; count < times; count += 1) {
    writeSync(file, BLOCK);
    const before = performance.now();
    fdatasyncSync(file);
    samples.push(performance.now() - before);
  }
  closeSync(file);
  return samples.sort((a, b) => a - b)[times >> 1] ?? Number.NaN;
}
