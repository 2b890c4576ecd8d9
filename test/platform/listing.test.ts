import { describe, expect, it } from 'vitest';
import { MAX_ANSWER_BYTES } from '../../src/protocol/routes.ts';
import { type Call, type Fields, testApp } from '../support/platform.ts';

const APPROVALS = '/workspaces/w1/approvals';
const linkOf = (headers: Headers) => /<([^<>]+)>; rel="next"/.exec(headers.get('link') ?? '')?.[1];

/** All pages from here on. */
async function pages(call: Call, path: string, token?: string): Promise<Fields[][]> {
  const answer = await call('GET', path, token === undefined ? {} : { token });
  const next = linkOf(answer.headers);
  const { pathname } = new URL(path, 'http://any');
  const rest = next === undefined ? [] : await pages(call, pathname + next, token);
  return [answer.rows, ...rest];
}

describe('the list of a workspace', () => {
  it('is empty before anything was asked', async () => {
    const { call } = await testApp();
    const answer = await call('GET', APPROVALS);
    expect(answer.text).toBe('[]');
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(answer.headers.get('link')).toBeNull();
  });

  it('has the newest first, fifty a page, and links to the rest', async () => {
    const { call, ask } = await testApp();
    const ids: string[] = [];
    for (let count = 0; count < 120; count += 1) ids.unshift(await ask());
    await ask({}, 'w2');
    const all = await pages(call, APPROVALS);
    expect(all.map((page) => page.length)).toEqual([50, 50, 20]);
    expect(all.flat().map(({ id }) => id)).toEqual(ids);
    const first = await call('GET', APPROVALS);
    expect(linkOf(first.headers)).toMatch(/^\?before=\d+$/);
  });

  it('of exactly fifty is one page', async () => {
    const { call, ask } = await testApp();
    for (let count = 0; count < 50; count += 1) await ask();
    expect((await pages(call, APPROVALS)).map((page) => page.length)).toEqual([50]);
  });

  it('stays readable for clients that read up to 2 MiB', async () => {
    const { call, ask } = await testApp();
    const reason = '漢'.repeat(50_000);
    for (let count = 0; count < 30; count += 1) await ask({ reason });
    const all = await pages(call, APPROVALS);
    expect(all.flat()).toHaveLength(30);
    for (const page of all)
      expect(Buffer.byteLength(JSON.stringify(page))).toBeLessThan(MAX_ANSWER_BYTES);
  });

  it.each(['-1', 'x', '1e3', '9'.repeat(20)])('refuses the page mark %s', async (before) => {
    const { call } = await testApp();
    expect((await call('GET', `${APPROVALS}?before=${before}`)).status).toBe(400);
  });

  it('has the same rows as the single reads', async () => {
    const { call, ask, token } = await testApp();
    const id = await ask();
    await call('POST', `${APPROVALS}/${id}/decide`, { token, body: { decision: 'approved' } });
    const [row] = (await call('GET', APPROVALS)).rows;
    expect((await call('GET', `${APPROVALS}/${id}`)).body).toEqual(row);
    expect((await call('GET', APPROVALS, { token })).rows).toEqual([row]);
  });

  it('says of an unknown id that the approval is unknown, not the route', async () => {
    const { call, ask } = await testApp();
    const elsewhere = await ask({}, 'w2');
    for (const id of ['nope', elsewhere]) {
      const answer = await call('GET', `${APPROVALS}/${id}`);
      expect(answer.status).toBe(404);
      expect(answer.body).toEqual({ error: expect.any(String), code: 'not_found' });
    }
  });
});

describe('an approver reads', () => {
  it('what is pending in all workspaces, oldest first, with everything there is to see', async () => {
    const { call, ask, token } = await testApp();
    const first = await ask({ reason: 'r', task_id: 't' });
    const second = await ask({}, 'w2');
    const ended = await ask();
    await call('POST', `${APPROVALS}/${ended}/decide`, { token, body: { decision: 'denied' } });
    const { rows } = await call('GET', '/approvals/pending', { token });
    expect(rows.map(({ id }) => id)).toEqual([first, second]);
    expect(rows[0]).toEqual({
      id: first,
      workspace_id: 'w1',
      workspace_name: 'w1',
      task_id: 't',
      action: 'Drop table users',
      reason: 'r',
      status: 'pending',
      outcome: null,
      decided_by: null,
      decided_at: null,
      created_at: '2030-01-01T00:00:00.000Z',
      expires_at: '2030-01-01T00:10:00.000Z',
      note: null,
      digest: null,
      args: null,
      args_schema: null,
      edited_args: null,
      asker: null,
    });
  });

  it('the rest of what is pending on further pages', async () => {
    const { call, token, storage, clock } = await testApp();
    for (let number = 0; number < 501; number += 1)
      await storage.approvals.insert({
        id: `a${number}`,
        workspace_id: 'w1',
        task_id: '',
        action: 'a',
        reason: '',
        args: null,
        args_schema: null,
        digest: null,
        created_at: clock.now(),
        expires_at: clock.now() + 1_000,
        idempotency_key: null,
        request_hash: null,
      });
    const all = await pages(call, '/approvals/pending', token);
    expect(all.map((page) => page.length)).toEqual([500, 1]);
    expect(all[1]?.[0]?.['id']).toBe('a500');
  });

  it('what has ended, the newest end first', async () => {
    const { call, ask, token, clock } = await testApp();
    const ids = [await ask(), await ask(), await ask(), await ask()];
    for (const id of [ids[2], ids[0], ids[1]]) {
      clock.advance(10);
      await call('POST', `${APPROVALS}/${id}/decide`, { token, body: { decision: 'denied' } });
    }
    const recent = await call('GET', '/approvals/recent', { token });
    expect(recent.rows.map(({ id }) => id)).toEqual([ids[1], ids[0], ids[2]]);
    const newest = await call('GET', '/approvals/recent?limit=1', { token });
    expect(newest.rows.map(({ id }) => id)).toEqual([ids[1]]);
    expect((await call('GET', '/approvals/recent?limit=x', { token })).status).toBe(400);
  });

  it('one approval, or that there is none', async () => {
    const { call, ask, token } = await testApp();
    const id = await ask();
    const [row] = (await call('GET', '/approvals/pending', { token })).rows;
    expect((await call('GET', `/approvals/${id}`, { token })).body).toEqual(row);
    const unknown = await call('GET', '/approvals/nope', { token });
    expect([unknown.status, unknown.body['code']]).toEqual([404, 'not_found']);
  });
});
