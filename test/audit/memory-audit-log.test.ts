import { expect, it } from 'vitest';
import { systemClock } from '../../machines/index.ts';
import { lineOf } from '../../src/audit/chain.ts';
import { memoryAuditLog, verifyAuditLog } from '../../src/audit/index.ts';
import { auditEvent } from '../support/audit-events.ts';

it('keeps records in a chain as a file does', async () => {
  const log = memoryAuditLog({ hmacKey: 'a key', clock: { ...systemClock, now: () => 0 } });
  log.append(auditEvent(1));
  log.append(auditEvent(2));
  await log.flush();
  await log.close();
  expect(log.records).toMatchObject([
    { timestamp: '1970-01-01T00:00:00.000Z', seq: 0 },
    { resource: 'delete folder 2', seq: 1 },
  ]);
  const report = await verifyAuditLog(log.records.map(lineOf), { hmacKey: 'a key' });
  expect(report).toMatchObject({ status: 'intact', records: 2, chains: 1 });
});

it('fails for good when it is told to', async () => {
  const heard: unknown[] = [];
  const log = memoryAuditLog({ onFailure: (failure) => heard.push(failure) });
  log.append(auditEvent(1));
  log.fail('the disk is full');
  log.fail('once more');
  log.append(auditEvent(2));
  await expect(log.flush()).rejects.toMatchObject({ code: 'audit' });
  await expect(log.close()).rejects.toThrow('the disk is full');
  expect(log.records).toHaveLength(1);
  expect(heard).toEqual([log.failure]);
});
