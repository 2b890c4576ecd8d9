import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { decodeEntry, encodeEntry } from '../../../../src/journal/entry.ts';
import { digestOf } from '../../../../src/protocol/digest.ts';
import { journalEntry } from '../../journal-entry.ts';
import { demand, target } from '../target.ts';
import { bytes, garbage, spoiled } from '../text.ts';

const SECRET = 's3cret7f3a9c21d4e8b650';

const genuine = fc
  .record({ eur: fc.oneof(fc.integer(), fc.string({ unit: 'grapheme' })), at: fc.boolean() })
  .map((args) => {
    const asked = { action: `Pay ${SECRET}`, args, workspaceId: 'billing-agent' };
    return encodeEntry(journalEntry({ ...asked, digest: digestOf(asked) })).toString('utf8');
  });

/** Written by somebody who knows how: the checksum is right, whatever it is the checksum of. */
const withSum = (body: string): string =>
  `countersign-journal 1 sha256:${createHash('sha256').update(body).digest('hex')}\n${body}\n`;

const bodies = genuine.chain((text) => spoiled(fc.constant(text.split('\n')[1] ?? '')));

const contents: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 30, arbitrary: genuine.map((text) => Buffer.from(text)) },
  {
    weight: 40,
    arbitrary: genuine.chain((text) => spoiled(fc.constant(text))).map((text) => Buffer.from(text)),
  },
  { weight: 40, arbitrary: bodies.map((body) => Buffer.from(withSum(body))) },
  { weight: 10, arbitrary: garbage.map((text) => Buffer.from(withSum(text))) },
  { weight: 10, arbitrary: bytes },
);

/** What is taken holds exactly what was written, bound to its digest; what is refused is not shown. */
export const journalEntries = target({
  name: 'journal entries',
  inputs: contents,
  parse: decodeEntry,
  judge: (content, attempt) => {
    if (attempt.threw) {
      const { error } = attempt;
      demand(error instanceof Error && error.constructor === Error, `threw ${String(error)}`);
      demand(error instanceof Error && error.message.length < 200, 'says too much');
      demand(!String(error).includes(SECRET), 'shows what is in the file');
      return 'rejected';
    }
    const { request } = attempt.value;
    const { action, args, workspaceId, digest } = request;
    const [, body = ''] = content.toString('utf8').split('\n');
    demand(content.toString('utf8') === withSum(body), 'took what has another checksum');
    demand(
      digest === null ? args === null : digest === digestOf({ action, args, workspaceId }),
      'took other arguments than the digest says',
    );
    return 'accepted';
  },
});
