import { expect, it, onTestFinished, vi } from 'vitest';
import type { WaitEvent } from '../../machines/index.ts';
import { PlatformClient } from '../../src/client/platform-client.ts';
import { systemEnvironment } from '../../src/index.ts';
import { fakeRoutes } from '../../src/testing/index.ts';
import { approvalRequest } from '../support/approval-request.ts';
import { fakePlatform } from '../support/world.ts';

it('reads again after a read that failed, also where whoever is told of it throws', async () => {
  const platform = await fakePlatform();
  const request = approvalRequest();
  const client = new PlatformClient({
    baseUrl: platform.url,
    workspaceId: request.workspaceId,
    pollIntervalMs: 20,
    live: false,
    origin: undefined,
    confirmGrants: false,
    tokens: { current: async () => undefined, refresh: async () => false },
    environment: systemEnvironment,
    lookAtDeadlines: () => undefined,
    onContradiction: () => undefined,
    onTwin: () => undefined,
    onTrouble: () => {
      throw new Error('a broken logger');
    },
  });
  onTestFinished(() => client.close());
  const unhandled = vi.fn();
  process.on('unhandledRejection', unhandled);
  onTestFinished(() => void process.off('unhandledRejection', unhandled));
  platform.respond(fakeRoutes.list, [{ status: 503 }, { status: 503 }]);
  const { id } = platform.addRow({ workspaceId: request.workspaceId, action: request.action });
  platform.decide(id, 'denied', 'alice');
  const told: WaitEvent[] = [];
  onTestFinished(client.pollDecision({ request, approvalId: id }, (event) => told.push(event)));
  await vi.waitFor(() => expect(told).toMatchObject([{ type: 'decision.received' }]));
  expect(unhandled).not.toHaveBeenCalled();
});
