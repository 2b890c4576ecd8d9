/** The services of the approval machine, filled with the real world. */
import { type EventObject, fromCallback, fromPromise } from 'xstate';
import {
  type ApprovalRequest,
  approvalMachine,
  createDeadline,
  type Permission,
  type ProblemCode,
  type Submission,
  type WaitInput,
  type Withdrawal,
  type WithdrawInput,
} from '../machines/index.ts';
import type { AuditLog } from './audit/index.ts';
import type { PlatformClient } from './client/platform-client.ts';
import type { Environment } from './environment.ts';
import { messageOf } from './errors.ts';
import type { Once } from './journal/once.ts';
import { checkPermission, readConfig } from './rbac/index.ts';

export interface Services {
  readonly client: PlatformClient;
  readonly audit: AuditLog;
  readonly once: Once;
  readonly configDir: string;
  readonly environment: Environment;
}

/** The machine as it runs in production. */
export function provideServices(services: Services) {
  const { client, environment } = services;
  return approvalMachine.provide({
    actors: {
      deadline: createDeadline(environment.clock),
      checkPermission: fromPromise<Permission, ApprovalRequest>(() => mayAsk(services)),
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
        client.withdraw(input),
      ),
    },
  });
}

async function mayAsk({ configDir, environment }: Services): Promise<Permission> {
  const read = await readConfig(configDir, environment.files);
  if (read.status === 'unreadable') return read;
  const { allowed, roles } = checkPermission(read.config, 'approve');
  return { status: allowed ? 'allowed' : 'denied', roles };
}

/** What cannot be recorded is not asked: nobody must decide about something that leaves no trace. */
async function submitRecorded(
  { client, audit, once }: Services,
  request: ApprovalRequest,
  signal: AbortSignal,
): Promise<Submission> {
  try {
    await audit.flush();
  } catch (error) {
    return refused('audit', messageOf(error));
  }
  if (isNewKey(request)) return client.submit(request, { mayExist: false, isOurs: true }, signal);
  const claim = await once.claimKey(request);
  if (claim === 'other')
    return refused(
      'conflict',
      `the key "${request.key}" was used already for another action or other arguments; use a new key`,
    );
  return client.submit(request, { mayExist: true, isOurs: claim === 'same' }, signal);
}

/** A key of the caller's own may have been sent before, by a process that was killed. */
const isNewKey = ({ key, traceId }: ApprovalRequest): boolean => key === traceId;

const refused = (code: ProblemCode, message: string): Submission => ({
  status: 'refused',
  problem: { code, message },
});
