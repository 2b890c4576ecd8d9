import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { Chain, lineOf } from '../../src/audit/chain.ts';
import { draftOf } from '../../src/audit/record.ts';

const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);

const plain = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.integer(),
  fc.boolean(),
  fc.array(fc.dictionary(fc.string(), fc.string()), { maxLength: 2 }),
);

const event = fc.record({
  event_type: fc.constantFrom('approval' as const, 'rbac' as const),
  workspace_id: fc.string({ unit: 'binary' }),
  actor: fc.string({ unit: 'binary' }),
  action: fc.constant('approve'),
  resource: fc.string({ unit: 'binary' }),
  outcome: fc.constantFrom('requested', 'granted'),
  trace_id: fc.uuid(),
  extras: fc.dictionary(
    fc.oneof(
      fc.constantFrom('approval_id', 'hash', 'seq', '__proto__', '10', '9'),
      fc.string({ unit: 'binary' }),
    ),
    plain,
    { noNullPrototype: true },
  ),
});

it(`a line says what the record says, with the same hash (seed ${seed})`, () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 3 }), (events) => {
      const drafts = events.map((each) => draftOf(each, 1_800_000_000_000));
      const records = new Chain('c', undefined);
      const lines = new Chain('c', undefined);
      for (const draft of drafts) {
        const record = records.seal(draft);
        const line = lines.sealLine(draft);
        expect(JSON.parse(line)).toEqual(JSON.parse(lineOf(record)));
        expect(Object.keys(JSON.parse(line))).toEqual(Object.keys(JSON.parse(lineOf(record))));
        expect(line).not.toMatch(/[\u007f-\u009f\u2028\u2029\n]/);
      }
      expect(lines.last).toEqual(records.last);
    }),
    { seed },
  );
});
