/** Telling a platform where approvals are: seldom, briefly, and never in anybody's way. */
import { describe, expect, it, vi } from 'vitest';
import type { Answer, Call } from '../../src/client/exchange.ts';
import { NoAnswerError } from '../../src/client/exchange.ts';
import { REST_MS, StateReports } from '../../src/client/state-reports.ts';
import { manualClock } from '../support/manual-clock.ts';

/** An exchange whose answers come when the test says so. */
function reporting() {
  const clock = manualClock();
  const sent: { call: Call; answer: (status: number) => void; fail: () => void }[] = [];
  const trouble: string[] = [];
  let now = 0;
  const reports = new StateReports({
    exchange: (call) =>
      new Promise<Answer>((resolve, reject) => {
        const fail = (): void => reject(new NoAnswerError('no answer', true));
        call.signal?.addEventListener('abort', fail);
        const rest = { url: '', headers: new Headers(), text: '', body: undefined };
        sent.push({ call, answer: (status) => resolve({ status, ...rest }), fail });
      }),
    environment: { clock: { ...clock, monotonic: () => now } },
    workspaceId: 'w1',
    onTrouble: (text) => trouble.push(text),
  });
  const last = async (count: number) => {
    await vi.waitUntil(() => sent.length === count);
    const request = sent[count - 1];
    if (request === undefined) throw new Error('nothing was sent');
    return request;
  };
  return { reports, sent, last, trouble, pass: (ms: number) => (now += ms) };
}

const at = (state: string, from?: string) => ({ state, from });

describe('reports of states', () => {
  it('are sent one at a time, and of each approval only the newest that waits', async () => {
    const { reports, last, sent } = reporting();
    reports.tell('a', at('awaitingWS'));
    const first = await last(1);
    expect(first.call).toMatchObject({
      path: 'workspaces/w1/approvals/a/state',
      json: { state: 'awaitingWS' },
    });
    reports.tell('a', at('fallbackPolling', 'awaitingWS'));
    reports.tell('b', at('awaitingWS'));
    reports.tell('a', at('awaitingWS', 'fallbackPolling'));
    expect(sent).toHaveLength(1);
    first.answer(204);
    const second = await last(2);
    expect(second.call.path).toContain('/b/');
    second.answer(204);
    const third = await last(3);
    expect(third.call.json).toEqual({ state: 'awaitingWS', from: 'fallbackPolling' });
    third.answer(204);
    await reports.close();
    expect(sent).toHaveLength(3);
  });

  it.each([['no answer'], ['429'], ['500']])('rest for half a minute after %s', async (what) => {
    const { reports, last, sent, pass } = reporting();
    reports.tell('a', at('awaitingWS'));
    const first = await last(1);
    if (what === 'no answer') first.fail();
    else first.answer(Number(what));
    await new Promise(setImmediate);
    reports.tell('b', at('awaitingWS'));
    await new Promise(setImmediate);
    expect(sent).toHaveLength(1);
    pass(REST_MS);
    reports.tell('c', at('awaitingWS'));
    expect((await last(2)).call.path).toContain('/b/');
    await reports.close();
  });

  it.each([404, 405])(
    'end where the platform answers %d, and that is said once',
    async (status) => {
      const { reports, last, sent, trouble, pass } = reporting();
      reports.tell('a', at('awaitingWS'));
      reports.tell('b', at('awaitingWS'));
      (await last(1)).answer(status);
      await new Promise(setImmediate);
      pass(REST_MS);
      reports.tell('c', at('awaitingWS'));
      await reports.close();
      expect(sent).toHaveLength(1);
      expect(trouble).toEqual([expect.stringContaining('takes no states')]);
    },
  );

  it('keep the newest thousand that wait', async () => {
    const { reports, last } = reporting();
    for (let n = 0; n < 5_000; n += 1) reports.tell(`approval-${n}`, at('awaitingWS'));
    (await last(1)).answer(204);
    expect((await last(2)).call.path).toContain('/approval-4000/');
    await reports.close();
  });

  it('are given up at once when they are closed', async () => {
    const { reports, last, sent } = reporting();
    reports.tell('a', at('awaitingWS'));
    reports.tell('b', at('awaitingWS'));
    await last(1);
    await reports.close();
    reports.tell('c', at('awaitingWS'));
    expect(sent).toHaveLength(1);
  });
});
