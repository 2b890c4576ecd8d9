/** After a write that failed, the audit goes on in another file: a chain that is linked to the old one. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { type Environment, verifyAuditLog } from '../../src/index.ts';
import { CANNOT_KEEP, faultyFiles, twoThatWait } from '../support/faulty-files.ts';
import { fakePlatform, readAudit, requestingSide, temporaryFolder } from '../support/world.ts';

it.each(CANNOT_KEEP)(
  'F46 G8 goes on in a file of its own after %s, linked to the old one',
  async (...row) => {
    const { platform, disk, approvals, auditLogPath, waiting } = await twoThatWait();
    disk.fault = row[1];
    platform.decide(waiting.id, 'approved');
    await waiting.outcomes;
    const before = await verifyAuditLog(auditLogPath);

    const later = approvals.request({ action: 'Later' });
    const end = await Promise.race([
      later,
      platform.waitForRow(({ action }) => action === 'Later'),
    ]);
    expect(end).toMatchObject({ action: 'Later' });
    if ('id' in end) platform.decide(end.id, 'approved');
    expect(await later).toMatchObject({ status: 'granted' });
    const [link, ...records] = readAudit(`${auditLogPath}.1`);
    expect(link).toMatchObject({ event_type: 'audit', previous_chain: expect.any(String) });
    expect(readFileSync(auditLogPath, 'utf8')).toContain(String(link?.['previous_chain']));
    expect(records).toMatchObject([
      { outcome: 'failure', code: 'audit' },
      { outcome: 'failure', code: 'audit' },
      { outcome: 'allowed' },
      { outcome: 'requested' },
      { outcome: 'granted' },
    ]);
    expect(await verifyAuditLog(`${auditLogPath}.1`)).toMatchObject({ status: 'intact' });
    expect(await verifyAuditLog(auditLogPath)).toEqual(before);
  },
);

it.each(CANNOT_KEEP)(
  'F46 G8 asks nothing while no other file takes records after %s',
  async (...row) => {
    const [, fault] = row;
    const { platform, disk, approvals, auditLogPath, waiting } = await twoThatWait();
    disk.fault = { ...fault, everywhere: true };
    platform.decide(waiting.id, 'approved');
    for (const outcome of await waiting.outcomes)
      expect(outcome).toMatchObject({ status: 'failed', error: { code: 'audit' } });
    for (let n = 0; n < 3; n += 1)
      expect(await approvals.request({ action: 'Later' })).toMatchObject({
        status: 'failed',
        error: { code: 'audit', message: expect.stringContaining(fault.code) },
      });
    expect(platform.rows()).toHaveLength(2);

    disk.fault = undefined;
    platform.quirks.onCreate = ({ id }) => void platform.decide(id, 'approved');
    expect(await approvals.request({ action: 'Later' })).toMatchObject({ status: 'granted' });
    for (const name of readdirSync(dirname(auditLogPath)).filter((file) => file.includes('audit')))
      expect(await verifyAuditLog(join(dirname(auditLogPath), name))).toMatchObject({
        status: 'intact',
      });
  },
);

it('F46 leaves no file and no descriptor more with each request on a disk that was full from the start', async () => {
  const auditLogPath = join(temporaryFolder(), 'audit.jsonl');
  const disk = faultyFiles(auditLogPath);
  const { environment, openFiles } = counting(disk.environment, auditLogPath);
  const platform = await fakePlatform();
  const { approvals, outcomes } = requestingSide(platform.url, { auditLogPath, environment });
  disk.fault = { on: 'write', code: 'ENOSPC', everywhere: true };
  for (let n = 0; n < 5; n += 1)
    expect(await approvals.request({ action: 'Later' })).toMatchObject({
      status: 'failed',
      error: { code: 'audit' },
    });
  expect(openFiles()).toBeLessThanOrEqual(1);
  expect(readdirSync(dirname(auditLogPath))).toEqual(['audit.jsonl']);

  disk.fault = undefined;
  platform.quirks.onCreate = ({ id }) => void platform.decide(id, 'approved');
  expect(await approvals.request({ action: 'Later' })).toMatchObject({ status: 'granted' });
  expect(outcomes()).toEqual(['allowed', 'requested', 'granted']);
  await approvals.close();
  expect(openFiles()).toBe(0);
});

/** Counts the files of the audit log that are open. */
function counting(environment: Environment, path: string) {
  let count = 0;
  const { files } = environment;
  const open: Environment['files']['open'] = async (name, flags, mode) => {
    const file = await files.open(name, flags, mode);
    if (!name.startsWith(path)) return file;
    count += 1;
    return {
      ...file,
      close: async () => {
        count -= 1;
        await file.close();
      },
    };
  };
  return {
    environment: { ...environment, files: { ...files, open } },
    openFiles: () => count,
  };
}
