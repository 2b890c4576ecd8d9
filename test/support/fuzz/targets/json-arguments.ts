import { deepStrictEqual } from 'node:assert';
import { readJson } from '../../../../src/cli/json-argument.ts';
import { UsageError } from '../../../../src/cli/usage-error.ts';
import { jsonTexts } from '../json-document.ts';
import { readJsonText } from '../json-reader.ts';
import { demand, target } from '../target.ts';
import { CREATED, ROWS, WORDS } from '../wire-words.ts';

/** Values may stand in 64 others. */
const DEEPEST = 65;
/** The longest argument that a command can be given. */
const LONGEST = 128 * 1024;

/** `--args` takes what a second reader reads, and says in a sentence why it takes nothing else. */
export const jsonArguments = target({
  name: 'JSON arguments',
  inputs: jsonTexts([...ROWS, ...CREATED, [1.5e-7, -0.1, ['a', [null]]]], WORDS, LONGEST),
  parse: (text) => readJson(text, '--args'),
  judge: (text, attempt) => {
    const expected = readJsonText(text, DEEPEST);
    if (attempt.threw) {
      demand(attempt.error instanceof UsageError, `threw ${String(attempt.error)}`);
      demand(attempt.error.message.startsWith('--args '), 'does not name the option');
      const isFine = expected.is === 'read' && !expected.huge && expected.depth < DEEPEST;
      demand(!isFine, `refused: ${attempt.error.message}`);
      return 'rejected';
    }
    demand(expected.is === 'read' && !expected.huge, `took what is ${expected.is}`);
    deepStrictEqual(attempt.value, expected.value);
    return 'accepted';
  },
});
