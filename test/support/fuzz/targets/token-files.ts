import * as fc from 'fast-check';
import { createTokenSource } from '../../../../src/client/token-source.ts';
import { filesWith } from '../memory-files.ts';
import { codeOf, demand, target } from '../target.ts';
import { bytes, garbage, longRun, spoiled } from '../text.ts';

const FILE = '/configs/.auth_token';
const MOST = 8_192;

const contents: fc.Arbitrary<Buffer> = fc.oneof(
  {
    weight: 100,
    arbitrary: spoiled(
      fc.constantFrom('t0ken-7f3a9c21d4e8b650', 't0ken-7f3a9c21d4e8b650\n', ' \n', '', '\ufeffabc'),
    ).map((text) => Buffer.from(text)),
  },
  { weight: 30, arbitrary: garbage.map((text) => Buffer.from(text)) },
  { weight: 30, arbitrary: bytes },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(MOST - 1, MOST, MOST + 1, 2 * MOST), longRun(4 * MOST))
      .map(([length, run]) => Buffer.from('x'.repeat(length) + (length % 2 === 0 ? '' : run))),
  },
);

/** What may stand in a header, from a file that is not too long. */
const isToken = (text: string, content: Buffer): boolean =>
  content.length <= 2 * MOST && text.length <= MOST && /^[!-~]*$/.test(text);

/** A file is a token, nothing yet, or refused by name without a word of what is in it. */
export const tokenFiles = target({
  name: 'token files',
  inputs: contents,
  parse: (content) =>
    createTokenSource({ token: undefined, tokenFile: FILE }, filesWith(content)).current(),
  judge: (content, attempt) => {
    const text = content.toString('utf8').trim();
    if (!attempt.threw) {
      demand(isToken(text, content), 'took what is no token');
      demand((attempt.value ?? '') === text, 'is another token');
      return attempt.value === undefined ? 'rejected' : 'accepted';
    }
    demand(codeOf(attempt.error) === 'config', 'wrong code');
    const message = String(attempt.error);
    demand(message.includes(FILE) && message.length < 400, 'does not name the file');
    demand(!/t0ken|7f3a9c21/i.test(message), 'shows what is in the file');
    demand(!isToken(text, content), 'refused a token');
    return 'rejected';
  },
});
