import * as fc from 'fast-check';
import { type Attempt, attemptOf } from '../../../../src/client/create-answer.ts';
import type { Answer } from '../../../../src/client/exchange.ts';
import { fieldsOf, isId } from '../decision-rules.ts';
import { jsonTexts } from '../json-document.ts';
import { readJsonText } from '../json-reader.ts';
import { demand, returned, target } from '../target.ts';
import { CREATED, WORDS } from '../wire-words.ts';
import { parsed } from './rows.ts';

const statuses = fc.oneof(
  { weight: 6, arbitrary: fc.constant(201) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(200, 202, 204, 301, 400, 401, 403, 404, 409, 413, 429, 500, 503),
  },
  { weight: 1, arbitrary: fc.integer({ min: 100, max: 999 }) },
);

const answers: fc.Arbitrary<Answer> = fc
  .tuple(statuses, jsonTexts([...CREATED, ...CREATED.slice(0, 2)], WORDS))
  .map(([status, text]) => ({
    url: 'http://platform.example/workspaces/ws/approvals',
    status,
    headers: new Headers(),
    text,
    body: parsed(text),
  }));

/** The id of an answer that is success. */
function expectedId({ status, text }: Answer): string | undefined {
  const reading = status === 201 ? readJsonText(text) : undefined;
  const fields = reading?.is === 'read' ? fieldsOf(reading.value) : undefined;
  if (fields === undefined) return undefined;
  const isPending = !fields.has('status') || fields.get('status') === 'pending';
  const id = fields.get('approval_id');
  return isPending && isId(id) ? id : undefined;
}

/** What may be sent again, and what must not. */
function expectedOtherwise({ status }: Answer): Attempt['is'] {
  if (status === 201) return 'garbled';
  if (status === 401 || status === 429) return 'unsent';
  return status >= 500 ? 'unsure' : 'refused';
}

/** Only 201 with an id that reads one way is success; the sentence is short and safe to print. */
export const createAnswers = target({
  name: 'create answers',
  inputs: answers,
  parse: attemptOf,
  judge: (answer, attempt) => {
    const made = returned(attempt);
    const id = expectedId(answer);
    if (id !== undefined) {
      demand(made.is === 'created' && made.approvalId === id, `${id} was not taken`);
      return 'accepted';
    }
    demand(made.is === expectedOtherwise(answer), `${made.is} for ${answer.status}`);
    if (made.is === 'created') throw new Error('took an answer without an id');
    const { message } = made.problem;
    demand(!/[\p{Cc}\p{Cf}\p{Cs}]/u.test(message), 'the message holds what a terminal acts on');
    demand(message.length < 2_000, 'the message is too long');
    return 'rejected';
  },
});
