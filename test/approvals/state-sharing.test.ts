/** An asker that tells its platform where it is, and one that does not. */
import { expect, it, onTestFinished, vi } from 'vitest';
import { createApprovals } from '../../src/index.ts';
import { liveClient, runningPlatform, temporaryFolder } from '../support/platform.ts';
import { fakePlatform, requestingSide } from '../support/world.ts';

const statesIn = (frames: readonly Record<string, unknown>[]) =>
  frames.filter(({ event }) => event === 'APPROVAL_STATE').map(({ payload }) => payload);

async function asking(shareStates: boolean) {
  const { platform, call, token } = await runningPlatform();
  const approver = await liveClient(platform.url, {
    headers: { authorization: `Bearer ${token}` },
  });
  const folder = temporaryFolder();
  const approvals = createApprovals({
    platformUrl: platform.url,
    workspaceId: 'w1',
    configDir: folder,
    stateDir: folder,
    auditLogPath: `${folder}/audit.jsonl`,
    shareStates,
  });
  onTestFinished(() => approvals.close());
  const outcome = approvals.request({ action: 'Drop table users', args: { secret: 'pa55' } });
  await vi.waitUntil(() => approver.frames.length > 0);
  const [row] = (await call('GET', '/approvals/pending', { token })).rows;
  const id = String(row?.['id']);
  const decide = () =>
    call('POST', `/workspaces/w1/approvals/${id}/decide`, {
      body: { decision: 'approved' },
      token,
    });
  return { approver, outcome, id, decide };
}

it('tells each state once, with the one before, and nothing else', async () => {
  const { approver, outcome, id, decide } = await asking(true);
  await vi.waitUntil(() => statesIn(approver.frames).length === 1);
  await decide();
  expect(await outcome).toMatchObject({ approved: true });
  await vi.waitUntil(() => statesIn(approver.frames).length === 2);
  expect(statesIn(approver.frames)).toEqual([
    { approval_id: id, state: 'awaitingWS', from: 'submitting', at: expect.any(String) },
    { approval_id: id, state: 'granted', from: 'awaitingWS', at: expect.any(String) },
  ]);
});

it('tells nothing unless it was asked to', async () => {
  const { approver, outcome, decide } = await asking(false);
  await decide();
  expect(await outcome).toMatchObject({ approved: true });
  await vi.waitUntil(() => approver.frames.some(({ event }) => event === 'APPROVAL_DECIDED'));
  expect(statesIn(approver.frames)).toEqual([]);
});

it('does not mind a platform that has no place for it', async () => {
  const platform = await fakePlatform();
  const { approvals } = requestingSide(platform.url, { shareStates: true });
  const trouble: string[] = [];
  approvals.on('trouble', ({ message }) => trouble.push(message));
  const outcome = approvals.request({ action: 'Drop table users' });
  platform.decide((await platform.waitForRow()).id, 'approved');
  expect(await outcome).toMatchObject({ approved: true });
  await vi.waitFor(() => expect(trouble.join()).toContain('takes no states'));
  await approvals.close();
});
