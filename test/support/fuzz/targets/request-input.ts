import * as fc from 'fast-check';
import type { ApprovalRequest } from '../../../../machines/index.ts';
import {
  createRequest,
  MAX_ACTION_LENGTH,
  MAX_REASON_LENGTH,
  readInput,
} from '../../../../src/approvals/request.ts';
import { systemEnvironment } from '../../../../src/environment.ts';
import { parseDurationMs } from '../../../../src/protocol/duration.ts';
import { built, isPlain, type Recipe, recipes } from '../hostile-values.ts';
import { codeOf, demand, target } from '../target.ts';
import { garbage, spoiled } from '../text.ts';

const said = (texts: fc.Arbitrary<unknown>): fc.Arbitrary<Recipe> =>
  texts.map((value) => ({ make: 'plain', value }));

/** Mostly what belongs there. */
const field = (usual: fc.Arbitrary<unknown>): fc.Arbitrary<Recipe> =>
  fc.oneof({ weight: 12, arbitrary: said(usual) }, { weight: 1, arbitrary: recipes });

const texts = fc.oneof(
  { weight: 60, arbitrary: fc.constantFrom('Drop table users', 'Pay\t4 €', 'é'.normalize('NFD')) },
  { weight: 20, arbitrary: spoiled(fc.constant('Drop table users')) },
  { weight: 10, arbitrary: garbage },
  {
    weight: 1,
    arbitrary: fc.constantFrom(10_000, 10_001, 50_000, 50_001, 300_000).map((n) => 'x'.repeat(n)),
  },
);

const inputs = fc.oneof(
  {
    weight: 40,
    arbitrary: fc.record(
      {
        action: field(texts),
        reason: field(texts),
        args: recipes,
        key: field(fc.constantFrom('key-1', 'a key', ' key', 'ключ', '', 'k'.repeat(257))),
        timeout: field(
          fc.constantFrom(300, '5m', 0, -1, '1e3', Number.POSITIVE_INFINITY, '90s', 2 ** 53, ''),
        ),
      },
      { requiredKeys: ['action'] },
    ),
  },
  { weight: 1, arbitrary: recipes },
);

const isRecipe = (input: object): input is Recipe => 'make' in input;

/** Sometimes the input is not even an object with fields. */
const made = (input: object): unknown =>
  isRecipe(input)
    ? built(input)
    : Object.fromEntries(Object.entries(input).map(([name, of]) => [name, built(of)]));

const defaults = { workspaceId: 'ws', timeoutMs: 300_000, environment: systemEnvironment };

const fieldOf = (recipe: Recipe | undefined): unknown =>
  recipe === undefined ? undefined : built(recipe);

/** Shown as it is: no half characters, nothing that a terminal or page acts on. */
const isText = (value: unknown, most: number, but: RegExp): boolean =>
  typeof value === 'string' &&
  value.length <= most &&
  value.isWellFormed() &&
  !/\p{Cc}/u.test(value.replace(but, ''));

const isTime = (value: unknown): boolean =>
  (typeof value === 'string' || typeof value === 'number') && parseDurationMs(value) !== undefined;

const isKey = (value: unknown): boolean =>
  typeof value === 'string' && /^[!-~]([ -~]{0,254}[!-~])?$/.test(value);

function isRight(input: Readonly<Record<string, Recipe | undefined>>): boolean {
  const [action, reason, key, timeout] = ['action', 'reason', 'key', 'timeout'].map((name) =>
    fieldOf(input[name]),
  );
  const args = input['args'];
  return (
    isText(action, MAX_ACTION_LENGTH, /(?!)/g) &&
    String(action).trim() !== '' &&
    isText(reason ?? '', MAX_REASON_LENGTH, /[\t\n]/g) &&
    isKey(key ?? 'k') &&
    (timeout === undefined || isTime(timeout)) &&
    (args === undefined || fieldOf(args) === undefined || isPlain(args))
  );
}

/** A request is complete, or refused by a code before anything is sent, whatever is handed over. */
export const requestInput = target<object, ApprovalRequest>({
  name: 'request input',
  inputs,
  parse: (input) => createRequest(readInput(made(input)), defaults, 'trace-1'),
  judge: (input, attempt) => {
    if (attempt.threw) {
      demand(['input', 'config'].includes(codeOf(attempt.error)), 'wrong code');
      demand(
        isRecipe(input) || !isRight(Object.fromEntries(Object.entries(input))),
        `refused: ${String(attempt.error)}`,
      );
      return 'rejected';
    }
    const { action, reason, digest, timeoutMs } = attempt.value;
    demand(isText(action, MAX_ACTION_LENGTH, /(?!)/g) && action.trim() !== '', 'wrong action');
    demand(isText(reason, MAX_REASON_LENGTH, /[\t\n]/g), 'wrong reason');
    demand(digest === null || /^sha256:[0-9a-f]{64}$/.test(digest), 'wrong digest');
    demand(Number.isSafeInteger(timeoutMs) && timeoutMs > 0, 'wrong timeout');
    return 'accepted';
  },
});
