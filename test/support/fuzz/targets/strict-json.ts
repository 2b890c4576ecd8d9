import { deepStrictEqual } from 'node:assert';
import {
  parseStrictJson,
  StrictJsonError,
  type StrictJsonProblem,
} from '../../../../src/protocol/strict-json.ts';
import { jsonTexts } from '../json-document.ts';
import { readJsonText } from '../json-reader.ts';
import { demand, target } from '../target.ts';
import { FRAMES, ROWS, WORDS } from '../wire-words.ts';

type Reading =
  | { readonly is: 'read'; readonly value: unknown }
  | { readonly is: StrictJsonProblem; readonly key?: string | undefined };

function read(text: string): Reading {
  try {
    return { is: 'read', value: parseStrictJson(text) };
  } catch (error) {
    if (!(error instanceof StrictJsonError)) throw error;
    return { is: error.problem, key: error.key };
  }
}

/** Reads what a second reader reads, and says no for the same reason. */
export const strictJson = target({
  name: 'strict JSON',
  inputs: jsonTexts([...FRAMES, ...ROWS], WORDS),
  parse: read,
  judge: (text, attempt) => {
    demand(!attempt.threw, 'threw another error than StrictJsonError');
    const expected = readJsonText(text);
    deepStrictEqual(attempt.value.is, expected.is);
    if (attempt.value.is !== 'read' || expected.is !== 'read') return 'rejected';
    deepStrictEqual(attempt.value.value, expected.value);
    return 'accepted';
  },
});
