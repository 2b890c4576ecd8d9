import type { DatabaseSync } from 'node:sqlite';
import { CountersignError } from '../../errors.ts';

/** One entry a version, in order; entries are never changed, only added. */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE approvals (
    number          INTEGER PRIMARY KEY AUTOINCREMENT,
    id              TEXT    NOT NULL UNIQUE,
    workspace_id    TEXT    NOT NULL,
    task_id         TEXT    NOT NULL,
    action          TEXT    NOT NULL,
    reason          TEXT    NOT NULL,
    args            TEXT,
    args_schema     TEXT,
    digest          TEXT,
    status          TEXT    NOT NULL DEFAULT 'pending'
                    CHECK (status IN ('pending', 'approved', 'denied')),
    outcome         TEXT    CHECK (outcome IN ('granted', 'denied', 'timeout', 'withdrawn')),
    decided_by      TEXT,
    decided_at      INTEGER,
    note            TEXT,
    edited_args     TEXT,
    created_at      INTEGER NOT NULL,
    expires_at      INTEGER NOT NULL,
    idempotency_key TEXT,
    request_hash    TEXT,
    CHECK ((status = 'pending') = (outcome IS NULL)),
    CHECK ((status = 'approved') = (outcome IS NOT NULL AND outcome = 'granted')),
    CHECK ((status = 'pending') = (decided_at IS NULL)),
    CHECK ((args IS NULL) = (digest IS NULL))
  ) STRICT;
  CREATE UNIQUE INDEX approvals_by_key ON approvals (workspace_id, idempotency_key);
  CREATE INDEX approvals_by_workspace ON approvals (workspace_id, number);
  CREATE INDEX approvals_open ON approvals (status, expires_at);
  CREATE INDEX approvals_by_end ON approvals (decided_at, number);

  CREATE TABLE events (
    seq          INTEGER PRIMARY KEY AUTOINCREMENT,
    approval_id  TEXT    NOT NULL REFERENCES approvals (id),
    workspace_id TEXT    NOT NULL,
    name         TEXT    NOT NULL CHECK (name IN (
      'APPROVAL_REQUESTED', 'APPROVAL_DECIDED', 'APPROVAL_WITHDRAWN', 'APPROVAL_EXPIRED')),
    at           INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX events_by_workspace ON events (workspace_id, seq);
  CREATE UNIQUE INDEX events_one_beginning ON events (approval_id) WHERE name = 'APPROVAL_REQUESTED';
  CREATE UNIQUE INDEX events_one_end ON events (approval_id) WHERE name <> 'APPROVAL_REQUESTED';

  CREATE TABLE tokens (
    id         TEXT    PRIMARY KEY,
    hash       TEXT    NOT NULL UNIQUE,
    kind       TEXT    NOT NULL CHECK (kind IN ('approver', 'workspace')),
    name       TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    revoked_at INTEGER
  ) STRICT;
  `,
  `
  CREATE TABLE sessions (
    number     INTEGER PRIMARY KEY AUTOINCREMENT,
    hash       TEXT    NOT NULL UNIQUE,
    token_hash TEXT    NOT NULL,
    ends_at    INTEGER NOT NULL
  ) STRICT;
  `,
];

/**
 * Brings the file to the newest version. Two processes may do so at once: each looks again under
 * the write lock.
 * @throws CountersignError `config` where a newer release made the file
 */
export function migrate(database: DatabaseSync, path: string): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    const version = versionOf(database);
    if (version > MIGRATIONS.length) throw tooNew(path, version);
    for (const statements of MIGRATIONS.slice(version)) database.exec(statements);
    database.exec(`PRAGMA user_version = ${MIGRATIONS.length}`);
    database.exec('COMMIT');
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}

function versionOf(database: DatabaseSync): number {
  const version = database.prepare('PRAGMA user_version').get()?.['user_version'];
  return typeof version === 'number' ? version : 0;
}

const tooNew = (path: string, version: number): CountersignError =>
  new CountersignError(
    'config',
    `${path} was written by a newer release (version ${version}, this one knows ` +
      `${MIGRATIONS.length}); update countersign, or name another data folder`,
  );
