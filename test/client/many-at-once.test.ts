import { expect, it } from 'vitest';
import { fakeRoutes } from '../../src/testing/index.ts';
import { expectCleanFinishOfEachTest } from '../support/clean-finish.ts';
import { fakePlatform, requestingSide } from '../support/world.ts';

expectCleanFinishOfEachTest();

it('asks for 64 at once and no more, and for all of them in the end', async () => {
  const platform = await fakePlatform();
  const { approvals } = requestingSide(platform.url, { timeout: '60s' });
  const asked = Array.from({ length: 300 }, (_, index) =>
    approvals.request({ action: `Refund order ${index}` }),
  );
  for (let decided = 0; decided < 300; decided += 1) {
    const { id } = await platform.waitForRow(({ status }) => status === 'pending');
    platform.decide(id, 'approved');
  }
  const outcomes = await Promise.all(asked);
  expect(outcomes.every(({ approved }) => approved)).toBe(true);
});

it('sends nothing for those who gave up in line', async () => {
  const platform = await fakePlatform();
  const { approvals } = requestingSide(platform.url, { timeout: '60s' });
  platform.respond(fakeRoutes.create, () => 'hang');
  const giveUp = new AbortController();
  const asked = Array.from({ length: 200 }, (_, index) =>
    approvals.request({ action: `Refund order ${index}` }, { signal: giveUp.signal }),
  );
  await platform.nextRequest(fakeRoutes.create);
  giveUp.abort();
  const inLine = (await Promise.all(asked.slice(64))).map(({ status }) => status);
  expect(new Set(inLine)).toEqual(new Set(['withdrawn']));
  const created = platform.requests.filter(({ method }) => method === 'POST').length;
  expect(created).toBeLessThanOrEqual(64);
  await platform.close();
  await approvals.close();
});
