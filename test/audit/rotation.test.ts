import { copyFile, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openAuditLog, verifyAuditLog } from '../../src/audit/index.ts';
import { auditEvent, chainLines } from '../support/audit-events.ts';
import { temporaryFolder } from '../support/temp-folder.ts';

async function lastRecordOf(path: string): Promise<Record<string, unknown>> {
  const line = (await readFile(path, 'utf8')).trimEnd().split('\n').at(-1) ?? '';
  const record: Record<string, unknown> = JSON.parse(line);
  return record;
}

async function firstRecordOf(path: string): Promise<Record<string, unknown>> {
  const record: Record<string, unknown> = JSON.parse(
    (await readFile(path, 'utf8')).split('\n')[0] ?? '',
  );
  return record;
}

it.each([
  ['moved away', async (path: string, old: string) => rename(path, old)],
  [
    'replaced by another file',
    async (path: string, old: string) => {
      await rename(path, old);
      await writeFile(path, '');
    },
  ],
  [
    'copied and truncated',
    async (path: string, old: string) => {
      await copyFile(path, old);
      await truncate(path);
    },
  ],
])('F49 goes on in a new chain, linked to the old one, when the file was %s', async (_, rotate) => {
  const folder = temporaryFolder();
  const [path, old] = [join(folder, 'audit.jsonl'), join(folder, 'audit.jsonl.1')];
  const log = await openAuditLog({ path });
  log.append(auditEvent(1));
  log.append(auditEvent(2));
  await log.flush();
  await rotate(path, old);
  log.append(auditEvent(3));
  await log.close();
  const { chain, hash } = await lastRecordOf(old);
  const link = await firstRecordOf(path);
  expect(link).toMatchObject({
    event_type: 'audit',
    action: 'rotate',
    outcome: 'rotated',
    seq: 0,
    previous_chain: chain,
    previous_hash: hash,
    previous_seq: 1,
  });
  expect(link['chain']).not.toBe(chain);
  expect(await verifyAuditLog(old)).toMatchObject({ status: 'intact', records: 2 });
  expect(await verifyAuditLog(path)).toMatchObject({ status: 'intact', records: 2, chains: 1 });
});

it('F49 leaves a longer file that took its place as it is, and is linked in it', async () => {
  const folder = temporaryFolder();
  const [path, old] = [join(folder, 'audit.jsonl'), join(folder, 'audit.jsonl.1')];
  const log = await openAuditLog({ path });
  log.append(auditEvent(1));
  await log.flush();
  await rename(path, old);
  await writeFile(path, `${chainLines(20).join('\n')}\n`);
  log.append(auditEvent(2));
  await log.close();
  expect(await verifyAuditLog(path)).toMatchObject({ status: 'intact', records: 22, chains: 2 });
  expect((await readFile(path, 'utf8')).split('\n')[20]).toContain('"action":"rotate"');
});

it('makes the file again when the whole folder was removed', async () => {
  const folder = join(temporaryFolder(), 'logs');
  const path = join(folder, 'audit.jsonl');
  const log = await openAuditLog({ path });
  await rm(folder, { recursive: true });
  log.append(auditEvent(1));
  await log.close();
  expect(await verifyAuditLog(path)).toMatchObject({ status: 'intact', records: 1 });
});

it('names the cut when its own last records were removed from the file', async () => {
  const path = join(temporaryFolder(), 'audit.jsonl');
  const log = await openAuditLog({ path });
  for (const n of [1, 2, 3]) log.append(auditEvent(n));
  await log.flush();
  const [first = ''] = (await readFile(path, 'utf8')).split('\n');
  await truncate(path, Buffer.byteLength(first) + 1);
  log.append(auditEvent(4));
  await log.close();
  expect(await verifyAuditLog(path)).toMatchObject({
    status: 'tampered',
    first_problem: { line: 2, kind: 'deleted' },
  });
});

it('says so when the new file cannot be opened', async () => {
  const path = join(temporaryFolder(), 'logs', 'audit.jsonl');
  const log = await openAuditLog({ path });
  await rm(join(path, '..'), { recursive: true });
  await writeFile(join(path, '..'), 'in the way of the folder');
  log.append(auditEvent(1));
  await expect(log.flush()).rejects.toMatchObject({
    code: 'audit',
    message: expect.stringContaining(path),
  });
  await expect(log.close()).rejects.toBe(log.failure);
});
