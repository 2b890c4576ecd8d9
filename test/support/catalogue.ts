/** What the tests of the fault catalogue share: how a fault ends, and that it grants nothing. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import {
  createApprovals,
  type Environment,
  type Outcome,
  type ProblemCode,
} from '../../src/index.ts';
import { createFakePlatform, type FakePlatform, type FakeRow } from '../../src/testing/index.ts';
import type { World } from './world.ts';

export const ASK = { action: 'Drop table users', reason: 'GDPR erasure request 4711' };

/**
 * One approval before the first test of a file: what loads and compiles on the way would look like a
 * fault by a clock that runs fast.
 */
export async function warmUp(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-'));
  const platform = await createFakePlatform();
  const approvals = createApprovals({
    platformUrl: platform.url,
    workspaceId: 'warm-up',
    configDir: folder,
    stateDir: folder,
    auditLogPath: join(folder, 'audit.jsonl'),
  });
  const asked = approvals.request(ASK);
  platform.decide((await platform.waitForRow()).id, 'approved');
  await asked;
  await approvals.close();
  await platform.close();
  await rm(folder, { recursive: true, force: true });
}

/** One approval under way. */
export interface Asked {
  readonly platform: FakePlatform;
  readonly world: World;
  readonly asked: Promise<Outcome>;
}

const ENDS = ['granted', 'denied', 'timeout', 'withdrawn', 'failure'];

/** The records that say how an approval ended. */
export const endsOf = ({ audit }: World, traceId?: string): string[] =>
  audit()
    .filter((line) => traceId === undefined || line.trace_id === traceId)
    .map(({ outcome }) => outcome)
    .filter((outcome) => ENDS.includes(outcome));

/** The fault ended nothing: the decision that is sent after it still arrives, and counts once. */
export async function expectKept({ platform, world, asked }: Asked): Promise<Outcome> {
  const { id } = await platform.waitForRow(isOurs);
  expect(endsOf(world)).toEqual([]);
  platform.decide(id, 'approved', 'alice');
  const outcome = await asked;
  expect(outcome).toMatchObject({ status: 'granted', approvalId: id, decidedBy: 'alice' });
  expect(endsOf(world)).toEqual(['granted']);
  expect(platform.rows().filter(isOurs)).toHaveLength(1);
  return outcome;
}

const isOurs = ({ action }: FakeRow): boolean => action === ASK.action;

/** The approval failed with this code, in the answer and in the audit log, and granted nothing. */
export async function expectFailed(
  { world, asked }: Pick<Asked, 'world' | 'asked'>,
  code: ProblemCode,
): Promise<string> {
  const outcome = await asked;
  expect(outcome).toMatchObject({ status: 'failed', approved: false, error: { code } });
  expect(world.audit().at(-1)).toMatchObject({ outcome: 'failure', code });
  expect(endsOf(world)).toEqual(['failure']);
  return outcome.status === 'failed' ? outcome.error.message : '';
}

/** Nobody answered: a timeout in the answer and in the audit log. */
export async function expectTimeout(
  { world, asked }: Pick<Asked, 'world' | 'asked'>,
  cause: string,
): Promise<void> {
  const outcome = await asked;
  expect(outcome).toMatchObject({ status: 'timeout', approved: false, cause });
  expect(world.audit().at(-1)).toMatchObject({ outcome: 'timeout', cause });
  expect(endsOf(world)).toEqual(['timeout']);
}

/** The environment, and what it was asked to fetch, with the instant by its own clock. */
export function recordingFetch(environment: Environment): {
  readonly environment: Environment;
  readonly sent: readonly { readonly method: string; readonly key: string; readonly at: number }[];
} {
  const sent: { method: string; key: string; at: number }[] = [];
  return {
    sent,
    environment: {
      ...environment,
      fetch: (input, init) => {
        // Looked at as it is: to make another Request of it would use up its body.
        const { method, headers } = input instanceof Request ? input : new Request(input, init);
        const key = headers.get('idempotency-key') ?? '';
        sent.push({ method, key, at: environment.clock.monotonic() });
        return environment.fetch(input, init);
      },
    },
  };
}
