import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../machines/index.ts';
import { openAuditLog, verifyAuditLog } from '../../src/audit/index.ts';
import type { CountersignError } from '../../src/errors.ts';
import { auditEvent } from '../support/audit-events.ts';
import { temporaryFolder } from '../support/temp-folder.ts';

const linesOf = async (path: string): Promise<string[]> =>
  (await readFile(path, 'utf8')).split('\n').slice(0, -1);

describe('what a log holds', () => {
  it('writes the fixed fields, the extras and the chain, in this order, one line each', async () => {
    const path = join(temporaryFolder(), 'audit.jsonl');
    const log = await openAuditLog({
      path,
      clock: { ...systemClock, now: () => 0 },
      uuid: () => 'chain-1',
    });
    log.append(auditEvent(1));
    log.append(auditEvent(2));
    await log.close();
    const records = (await linesOf(path)).map((line): unknown => JSON.parse(line));
    expect(records).toHaveLength(2);
    expect(Object.entries(records[0] ?? {}).slice(0, -1)).toEqual([
      ['timestamp', '1970-01-01T00:00:00.000Z'],
      ['event_type', 'approval'],
      ['workspace_id', 'ws-1'],
      ['actor', 'ws-1'],
      ['action', 'approve'],
      ['resource', 'delete folder 1'],
      ['outcome', 'requested'],
      ['trace_id', '6f1f3c9e-3f6e-4a52-9d8c-5a3a4b1c2d3e'],
      ['approval_id', 'approval-1'],
      ['n', 1],
      ['chain', 'chain-1'],
      ['seq', 0],
      ['prev_hash', '0'.repeat(64)],
    ]);
    expect(records[1]).toMatchObject({ seq: 1, prev_hash: Reflect.get(records[0] ?? {}, 'hash') });
  });

  it('makes the folders and the file for its user alone', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'a', 'b', 'audit.jsonl');
    await (await openAuditLog({ path })).close();
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, 'a'))).mode & 0o777).toBe(0o700);
    expect((await stat(join(folder, 'a', 'b'))).mode & 0o777).toBe(0o700);
  });

  it('goes on in a file that is there, with a chain of its own', async () => {
    const path = join(temporaryFolder(), 'audit.jsonl');
    for (const n of [1, 2]) {
      const log = await openAuditLog({ path });
      log.append(auditEvent(n));
      await log.close();
    }
    expect(await verifyAuditLog(path)).toMatchObject({ status: 'intact', records: 2, chains: 2 });
  });

  it('F50 keeps text with line ends and quotes on one line', async () => {
    const path = join(temporaryFolder(), 'audit.jsonl');
    const nasty = 'a\nb\r"}\n{"outcome":"granted"}\u2028\u2029\u0085\u009b\u007f\0 ⟦é⟧ 💥';
    const log = await openAuditLog({ path });
    log.append(auditEvent(1, { resource: nasty, extras: { [nasty]: nasty } }));
    await log.close();
    const text = await readFile(path, 'utf8');
    expect(text.split(/[\n\r\u2028\u2029\u0085]/)).toHaveLength(2);
    expect(text).not.toMatch(/[\u007f-\u009f]/);
    expect(JSON.parse(text)).toMatchObject({ resource: nasty, [nasty]: nasty });
    expect(await verifyAuditLog(path)).toMatchObject({ status: 'intact', records: 1 });
  });

  it('resolves a flush for what was appended before it, however many wait at once', async () => {
    const path = join(temporaryFolder(), 'audit.jsonl');
    const log = await openAuditLog({ path });
    await Promise.all(
      Array.from({ length: 500 }, async (_, n) => {
        log.append(auditEvent(n));
        await log.flush();
        expect(await readFile(path, 'utf8')).toContain(`"delete folder ${n}"`);
      }),
    );
    await log.close();
    expect(await verifyAuditLog(path)).toMatchObject({ status: 'intact', records: 500, chains: 1 });
  });

  it('does not take a record for kept that came while another was being written', async () => {
    const path = join(temporaryFolder(), 'audit.jsonl');
    const log = await openAuditLog({ path });
    const flushes = [];
    for (let n = 0; n < 100; n += 1) {
      log.append(auditEvent(n));
      flushes.push(
        log
          .flush()
          .then(() => expect(readFileSync(path, 'utf8')).toContain(`"delete folder ${n}"`)),
      );
      await setImmediate();
    }
    await Promise.all(flushes);
    await log.close();
  });

  it('writes what was appended without a flush when it is closed', async () => {
    const path = join(temporaryFolder(), 'audit.jsonl');
    const log = await openAuditLog({ path });
    log.append(auditEvent(1));
    await Promise.all([log.close(), log.close()]);
    expect(await linesOf(path)).toHaveLength(1);
  });
});

describe('F46 D22 a log that cannot be written', () => {
  it('says so at the flush, and at every later one, and calls the host once', async () => {
    const heard: CountersignError[] = [];
    const log = await openAuditLog({
      path: '/dev/full',
      onFailure: (failure) => {
        heard.push(failure);
        throw new Error('a listener of the host broke');
      },
    });
    log.append(auditEvent(1));
    await expect(log.flush()).rejects.toMatchObject({
      code: 'audit',
      message: expect.stringMatching(/\/dev\/full.*ENOSPC/),
    });
    log.append(auditEvent(2));
    await expect(log.flush()).rejects.toMatchObject({ code: 'audit' });
    expect(heard).toEqual([log.failure]);
    await expect(log.close()).rejects.toBe(log.failure);
  });

  it('does not take a record for kept where it cannot be synced', async () => {
    const log = await openAuditLog({ path: '/dev/null' });
    log.append(auditEvent(1));
    await expect(log.flush()).rejects.toMatchObject({
      code: 'audit',
      message: expect.stringContaining('fdatasync'),
    });
    await expect(log.flush()).rejects.toMatchObject({ code: 'audit' });
    await expect(log.close()).rejects.toBe(log.failure);
  });

  it.each([
    ['a folder', async (path: string) => mkdir(path), 'it is a folder'],
    ['a pipe', async (path: string) => execFileSync('mkfifo', [path]), 'it is a pipe'],
    [
      'a link',
      async (path: string) => {
        await writeFile(`${path}.elsewhere`, '');
        await symlink(`${path}.elsewhere`, path);
      },
      'it is a symbolic link',
    ],
    [
      'a link to nothing',
      async (path: string) => symlink('nothing', path),
      'it is a symbolic link',
    ],
    [
      'below a file',
      async (path: string) => writeFile(path.slice(0, path.lastIndexOf('/')), 'no folder'),
      /EEXIST|ENOTDIR/,
    ],
  ])('refuses a path that is %s', async (_, make, why) => {
    const folder = join(temporaryFolder(), 'logs');
    const path = join(folder, 'audit.jsonl');
    if (why instanceof RegExp) await make(path);
    else {
      await mkdir(folder);
      await make(path);
    }
    await expect(openAuditLog({ path })).rejects.toMatchObject({
      code: 'audit',
      message: expect.stringContaining(path),
    });
    await expect(openAuditLog({ path })).rejects.toThrow(why);
  });

  it('refuses a folder that cannot be made, naming the path', async () => {
    const path = '/proc/countersign/audit.jsonl';
    await expect(openAuditLog({ path })).rejects.toMatchObject({
      code: 'audit',
      message: expect.stringContaining(path),
    });
  });

  it('takes nothing after it was closed, and says so', async () => {
    const path = join(temporaryFolder(), 'audit.jsonl');
    const log = await openAuditLog({ path });
    await log.close();
    log.append(auditEvent(1));
    await expect(log.flush()).rejects.toThrow('the log is closed');
    expect(await readFile(path, 'utf8')).toBe('');
  });

  it('keeps what was appended before it was closed, also when something comes after', async () => {
    const path = join(temporaryFolder(), 'audit.jsonl');
    const log = await openAuditLog({ path });
    log.append(auditEvent(1));
    const flushed = log.flush();
    const closed = log.close();
    log.append(auditEvent(2));
    await flushed;
    await expect(closed).rejects.toMatchObject({ code: 'audit' });
    expect(await linesOf(path)).toHaveLength(1);
  });

  it('fails, and does not throw, for an event that cannot be read', async () => {
    const path = join(temporaryFolder(), 'audit.jsonl');
    const log = await openAuditLog({ path });
    const extras = Object.defineProperty({}, 'note', {
      enumerable: true,
      get: () => {
        throw new Error('a getter broke');
      },
    });
    log.append(auditEvent(1));
    log.append(auditEvent(2, { extras }));
    await expect(log.flush()).rejects.toThrow('a getter broke');
    await expect(log.close()).rejects.toMatchObject({ code: 'audit' });
    expect(await linesOf(path)).toHaveLength(1);
  });
});
