import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../machines/index.ts';
import { lineOf } from '../../src/audit/chain.ts';
import { memoryAuditLog, verifyAuditLog } from '../../src/audit/index.ts';
import { auditEvent } from '../support/audit-events.ts';

/** What code without types may hand over. */
const untyped = (value: unknown): JsonObject => value as JsonObject;

const recordOf = (extras: JsonObject) => {
  const log = memoryAuditLog({ uuid: () => 'chain-1' });
  log.append(auditEvent(1, { extras }));
  expect(log.failure).toBeUndefined();
  const [record] = log.records;
  if (record === undefined) throw new Error('nothing was recorded');
  return record;
};

describe('the extras of a record', () => {
  it('F50 never override a fixed field, and are kept under another name', () => {
    const taken = [
      'timestamp',
      'actor',
      'outcome',
      'trace_id',
      'chain',
      'seq',
      'prev_hash',
      'hash',
    ];
    const forged = Object.fromEntries(taken.map((key) => [key, 'forged']));
    const record = recordOf({ ...forged, extra_actor: 'mine' });
    for (const key of taken) expect(record[key]).not.toBe('forged');
    expect(record).toMatchObject({
      actor: 'ws-1',
      outcome: 'requested',
      seq: 0,
      extra_actor: 'mine',
      extra_extra_actor: 'forged',
      extra_outcome: 'forged',
      extra_hash: 'forged',
    });
  });

  it('F64 may have keys that objects know already', () => {
    const record = recordOf(JSON.parse('{"__proto__": {"polluted": true}, "constructor": 1}'));
    expect(Object.hasOwn(record, '__proto__')).toBe(true);
    expect(record['constructor']).toBe(1);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
    expect(lineOf(record)).toContain('"__proto__":{"polluted":true}');
  });

  it('are cut, and marked as cut, where a text is too long', () => {
    const record = recordOf({ note: 'x'.repeat(20_000) });
    expect(record['note']).toBe(`${'x'.repeat(16_384)}… [cut, was 20000 characters]`);
  });

  it('are bounded together, however many there are', () => {
    const many = Array.from({ length: 1_000 }, (_, n) => [`key ${n}`, 'x'.repeat(10_000)]);
    const record = recordOf({ ...Object.fromEntries(many), last: 1 });
    expect(lineOf(record).length).toBeLessThan(80_000);
    expect(record).toMatchObject({ 'key 0': 'x'.repeat(10_000), cut: true });
  });

  it('are bounded in depth, and may even contain themselves', () => {
    const cyclic: Record<string, unknown> = {};
    cyclic['itself'] = cyclic;
    const record = recordOf(JSON.parse(`${'{"a":'.repeat(500)}1${'}'.repeat(500)}`));
    expect(lineOf(record)).toContain('[cut]');
    const log = memoryAuditLog();
    log.append(auditEvent(1, { extras: untyped(cyclic) }));
    expect(log.records).toHaveLength(1);
  });

  it('hold as text what JSON would change in silence', () => {
    const extras = {
      a: Number.NaN,
      b: -0,
      c: 2 ** 53,
      d: Number.NEGATIVE_INFINITY,
      e: undefined,
      f: 10n,
      g: 1.5,
      h: '\ud800x',
      '\ud801': 1,
    };
    expect(recordOf(untyped(extras))).toMatchObject({
      a: 'NaN',
      b: '-0',
      c: '9007199254740992',
      d: '-Infinity',
      e: 'undefined',
      f: '10',
      g: 1.5,
      h: '\ufffdx',
      '\ufffd': 1,
    });
  });

  it('are verified as they were written, whatever they are', async () => {
    const extras = fc.dictionary(
      fc.string({ unit: 'binary' }),
      fc.anything({ withBigInt: true, withNullPrototype: true }),
    );
    await fc.assert(
      fc.asyncProperty(extras, async (given) => {
        const log = memoryAuditLog();
        log.append(auditEvent(1, { extras: untyped(given) }));
        log.append(auditEvent(2));
        const report = await verifyAuditLog(log.records.map(lineOf));
        expect(report).toMatchObject({ status: 'intact', records: 2 });
      }),
      { numRuns: 60 },
    );
  });
});
