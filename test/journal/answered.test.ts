import { expect, it, vi } from 'vitest';
import { fakeRoutes } from '../../src/testing/index.ts';
import { fakePlatform, requestingSide, WORKSPACE } from '../support/world.ts';

it('A grant that was told is not handed over again by the next process, which still takes the twin back', async () => {
  const platform = await fakePlatform({
    onCreate: ({ id }) => {
      platform.decide(id, 'approved');
    },
  });
  // Nobody knows whether the first POST will still arrive.
  platform.respond(fakeRoutes.create, ['reset']);
  const first = requestingSide(platform.url);
  const outcome = await first.approvals.request({ action: 'Deploy' });
  expect(outcome.status).toBe('granted');
  await first.approvals.close();
  const twin = platform.addRow({
    workspaceId: WORKSPACE,
    action: 'Deploy',
    taskId: outcome.traceId,
  });

  const second = requestingSide(platform.url, {
    stateDir: first.folder,
    auditLogPath: first.auditPath,
  });
  expect(await second.approvals.resume()).toEqual([]);
  await second.approvals.close();
  await vi.waitFor(() => {
    expect(platform.rows().find(({ id }) => id === twin.id)).toMatchObject({
      status: 'denied',
      decided_by: expect.stringMatching(/^withdrawn: /),
    });
  });
  const third = requestingSide(platform.url, {
    stateDir: first.folder,
    auditLogPath: first.auditPath,
  });
  expect(await third.approvals.resume()).toEqual([]);
});
