import { createHash, createHmac } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import canonicalize from 'canonicalize';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryAuditLog, verifyAuditLog } from '../../src/audit/index.ts';
import { auditEvent, chainLines } from '../support/audit-events.ts';
import { temporaryFolder } from '../support/temp-folder.ts';

type Fields = Record<string, unknown>;
const fieldsOf = (line: string): Fields => JSON.parse(line);
const at = (lines: readonly string[], index: number): string => lines[index] ?? '';

/** A line whose hash is right again, as somebody who knows the format would forge it. */
function rehashed(fields: Fields): string {
  const { hash: _, ...content } = fields;
  const hash = createHash('sha256')
    .update(canonicalize(content) ?? '')
    .digest('hex');
  return JSON.stringify({ ...content, hash });
}
const problemIn = async (changed: readonly string[]) =>
  (await verifyAuditLog(changed)).first_problem;

async function* broken(): AsyncGenerator<string> {
  yield* chainLines(1);
  throw new Error('the disk is gone');
}

describe('an untouched log', () => {
  it('is intact, empty or not', async () => {
    expect(await verifyAuditLog([])).toEqual({
      status: 'intact',
      records: 0,
      chains: 0,
      recovered: 0,
    });
    expect(await verifyAuditLog(chainLines(20))).toEqual({
      status: 'intact',
      records: 20,
      chains: 1,
      recovered: 0,
    });
  });

  it('has the hashes that a second implementation of RFC 8785 finds', () => {
    for (const hmacKey of [undefined, 'a key']) {
      const log = memoryAuditLog({ hmacKey });
      log.append(auditEvent(1, { extras: { '\ue000': 1e21, '💥': [0.1, { b: 1, a: 'é' }] } }));
      for (const { hash, ...content } of log.records) {
        const maker = hmacKey === undefined ? createHash('sha256') : createHmac('sha256', hmacKey);
        expect(hash).toBe(maker.update(canonicalize(content) ?? '').digest('hex'));
      }
    }
  });

  it('may be written by others, with other white space and another order of keys', async () => {
    const lines = chainLines(3).map((line) =>
      JSON.stringify(
        Object.fromEntries(Object.entries(fieldsOf(line)).toReversed()),
        null,
        1,
      ).replaceAll('\n', ' '),
    );
    expect(await verifyAuditLog(lines)).toMatchObject({ status: 'intact', records: 3 });
  });

  it('may hold the lines of several chains in turns', async () => {
    const [one, other] = [chainLines(10), chainLines(10)];
    const lines = one.flatMap((line, n) => [line, at(other, n), '']);
    expect(await verifyAuditLog(lines)).toMatchObject({ status: 'intact', records: 20, chains: 2 });
  });
});

describe('a log that somebody touched', () => {
  const lines = chainLines(12);
  const index = fc.integer({ min: 0, max: lines.length - 1 });

  it('G9 names the line where a value was edited', async () => {
    const keys = Object.keys(fieldsOf(at(lines, 0)));
    const edits = fc.tuple(index, fc.constantFrom(...keys), fc.jsonValue());
    await fc.assert(
      fc.asyncProperty(edits, async ([n, key, value]) => {
        const fields = fieldsOf(at(lines, n));
        fc.pre(canonicalize(fields[key]) !== canonicalize(value));
        const problem = await problemIn(lines.with(n, JSON.stringify({ ...fields, [key]: value })));
        expect(problem?.line).toBe(n + 1);
        expect(['edited', 'malformed']).toContain(problem?.kind);
      }),
    );
  });

  it('names the line where a byte was changed, wherever it changes what is read', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'audit.jsonl');
    const bytes = Buffer.from(`${lines.join('\n')}\n`);
    const change = fc.tuple(fc.nat(bytes.length - 2), fc.integer({ min: 0, max: 255 }));
    await fc.assert(
      fc.asyncProperty(change, async ([offset, byte]) => {
        fc.pre(bytes[offset] !== byte);
        const changed = Buffer.from(bytes);
        changed[offset] = byte;
        await writeFile(path, changed);
        const line = bytes.subarray(0, offset).toString().split('\n').length;
        expect(await verifyAuditLog(path)).toMatchObject({
          status: 'tampered',
          first_problem: { line },
        });
      }),
      { numRuns: 200 },
    );
  });

  it('names the line where a record was edited and its hash made anew', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: lines.length - 2 }), async (n) => {
        const forged = rehashed({ ...fieldsOf(at(lines, n)), outcome: 'granted' });
        expect(await problemIn(lines.with(n, forged))).toMatchObject({
          line: n + 1,
          kind: 'edited',
        });
      }),
    );
  });

  it('G9 names the line before which records were deleted', async () => {
    const range = fc.tuple(fc.nat(lines.length - 2), fc.integer({ min: 1, max: lines.length }));
    await fc.assert(
      fc.asyncProperty(range, async ([n, count]) => {
        fc.pre(n + count < lines.length);
        const left = lines.toSpliced(n, count);
        expect(await problemIn(left)).toMatchObject({ line: n + 1, kind: 'deleted' });
      }),
    );
  });

  it('G9 names the first of two lines that changed places', async () => {
    await fc.assert(
      fc.asyncProperty(index, index, async (one, other) => {
        fc.pre(one < other);
        const swapped = lines.with(one, at(lines, other)).with(other, at(lines, one));
        expect(await problemIn(swapped)).toMatchObject({ line: one + 1, kind: 'reordered' });
      }),
    );
  });

  it('names the line of a copy, wherever it was put', async () => {
    const place = fc.integer({ min: 0, max: lines.length });
    await fc.assert(
      fc.asyncProperty(index, place, async (from, to) => {
        const copied = lines.toSpliced(to, 0, at(lines, from));
        // A copy next to its original cannot be told from it: the second one is named.
        const line = to === from ? to + 2 : to + 1;
        expect(await problemIn(copied)).toMatchObject({ line, kind: 'inserted' });
      }),
    );
  });

  it('tells lines that moved from lines that are gone, also where both jumps are open', async () => {
    const moved = [1, 3, 0, 2].map((n) => at(lines, n));
    expect(await problemIn(moved)).toMatchObject({ line: 1, kind: 'reordered' });
    const both = [1, 4, 0, 5].map((n) => at(lines, n));
    expect(await problemIn(both)).toMatchObject({ line: 1, kind: 'reordered' });
  });

  it('notices a byte that readers show as the same character', async () => {
    const path = join(temporaryFolder(), 'audit.jsonl');
    const log = memoryAuditLog();
    log.append(auditEvent(1, { resource: 'a\ufffdb' }));
    const line = Buffer.from(`${JSON.stringify(log.records[0])}\n`);
    const place = line.indexOf('\ufffd');
    await writeFile(
      path,
      Buffer.concat([line.subarray(0, place), Buffer.of(0xff), line.subarray(place + 3)]),
    );
    expect(await verifyAuditLog(path)).toMatchObject({
      status: 'tampered',
      first_problem: { line: 1, message: 'is not UTF-8' },
    });
  });

  it('G9 names a record that was put between two others with a right hash', async () => {
    const forged = rehashed({ ...fieldsOf(at(lines, 3)), outcome: 'granted' });
    expect(await problemIn(lines.toSpliced(7, 0, forged))).toMatchObject({
      line: 8,
      kind: 'inserted',
    });
  });

  it.each([
    ['a key that is there twice', (line: string) => line.replace('{', '{"outcome":"granted",')],
    [
      'a key that is there twice, deep inside',
      (line: string) => line.replace('"x":1', '"x":2,"x":1'),
    ],
    ['a number that is no number to others', (line: string) => line.replace('null', '1e400')],
    ['minus zero', (line: string) => line.replace('"zero":0', '"zero":-0')],
    ['a byte order mark', (line: string) => `\ufeff${line}`],
    ['text after the record', (line: string) => `${line} {}`],
    ['a record in a list', (line: string) => `[${line}]`],
  ])('notices %s', async (_, edit) => {
    const log = memoryAuditLog();
    const extras = { deep: { x: 1 }, big: 9007199254740991, nothing: null, zero: 0 };
    log.append(auditEvent(1, { extras }));
    const line = JSON.stringify(log.records[0]);
    expect(edit(line)).not.toBe(line);
    const report = await verifyAuditLog([edit(line)]);
    expect(report).toMatchObject({ status: 'tampered', first_problem: { line: 1 } });
  });

  it('names a chain that was cut short while it was written', async () => {
    const next = memoryAuditLog();
    const { chain, seq, hash } = fieldsOf(at(lines, 11));
    next.append({
      ...auditEvent(0),
      action: 'rotate',
      extras: {
        previous_chain: String(chain),
        previous_seq: Number(seq),
        previous_hash: String(hash),
      },
    });
    const [link] = next.records;
    const last = rehashed({ ...link, event_type: 'audit' });
    expect(await problemIn([...lines, last])).toBeUndefined();
    for (const left of [11, 9, 1])
      expect(await problemIn([...lines.slice(0, left), last])).toMatchObject({
        line: left + 1,
        kind: 'deleted',
      });
  });

  it('reads past 100,000 levels of nesting, 100,000 keys and bytes that are no text', async () => {
    const path = join(temporaryFolder(), 'audit.jsonl');
    const deep = '['.repeat(100_000) + ']'.repeat(100_000);
    const wide = `{${Array.from({ length: 100_000 }, (_, n) => `"k${n}":0`).join()}}`;
    for (const line of [deep, wide, Buffer.from([0xff, 0xfe]), '{"hash":"x"}', 'null', '"']) {
      await writeFile(path, Buffer.concat([Buffer.from(line), Buffer.from('\n')]));
      expect(await verifyAuditLog(path)).toMatchObject({
        status: 'tampered',
        first_problem: { line: 1, kind: 'malformed' },
      });
    }
  });
});

const written = async (...parts: readonly (string | Buffer)[]): Promise<string> => {
  const path = join(temporaryFolder(), 'audit.jsonl');
  await writeFile(path, Buffer.concat(parts.map((part) => Buffer.from(part))));
  return path;
};

describe('a line that is too long to be held', () => {
  const tooLong = Buffer.alloc(19 * 1024 * 1024, 0x20);

  it.each(['\n', ''])('is malformed, ended by %j', async (end) => {
    const [line = ''] = chainLines(1);
    expect(await verifyAuditLog(await written(`${line}\n`, tooLong, end))).toMatchObject({
      status: 'tampered',
      records: 1,
      first_problem: { line: 2, kind: 'malformed', message: 'is longer than 8388608 bytes' },
    });
  });

  it('hides nothing that stands before or after it', async () => {
    const lines = chainLines(3);
    const edited = at(lines, 1).replace('requested', 'granted');
    const path = await written(`${at(lines, 0)}\n${edited}\n`, tooLong, '\n');
    expect(await verifyAuditLog(path)).toMatchObject({
      status: 'tampered',
      first_problem: { line: 2, kind: 'edited' },
    });
    const after = await verifyAuditLog(await written(tooLong, `\n${lines.join('\n')}\n{"torn`));
    expect(after).toMatchObject({
      records: 3,
      torn: { line: 5, offset: tooLong.length + 1 + Buffer.byteLength(`${lines.join('\n')}\n`) },
    });
  });
});

describe('a log with a key', () => {
  it('is intact with the key alone', async () => {
    const lines = chainLines(3, 'the key');
    expect(await verifyAuditLog(lines, { hmacKey: 'the key' })).toMatchObject({ status: 'intact' });
    const cases = [
      [lines, undefined, 'give AUDIT_HMAC_KEY'],
      [lines, 'another', 'AUDIT_HMAC_KEY is not the key'],
      [chainLines(3), 'the key', 'it was written without a key'],
    ] as const;
    for (const [given, hmacKey, hint] of cases)
      expect(await verifyAuditLog(given, { hmacKey })).toMatchObject({
        status: 'tampered',
        first_problem: { line: 1, kind: 'edited', message: expect.stringContaining(hint) },
      });
  });

  it('gives no hint about keys where other lines are right', async () => {
    const lines = chainLines(3);
    const edited = lines.with(2, at(lines, 2).replace('requested', 'granted'));
    expect((await verifyAuditLog(edited)).first_problem?.message).toBe('its hash is wrong');
  });
});

describe('a file that cannot be read', () => {
  it('is unreadable, and not tampered with', async () => {
    const folder = temporaryFolder();
    expect(await verifyAuditLog(join(folder, 'none'))).toMatchObject({
      status: 'unreadable',
      error: expect.stringContaining('ENOENT'),
    });
    expect(await verifyAuditLog(folder)).toMatchObject({ status: 'unreadable' });
  });

  it('is reported when a source of lines breaks', async () => {
    expect(await verifyAuditLog(broken())).toMatchObject({
      status: 'unreadable',
      records: 1,
      error: 'the disk is gone',
    });
  });

  it('is tampered with where that was seen before the source broke', async () => {
    const [line = ''] = chainLines(1);
    async function* brokenLater(): AsyncGenerator<string> {
      yield line.replace('requested', 'granted');
      yield* broken();
    }
    expect(await verifyAuditLog(brokenLater())).toMatchObject({
      status: 'tampered',
      first_problem: { line: 1, kind: 'edited' },
      error: 'the disk is gone',
    });
  });
});
