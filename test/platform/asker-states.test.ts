/** Askers may say where they are: for approvers to see, and for nothing else. */
import { describe, expect, it, vi } from 'vitest';
import { manualClock } from '../support/manual-clock.ts';
import { liveClient, runningPlatform, testApp } from '../support/platform.ts';

const pathOf = (id: string, workspaceId = 'w1') =>
  `/workspaces/${workspaceId}/approvals/${id}/state`;

describe('the state that an asker tells', () => {
  it('is shown to approvers, and not to requesters', async () => {
    const { call, ask, token } = await testApp();
    const id = await ask();
    const told = { state: 'fallbackPolling', from: 'awaitingWS' };
    expect((await call('POST', pathOf(id), { body: told })).status).toBe(204);
    const asker = { ...told, at: '2030-01-01T00:00:00.000Z' };
    expect((await call('GET', '/approvals/pending', { token })).rows[0]).toMatchObject({ asker });
    expect((await call('GET', `/approvals/${id}`, { token })).body).toMatchObject({ asker });
    const decide = `/workspaces/w1/approvals/${id}/decide`;
    await call('POST', decide, { body: { decision: 'denied' } });
    expect((await call('GET', '/approvals/recent', { token })).rows[0]).toMatchObject({ asker });
    const [mine] = (await call('GET', '/workspaces/w1/approvals')).rows;
    expect(mine).not.toHaveProperty('asker');
  });

  it('is null where nothing was told', async () => {
    const { call, ask, token } = await testApp();
    await ask();
    expect((await call('GET', '/approvals/pending', { token })).rows[0]).toMatchObject({
      asker: null,
    });
  });

  it('reaches sockets of approvers at once, without a number, and no others', async () => {
    const { platform, call, token, ask } = await runningPlatform();
    const id = await ask();
    const approver = await liveClient(platform.url, {
      headers: { authorization: `Bearer ${token}` },
    });
    const requester = await liveClient(platform.url);
    await call('POST', pathOf(id), { body: { state: 'awaitingWS' } });
    await vi.waitUntil(() => approver.frames.length === 1);
    expect(approver.frames[0]).toEqual({
      event: 'APPROVAL_STATE',
      workspace_id: 'w1',
      timestamp: expect.any(String),
      payload: { approval_id: id, state: 'awaitingWS', from: null, at: expect.any(String) },
    });
    const other = await ask();
    await vi.waitUntil(() => requester.frames.length > 0);
    expect(requester.frames).toEqual([
      expect.objectContaining({ payload: expect.objectContaining({ approval_id: other }) }),
    ]);
  });

  it('reaches sockets five times a second at the most, and the lists always', async () => {
    const { platform, call, token, ask } = await runningPlatform({ clock: manualClock() });
    const id = await ask();
    const headers = { authorization: `Bearer ${token}` };
    const { frames } = await liveClient(platform.url, { headers });
    for (let n = 0; n < 50; n += 1) await call('POST', pathOf(id), { body: { state: `s${n}` } });
    const [row] = (await call('GET', '/approvals/pending', { token })).rows;
    expect(row).toMatchObject({ asker: { state: 's49' } });
    await ask();
    await vi.waitUntil(() => frames.some(({ event }) => event === 'APPROVAL_REQUESTED'));
    expect(frames.filter(({ event }) => event === 'APPROVAL_STATE')).toHaveLength(5);
  });

  it.each([
    ['a workspace that has no such approval', 'w2', { state: 'submitting' }, 404, 'not_found'],
    ['no state', 'w1', {}, 400, 'invalid_request'],
    ['a name that is none', 'w1', { state: '<b>' }, 400, 'invalid_request'],
    ['more than is known', 'w1', { state: 'granted', approved: true }, 400, 'unknown_key'],
  ])('is refused for %s', async (_, workspaceId, body, status, code) => {
    const { call, ask } = await testApp();
    const answer = await call('POST', pathOf(await ask(), workspaceId), { body });
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ code });
  });

  it('is not for approvers to tell, and decides nothing', async () => {
    const { call, ask, token } = await testApp();
    const id = await ask();
    expect((await call('POST', pathOf(id), { body: { state: 'granted' }, token })).status).toBe(
      403,
    );
    await call('POST', pathOf(id), { body: { state: 'granted' } });
    expect((await call('GET', '/approvals/pending', { token })).rows).toEqual([
      expect.objectContaining({ id, status: 'pending', outcome: null }),
    ]);
  });
});
