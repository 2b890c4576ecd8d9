import { createHash } from 'node:crypto';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { openAuditLog, verifyAuditLog } from '../../src/audit/index.ts';
import { type Files, systemFiles } from '../../src/environment/files.ts';
import { auditEvent, chainLines } from '../support/audit-events.ts';
import { auditProcess } from '../support/audit-process.ts';
import { temporaryFolder } from '../support/temp-folder.ts';

const newLog = async (): Promise<string> => join(temporaryFolder(), 'audit.jsonl');

interface Written {
  readonly actor?: string;
  readonly n?: number;
}
async function recordsIn(path: string): Promise<Written[]> {
  const lines = (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '');
  return lines.map((line): Written => JSON.parse(line));
}

describe('F47 a crash in the middle of a line', () => {
  const torn = '{"timestamp":"2026-01-01T00:00:00.000Z","event_ty';

  it('is no tampering', async () => {
    const path = await newLog();
    const whole = `${chainLines(3).join('\n')}\n`;
    await writeFile(path, `${whole}${torn}`);
    expect(await verifyAuditLog(path)).toMatchObject({
      status: 'intact',
      records: 3,
      torn: { line: 4, offset: Buffer.byteLength(whole) },
    });
  });

  it('is named also where a crash tears the records that name it, at whatever byte', async () => {
    const path = await newLog();
    await writeFile(path, `${chainLines(1).join('\n')}\n${torn}\n${torn}`);
    const before = await readFile(path);
    await (await openAuditLog({ path })).close();
    const recovered = await readFile(path);
    const ends = Array.from({ length: 30 }, (_, n) => before.length + n * 29);
    // With nothing but the line feed, and with one record of two.
    ends.push(before.length + 1, recovered.indexOf('\n', before.length + 1) + 1, recovered.length);
    for (const end of ends.filter((each) => each <= recovered.length)) {
      await writeFile(path, recovered.subarray(0, end));
      await (await openAuditLog({ path })).close();
      expect([end, await verifyAuditLog(path)]).toMatchObject([end, { status: 'intact' }]);
    }
  });

  it('is kept as it is, and named by the next writer before anything else', async () => {
    const path = await newLog();
    const before = `${chainLines(2).join('\n')}\n${torn}`;
    await writeFile(path, before);
    const log = await openAuditLog({ path });
    const opened = await readFile(path, 'utf8');
    log.append(auditEvent(1));
    await log.close();
    expect(opened.startsWith(`${before}\n`)).toBe(true);
    expect(JSON.parse(opened.slice(before.length))).toMatchObject({
      event_type: 'audit',
      action: 'recover',
      outcome: 'recovered',
      seq: 0,
      offset: before.length - torn.length,
      bytes: torn.length,
      sha256: createHash('sha256').update(torn).digest('hex'),
    });
    expect(await verifyAuditLog(path)).toEqual({
      status: 'intact',
      records: 4,
      chains: 2,
      recovered: 1,
    });
  });

  it('is named also where the record that named it was torn itself', async () => {
    const path = await newLog();
    const whole = `${chainLines(2).join('\n')}\n`;
    await writeFile(path, `${whole}${torn}\n{"timestamp":"2026-01-01T00:00:01.000Z","ev`);
    await (await openAuditLog({ path })).close();
    expect(await verifyAuditLog(path)).toEqual({
      status: 'intact',
      records: 4,
      chains: 2,
      recovered: 2,
    });
  });

  it('is no excuse for other bytes in its place', async () => {
    const path = await newLog();
    await writeFile(path, `${chainLines(2).join('\n')}\n${torn}`);
    await (await openAuditLog({ path })).close();
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace(torn, torn.replace('2026', '2025')));
    expect(await verifyAuditLog(path)).toMatchObject({
      status: 'tampered',
      first_problem: { line: 3, kind: 'malformed' },
    });
  });

  it('is found by a writer that was there all the time', async () => {
    const path = await newLog();
    const log = await openAuditLog({ path });
    log.append(auditEvent(1));
    await log.flush();
    await appendFile(path, torn);
    log.append(auditEvent(2));
    await log.close();
    expect(await verifyAuditLog(path)).toMatchObject({
      status: 'intact',
      records: 3,
      recovered: 1,
    });
  });

  it('may have torn a line of hundreds of kilobytes, or the only one', async () => {
    const before = `${chainLines(400).join('\n')}\n`;
    const long = `{"note":"${'x'.repeat(200_000)}`;
    for (const text of [long, `\n\n${torn}`, `${before}${long}`, `${before}${torn}`]) {
      const path = await newLog();
      await writeFile(path, text);
      await (await openAuditLog({ path })).close();
      expect(await verifyAuditLog(path)).toMatchObject({ status: 'intact', recovered: 1 });
    }
  });

  it('loses only the line feed of a whole record', async () => {
    const path = await newLog();
    await writeFile(path, chainLines(2).join('\n'));
    expect(await verifyAuditLog(path)).toMatchObject({
      status: 'intact',
      records: 2,
      torn: { line: 2 },
    });
    await (await openAuditLog({ path })).close();
    expect(await verifyAuditLog(path)).toMatchObject({ status: 'intact', records: 3 });
  });

  it('waits for a line that another process is writing just now', async () => {
    const path = await newLog();
    const [line = ''] = chainLines(1);
    await writeFile(path, line.slice(0, 100));
    const opening = openAuditLog({ path });
    await appendFile(path, `${line.slice(100)}\n`);
    await (await opening).close();
    expect(await readFile(path, 'utf8')).toBe(`${line}\n`);
  });
});

describe('a line that another process leaves unfinished between our look and our write', () => {
  const torn = '{"timestamp":"2026-01-01T00:00:00.000Z","event_ty';

  /** A disk on which somebody is killed in mid-append, `times` times, just before a write of ours. */
  function crowdedFiles(path: string, times: number): Files {
    let left = times;
    return {
      ...systemFiles,
      open: async (...args) => {
        const file = await systemFiles.open(...args);
        return {
          ...file,
          write: async (...bytes) => {
            if (args[0] === path && left > 0) {
              left -= 1;
              await appendFile(path, torn);
            }
            return file.write(...bytes);
          },
        };
      },
    };
  }

  it('hides no record: each stands on a line of its own, and the chain is whole', async () => {
    const path = await newLog();
    const log = await openAuditLog({ path, files: crowdedFiles(path, 2) });
    for (const n of [1, 2, 3]) log.append(auditEvent(n));
    await log.flush();
    log.append(auditEvent(4));
    await log.close();
    expect(log.failure).toBeUndefined();
    const found = (await readFile(path, 'utf8')).split('\n').flatMap((line): Written[] => {
      try {
        return [JSON.parse(line)];
      } catch {
        return [];
      }
    });
    const ours = found.flatMap(({ n }) => (n === undefined ? [] : [n]));
    expect(new Set(ours)).toEqual(new Set([1, 2, 3, 4]));
    expect(ours).toHaveLength(4);
    expect(await verifyAuditLog(path)).toMatchObject({ status: 'intact', recovered: 2 });
  });

  it('is named by the next one who opens the log, where we were killed before we could', async () => {
    const path = await newLog();
    const [first = '', second = '', third = ''] = chainLines(3);
    await writeFile(path, `${first}\n${torn}${second}\n${third}\n`);
    expect(await verifyAuditLog(path)).toMatchObject({
      status: 'tampered',
      first_problem: { line: 2, kind: 'malformed' },
    });
    await (await openAuditLog({ path })).close();
    expect(await verifyAuditLog(path)).toEqual({
      status: 'intact',
      records: 4,
      chains: 2,
      recovered: 1,
    });
  });

  it('excuses no record that was edited behind it', async () => {
    const path = await newLog();
    const [first = '', second = '', third = ''] = chainLines(3);
    const edited = second.replace('"outcome":"', '"outcome":"x');
    await writeFile(path, `${first}\n${torn}${edited}\n${third}\n`);
    await (await openAuditLog({ path })).close();
    expect(await verifyAuditLog(path)).toMatchObject({ status: 'tampered' });
  });

  it('is no reason to go on for ever', async () => {
    const path = await newLog();
    const log = await openAuditLog({ path, files: crowdedFiles(path, 1_000) });
    log.append(auditEvent(1));
    await expect(log.flush()).rejects.toThrow('unfinished lines in front of every record');
    await log.close().catch(() => undefined);
  });
});

// The largest file that the process may write: 16 blocks of 512 bytes.
const limited = (command: string[]): string[] => [
  'sh',
  '-c',
  `trap '' XFSZ; ulimit -f 16; exec "$@"`,
  'sh',
  ...command,
];

describe('processes', () => {
  it('lose no record that was flushed when they are killed in mid-append', async () => {
    const path = await newLog();
    const killed = [];
    for (const name of ['one', 'two']) {
      const writer = await auditProcess({ path, name, count: 1_000_000 });
      writer.start();
      await vi.waitUntil(() => writer.said.length > 50);
      writer.child.kill('SIGKILL');
      await writer.exited;
      killed.push({ name, flushed: writer.said });
    }
    await (await openAuditLog({ path })).close();
    const records = await recordsIn(path);
    for (const { name, flushed } of killed) {
      const kept = new Set(records.filter(({ actor }) => actor === name).map(({ n }) => String(n)));
      expect(flushed.filter((n) => !kept.has(n))).toEqual([]);
    }
    expect(await verifyAuditLog(path)).toMatchObject({ status: 'intact' });
  });

  it('F48 append to one file at the same time, each with its own chain', async () => {
    const path = await newLog();
    const writers = await Promise.all(
      ['one', 'two', 'three'].map((name) => auditProcess({ path, name, count: 200 })),
    );
    for (const writer of writers) writer.start();
    await Promise.all(writers.map(({ exited }) => exited));
    for (const { said } of writers) expect(said.at(-1)).toBe('done');
    const records = await recordsIn(path);
    for (const name of ['one', 'two', 'three'])
      expect(records.filter(({ actor }) => actor === name).map(({ n }) => n)).toEqual(
        Array.from({ length: 200 }, (_, n) => n),
      );
    expect(await verifyAuditLog(path)).toEqual({
      status: 'intact',
      records: 600,
      chains: 3,
      recovered: 0,
    });
  });

  it('F46 say so when the disk is full in the middle of a line, and the next one goes on', async () => {
    const path = await newLog();
    const writer = await auditProcess({ path, name: 'one', count: 1_000 }, limited);
    writer.start();
    await writer.exited;
    expect(writer.said.at(-1)).toMatch(/^failed CountersignError: .*EFBIG/);
    expect(await verifyAuditLog(path)).toMatchObject({
      status: 'intact',
      torn: { line: writer.said.length },
    });
    await (await openAuditLog({ path })).close();
    expect(await verifyAuditLog(path)).toMatchObject({
      status: 'intact',
      records: writer.said.length,
      recovered: 1,
    });
  });
});
