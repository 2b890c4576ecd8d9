import { expect, it } from 'vitest';
import type { ProblemCode } from '../../machines/index.ts';
import { recordedOutcome } from '../../src/approvals/recorded-outcome.ts';
import { journalEntry } from '../support/journal-entry.ts';

const { request } = journalEntry();

const failure = (extras: { readonly code?: unknown }) => {
  const outcome = recordedOutcome(request, {
    timestamp: '2026-11-23T04:36:58.652Z',
    outcome: 'failure',
    trace_id: request.traceId,
    error: 'Failed to create request: 401',
    ...extras,
  });
  return outcome.status === 'failed' ? outcome.error : undefined;
};

it.each<ProblemCode>([
  'config',
  'input',
  'auth',
  'transport',
  'protocol',
  'conflict',
  'audit',
  'journal',
  'capacity',
  'closed',
  'internal',
])('a failure that was recorded as "%s" is told as that', (code) => {
  expect(failure({ code })).toEqual({
    code,
    message: 'it had failed before: Failed to create request: 401',
  });
});

it.each([undefined, null, 7, '', 'not_approved', 'toString'])(
  'a failure that was recorded with the code %s is one of the journal',
  (code) => {
    expect(failure({ code })?.code).toBe('journal');
  },
);
