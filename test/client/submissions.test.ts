import { expect, it } from 'vitest';
import { CatchUp } from '../../src/client/catch-up.ts';
import { Debts } from '../../src/client/debts.ts';
import type { Answer } from '../../src/client/exchange.ts';
import { CERTAINLY } from '../../src/client/find.ts';
import { Lists } from '../../src/client/lists.ts';
import { Submissions } from '../../src/client/submissions.ts';
import { Twins } from '../../src/client/twins.ts';
import { Waiters } from '../../src/client/waiters.ts';
import { systemEnvironment as environment } from '../../src/index.ts';
import { approvalRequest } from '../support/approval-request.ts';

const NEW = { mayExist: false, mayBeStored: false, isOurs: CERTAINLY };
const ignored = (): void => undefined;

/** Submissions to a platform that answers each create when it is told to. */
function submissionsOf() {
  const created = Promise.withResolvers<Answer>();
  const exchange = (): Promise<Answer> => created.promise;
  const lists = new Lists({ exchange, environment, workspaceId: 'ws-1', onRows: ignored });
  const parts = { exchange, lists, environment };
  const waiters = new Waiters(ignored, ignored);
  const debts = new Debts({ ...parts, onTrouble: ignored, isAskedAgain: () => false });
  const submissions = new Submissions({
    ...parts,
    waiters,
    debts,
    catchUp: new CatchUp({ lists, waiters }),
    twins: new Twins(debts, ignored),
    channel: undefined,
  });
  const body = { approval_id: 'approval-1' };
  const text = JSON.stringify(body);
  const answer = (): void =>
    created.resolve({ url: '', status: 201, headers: new Headers(), text, body });
  return { submissions, answer };
}

it('remembers that a decision may have been sent before we listened, until it waits', async () => {
  const { submissions, answer } = submissionsOf();
  const request = approvalRequest();
  const submitted = submissions.submit(request, NEW, new AbortController().signal);
  answer();
  expect(await submitted).toMatchObject({ status: 'submitted' });
  expect(submissions.forget(request.traceId)).toBe(true);
  expect(submissions.forget(request.traceId)).toBe(false);
});

it.each(['before', 'after'])(
  'remembers nothing of one that was released %s its create was answered',
  async (when) => {
    const { submissions, answer } = submissionsOf();
    const request = approvalRequest();
    const submitted = submissions.submit(request, NEW, new AbortController().signal);
    if (when === 'before') submissions.forget(request.traceId);
    answer();
    await submitted;
    if (when === 'after') submissions.forget(request.traceId);
    expect(submissions.forget(request.traceId)).toBe(false);
  },
);

it('remembers nothing of one that is known already and released before it waits', async () => {
  const { submissions } = submissionsOf();
  const request = approvalRequest();
  await submissions.adopt(request, 'approval-1', false);
  submissions.forget(request.traceId);
  expect(submissions.forget(request.traceId)).toBe(false);
});

it.each(['in line', 'at the last moment before it is sent'])(
  'says of one that gave up %s that nothing was sent, and why',
  async (when) => {
    const { submissions } = submissionsOf();
    const giveUp = new AbortController();
    if (when === 'in line') giveUp.abort();
    const beforePost = (): Promise<undefined> => {
      giveUp.abort();
      return Promise.resolve(undefined);
    };
    const known = { ...NEW, beforePost };
    expect(await submissions.submit(approvalRequest(), known, giveUp.signal)).toEqual({
      status: 'refused',
      problem: { code: 'closed', message: 'given up before it was sent' },
    });
  },
);
