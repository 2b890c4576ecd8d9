/** Data folders of the platform, filled without asking a hundred thousand times. */
import { mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createPlatform } from 'countersign/platform';

/** A data folder that goes with its last use. */
export interface Seeded extends AsyncDisposable {
  readonly dataDir: string;
  /** Path of the database. */
  readonly database: string;
  readonly rows: number;
}

/** So many rows at most, the last ones, are still pending. */
const PENDING = 100;
/** The workspace of all rows. */
export const SEEDED_WORKSPACE = 'seeded';

const ROWS = `
  INSERT INTO approvals (id, workspace_id, task_id, action, reason, status, outcome, decided_by,
    decided_at, created_at, expires_at)
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :rows)
  SELECT printf('00000000-0000-4000-8000-%012d', i), '${SEEDED_WORKSPACE}', printf('task %d', i),
    'Deploy version ' || i || ' of the billing service to production',
    'The release fixes the rounding of invoices; 312 customers are waiting for it.',
    iif(i > :decided, 'pending', 'approved'), iif(i > :decided, NULL, 'granted'),
    iif(i > :decided, NULL, 'alice'), iif(i > :decided, NULL, :now), :now, :now + 86400000
  FROM n`;

const BEGINNINGS = `
  INSERT INTO events (approval_id, workspace_id, name, at)
  SELECT id, workspace_id, 'APPROVAL_REQUESTED', created_at FROM approvals`;

const ENDS = `
  INSERT INTO events (approval_id, workspace_id, name, at)
  SELECT id, workspace_id, 'APPROVAL_DECIDED', decided_at FROM approvals
  WHERE decided_at IS NOT NULL`;

/** Makes a data folder whose one workspace has so many approvals, the most of them decided. */
export async function seeded(rows: number): Promise<Seeded> {
  const dataDir = await mkdtemp(join(await diskFolder(), 'countersign-bench-'));
  await using platform = createPlatform({ dataDir, port: 0 });
  await platform.listen();
  const database = join(dataDir, 'countersign.db');
  if (rows > 0) fill(database, rows);
  const remove = (): Promise<void> => rm(dataDir, { recursive: true });
  return { dataDir, database, rows, [Symbol.asyncDispose]: remove };
}

/** As Linux names a file system in memory, which flushes nothing. */
const TMPFS = 0x0102_1994;

/** The folder for temporary files, or, where that is none of a disk, the current one. */
const diskFolder = async (): Promise<string> =>
  (await statfs(tmpdir())).type === TMPFS ? process.cwd() : tmpdir();

function fill(database: string, rows: number): void {
  const connection = new DatabaseSync(database);
  connection
    .prepare(ROWS)
    .run({ rows, decided: Math.max(rows - PENDING, rows / 2), now: Date.now() });
  connection.exec(`${BEGINNINGS}; ${ENDS}; PRAGMA wal_checkpoint(TRUNCATE)`);
  connection.close();
}
