/** The services of the approval machine, filled with the real world. */
import { type EventObject, fromCallback, fromPromise } from 'xstate';
import {
  type ApprovalRequest,
  approvalMachine,
  createDeadline,
  type DeadlineQueue,
  type Permission,
  type Problem,
  type Submission,
  type WaitInput,
  type Withdrawal,
  type WithdrawInput,
} from '../../machines/index.ts';
import type { AuditLog } from '../audit/index.ts';
import { CERTAINLY } from '../client/find.ts';
import type { PlatformClient } from '../client/platform-client.ts';
import type { Known } from '../client/submissions.ts';
import { GIVEN_UP } from '../client/submit.ts';
import type { Environment } from '../environment.ts';
import { messageOf } from '../errors.ts';
import type { Journal, Once } from '../journal/index.ts';
import { type ConfigRead, checkPermission } from '../rbac/index.ts';

export interface Services {
  readonly client: PlatformClient;
  readonly audit: AuditLog;
  readonly once: Once;
  /** `undefined`: nothing is written down. */
  readonly journal: Journal | undefined;
  /** Whether to go on where the journal cannot be written. */
  readonly journalIsOptional: boolean;
  readonly onTrouble: (trouble: string) => void;
  readonly deadlines: DeadlineQueue;
  /** Afresh for each approval. */
  readonly readConfig: () => Promise<ConfigRead>;
  readonly environment: Environment;
}

/** The machine as it runs in production. */
export function provideServices(services: Services) {
  const { client, environment, deadlines } = services;
  return approvalMachine.provide({
    actors: {
      deadline: createDeadline(environment.clock, deadlines),
      checkPermission: fromPromise<Permission, ApprovalRequest>(({ input }) =>
        mayAsk(services, input),
      ),
      submitRequest: fromPromise<Submission, ApprovalRequest>(({ input, signal }) =>
        submitRecorded(services, input, signal),
      ),
      awaitDecision: fromCallback<EventObject, WaitInput>(({ input, sendBack }) =>
        client.awaitDecision(input, sendBack),
      ),
      pollDecision: fromCallback<EventObject, WaitInput>(({ input, sendBack }) =>
        client.pollDecision(input, sendBack),
      ),
      withdrawRequest: fromPromise<Withdrawal, WithdrawInput>(({ input }) =>
        takeBack(services, input),
      ),
    },
  });
}

/** Who was allowed when it was asked is not asked again after a crash: the row stands already. */
async function mayAsk(
  { readConfig, journal }: Services,
  request: ApprovalRequest,
): Promise<Permission> {
  const read = await readConfig();
  if (journal?.isTakenOver(request) === true)
    return { status: 'allowed', roles: read.status === 'ok' ? read.config.roles : [] };
  if (read.status === 'unreadable') return read;
  const { allowed, roles } = checkPermission(read.config, 'approve');
  return { status: allowed ? 'allowed' : 'denied', roles };
}

/** What cannot be recorded is not asked: nobody must decide about something that leaves no trace. */
async function submitRecorded(
  services: Services,
  request: ApprovalRequest,
  signal: AbortSignal,
): Promise<Submission> {
  const [unrecorded, unwritten] = await Promise.all([
    problemOf(services.audit.flush(), 'audit'),
    problemOf(begin(services, request), 'journal'),
  ]);
  const problem = unrecorded ?? unwritten;
  if (problem !== undefined) return { status: 'refused', problem };
  // Whoever gave up meanwhile has an outcome already, and the client may be closed.
  if (signal.aborted) return { status: 'refused', problem: GIVEN_UP };
  const submission = await submitOnce(services, request, signal);
  if (submission.status === 'submitted') {
    const { approvalId } = submission;
    const news = services.client.mayHaveTwin(request) ? { mayHaveTwin: true } : {};
    services.journal?.note(request, { approvalId, ...news });
  }
  return submission;
}

/** @throws CountersignError `journal` */
async function begin(services: Services, request: ApprovalRequest): Promise<void> {
  const { journal, journalIsOptional, onTrouble } = services;
  try {
    await journal?.begin(request);
  } catch (error) {
    if (!journalIsOptional || journal?.wasWritten === true) throw error;
    onTrouble(`a crash would forget what is under way: ${messageOf(error)}`);
  }
}

async function submitOnce(
  { client, once, journal }: Services,
  request: ApprovalRequest,
  signal: AbortSignal,
): Promise<Submission> {
  const { approvalId = null, mayHaveTwin } = journal?.get(request) ?? {};
  if (approvalId !== null) return client.adopt(request, approvalId, mayHaveTwin);
  // What ended before it under its key may have left the row, which is owed from now on by this one.
  const mayBeStored = journal?.isTakenOver(request) === true || client.owes(request);
  if (isNewKey(request))
    return client.submit(
      request,
      { mayExist: mayBeStored, mayBeStored, isOurs: CERTAINLY },
      signal,
    );
  const isOther = (await once.lookUpKey(request)) === 'other';
  if (signal.aborted) return { status: 'refused', problem: GIVEN_UP };
  if (isOther) return { status: 'refused', problem: otherUse(request) };
  let looks = 0;
  const beforePost = async (): Promise<Problem | 'wait' | undefined> => {
    const claim = await once.claimKey(request);
    if (claim === 'other') return otherUse(request);
    looks += 1;
    // Somebody bound it who has not posted yet, or was killed before: that is seen in a moment.
    return claim === 'same' && looks === 1 ? 'wait' : undefined;
  };
  const known: Known = {
    mayExist: true,
    mayBeStored,
    isOurs: async () => (await once.lookUpKey(request)) === 'same',
    beforePost,
  };
  return client.submit(request, known, signal);
}

/** A key of the caller's own may have been sent before, by a process that was killed. */
const isNewKey = ({ key, traceId }: ApprovalRequest): boolean => key === traceId;

const takeBack = ({ client, journal }: Services, input: WithdrawInput): Promise<Withdrawal> =>
  client.withdraw(input, journal?.isTakenOver(input.request) === true);

const otherUse = ({ key }: ApprovalRequest): Problem => ({
  code: 'conflict',
  message: `the key "${key}" was used already for another action or other arguments; use a new key`,
});

async function problemOf(work: Promise<void>, code: Problem['code']): Promise<Problem | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    return { code, message: messageOf(error) };
  }
}
