import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeEntry, encodeEntry, MAX_ENTRY_BYTES } from '../../src/journal/entry.ts';
import { digestOf } from '../../src/protocol/digest.ts';
import { journalEntry } from '../support/journal-entry.ts';

const text = (entry = journalEntry()): string => encodeEntry(entry).toString('utf8');
const decode = (changed: string) => () => decodeEntry(Buffer.from(changed));

describe('an entry of the journal', () => {
  it('comes back as it was written', () => {
    for (const entry of [
      journalEntry(),
      journalEntry({ args: null, digest: null }),
      { ...journalEntry(), approvalId: 'row-1', givenUp: 'the caller gave up' },
    ])
      expect(decodeEntry(encodeEntry(entry))).toEqual(entry);
  });

  it('F52 is refused where it was cut off, wherever that was', () => {
    const whole = text();
    for (let length = 0; length < whole.length; length += 1)
      expect(decode(whole.slice(0, length)), `${length} characters`).toThrow();
  });

  it('F52 is refused with any one bit changed', () => {
    const bytes = encodeEntry(journalEntry());
    fc.assert(
      fc.property(fc.nat({ max: bytes.length - 1 }), fc.nat({ max: 7 }), (at, bit) => {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ (1 << bit);
        expect(() => decodeEntry(changed)).toThrow();
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['of a newer version', text().replace('journal 1 ', 'journal 2 '), /another version \(2\)/],
    ['of an older version', text().replace('journal 1 ', 'journal 0 '), /another version \(0\)/],
    ['that is something else', '{"a":1}\n', /no entry of a journal/],
    ['that is empty', '', /no entry of a journal/],
    ['with something behind it', `${text()}x`, /checksum/],
    ['that is huge', 'x'.repeat(MAX_ENTRY_BYTES + 1), /larger than/],
  ])('F52 %s is refused', (_, changed, why) => {
    expect(decode(changed)).toThrow(why);
  });

  it('F52 F64 is refused with a key that it does not know, __proto__ among them', () => {
    for (const key of ['__proto__', 'constructor', 'granted'])
      expect(decode(withSum(text().replace('{"request":{', `{"request":{"${key}":{},`)))).toThrow();
    expect(Object.keys({})).toEqual([]);
  });

  it('is refused where the arguments are not those of its digest, whatever its checksum says', () => {
    expect(decode(withSum(text().replace('"eur":5', '"eur":500')))).toThrow(/other arguments/);
    const { request } = journalEntry({ digest: null, args: { eur: 5 } });
    expect(() => decodeEntry(encodeEntry({ request, approvalId: null, givenUp: null }))).toThrow(
      /other arguments/,
    );
  });

  it('keeps arguments with a key called __proto__', () => {
    const args = JSON.parse('{"__proto__":{"admin":true}}');
    const { action, workspaceId } = journalEntry().request;
    const entry = journalEntry({ args, digest: digestOf({ action, args, workspaceId }) });
    expect(JSON.stringify(decodeEntry(encodeEntry(entry)).request.args)).toBe(JSON.stringify(args));
  });
});

/** The entry as somebody would write it who knows how. */
function withSum(changed: string): string {
  const [, body = ''] = changed.split('\n');
  const { createHash } = process.getBuiltinModule('node:crypto');
  const sum = createHash('sha256').update(body).digest('hex');
  return `countersign-journal 1 sha256:${sum}\n${body}\n`;
}
