/**
 * An agent that asks, as a process: the plan is its first argument, its standard output what it says.
 * It ends by itself when it has all outcomes, or by SIGKILL where the plan says so.
 */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Approvals,
  createApprovals,
  isCountersignError,
  NotApprovedError,
  type Outcome,
} from '../../src/index.ts';
import { crashingEnvironment } from './crashing-environment.ts';
import { PLACES, type Plan, type Question, readPlan } from './plan.ts';
import { say, Trigger } from './trigger.ts';

const plan: Plan = readPlan(process.argv[2] ?? '');
const trigger = new Trigger(plan.crash);

async function live(): Promise<void> {
  say({ type: 'begins' });
  const approvals = createApprovals({
    platformUrl: plan.platformUrl,
    workspaceId: plan.workspaceId,
    stateDir: join(plan.folder, PLACES.state),
    auditLogPath: join(plan.folder, PLACES.audit),
    configDir: plan.folder,
    pollInterval: '150ms',
    useWebSocket: plan.useWebSocket,
    auditHmacKey: plan.auditHmacKey,
    token: '',
    environment: crashingEnvironment(trigger),
  });
  approvals.on('trouble', ({ message }) => say({ type: 'trouble', message }));
  const resumed = plan.resumes ? await resume(approvals) : [];
  await Promise.all([...resumed, ...plan.asks.map((question) => ask(approvals, question))]);
  await trigger.around('client close', () => approvals.close());
  say({ type: 'closed', operations: trigger.operations });
}

/** @returns what is told of each, later */
async function resume(approvals: Approvals): Promise<Promise<void>[]> {
  const resumed = await trigger.around('client resume', () => approvals.resume());
  return resumed.map(async ({ traceId, action, outcome }) => {
    say({ type: 'resumed', traceId, action });
    tell(action, await outcome, true);
  });
}

async function ask(approvals: Approvals, question: Question): Promise<void> {
  const { action, key, args, timeoutMs, isGuarded, giveUpAfterMs } = question;
  const signal = giveUpAfterMs === undefined ? undefined : AbortSignal.timeout(giveUpAfterMs);
  const asked = { action, timeout: timeoutMs / 1000, ...(key === undefined ? {} : { key }) };
  if (isGuarded) await runGuarded(approvals, asked, args, signal);
  else {
    const withArgs = args === undefined ? asked : { ...asked, args };
    tell(action, await approvals.request(withArgs, { signal }), false);
  }
}

async function runGuarded(
  approvals: Approvals,
  asked: { readonly action: string },
  args: unknown,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { action } = asked;
  const guarded = approvals.requires(
    () => work(action),
    () => asked,
  );
  try {
    await guarded(args ?? null, signal === undefined ? {} : { signal });
    say({ type: 'ran', action });
  } catch (error) {
    if (error instanceof NotApprovedError) tell(action, error.outcome, false);
    else if (isCountersignError(error))
      say({ type: 'refused', action, code: error.code, why: error.message });
    else throw error;
  }
}

/** What must be done once at most: each beginning and end is written at once. */
async function work(action: string): Promise<void> {
  const note = (what: string) =>
    appendFileSync(join(plan.folder, PLACES.work), `${what} ${action}\n`);
  await trigger.around('work do', async () => {
    note('begins');
    const number = trigger.begin('work half');
    await new Promise((resolve) => setImmediate(resolve));
    trigger.end('work half', number);
    note('ends');
  });
}

function tell(action: string, outcome: Outcome, isResumed: boolean): void {
  const number = trigger.begin('answer give');
  const { status, traceId, approvalId } = outcome;
  say({
    type: 'outcome',
    action,
    isResumed,
    traceId,
    status,
    ...(approvalId === undefined ? {} : { approvalId }),
    ...('cause' in outcome ? { cause: outcome.cause } : {}),
    ...('error' in outcome ? { error: outcome.error } : {}),
  });
  trigger.end('answer give', number);
}

await live();
