/** Several who ask with one key: one approval, and each may leave it by a clock of their own. */
import { describe, expect, it, vi } from 'vitest';
import { fakeRoutes } from '../../src/testing/index.ts';
import { expectCleanFinishOfEachTest } from '../support/clean-finish.ts';
import { fakePlatform, requestingSide } from '../support/world.ts';

expectCleanFinishOfEachTest();

const ASK = { action: 'Refund order 4711', key: 'refund-4711' };

/** The first has left; the second waits alone, as long as it says. */
async function secondWaitsAlone({ timeout }: { readonly timeout: string }) {
  const platform = await fakePlatform();
  const { approvals, audit } = requestingSide(platform.url);
  const [first, second] = [new AbortController(), new AbortController()];
  const left = approvals.request({ ...ASK, timeout: '60s' }, { signal: first.signal });
  const { id } = await platform.waitForRow();
  const waits = approvals.request({ ...ASK, timeout }, { signal: second.signal });
  await vi.waitFor(() => expect(audit().map(({ outcome }) => outcome)).toContain('requested'));
  first.abort();
  await left;
  const ends = () => audit().filter(({ outcome }) => outcome === 'left' || outcome === 'withdrawn');
  return { platform, approvals, id, second, waits, ends };
}

describe('the last one who waits', () => {
  it('is told that its own time was up, after the request was taken back', async () => {
    const { platform, approvals, id, waits, ends } = await secondWaitsAlone({ timeout: '300ms' });
    expect(await waits).toMatchObject({
      status: 'timeout',
      cause: 'deadline',
      error: { message: 'Timed out after 0.3s waiting for human decision' },
    });
    expect(platform.rows()).toMatchObject([{ id, status: 'denied' }]);
    expect(ends()).toMatchObject([
      { outcome: 'left', status: 'withdrawn' },
      { outcome: 'withdrawn', error: 'Withdrawn: the last one who asked waited 0.3s' },
      { outcome: 'left', status: 'timeout' },
    ]);
    await approvals.close();
  });

  it('leaves once, whatever else ends its patience', async () => {
    const { platform, approvals, second, waits, ends } = await secondWaitsAlone({
      timeout: '300ms',
    });
    const answers = Promise.withResolvers<void>();
    platform.respond(fakeRoutes.decide, async () => {
      await answers.promise;
      return undefined;
    });
    await platform.nextRequest(fakeRoutes.decide);
    second.abort();
    const early = vi.fn();
    void waits.then(early);
    await vi.waitFor(() => expect(ends()).toHaveLength(1));
    expect(early).not.toHaveBeenCalled();
    answers.resolve();
    expect(await waits).toMatchObject({ status: 'timeout' });
    expect(ends()).toHaveLength(3);
    await approvals.close();
  });
});
