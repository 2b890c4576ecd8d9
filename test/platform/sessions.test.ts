import { describe, expect, it } from 'vitest';
import { ownerName } from '../../src/platform/auth.ts';
import { newSecret } from '../../src/platform/secrets.ts';
import { SESSION_MS } from '../../src/platform/sessions.ts';
import { type TestApp, testApp } from '../support/platform.ts';

async function signIn({ call }: TestApp, token: string): Promise<string> {
  const answer = await call('POST', '/session', { body: { token } });
  expect(answer.status).toBe(204);
  return (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
}

const session = (hash: string, ends_at: number) => ({ hash, token_hash: 't', ends_at });

describe('signing in with a browser', () => {
  it('trades the token for a cookie that no script reads and no other site sends', async () => {
    const { call, token } = await testApp();
    const answer = await call('POST', '/session', { body: { token } });
    expect(answer.status).toBe(204);
    const cookie = answer.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/^countersign_session_8080=[\w-]{43}; /);
    expect(cookie.split('; ').slice(1).sort()).toEqual(['HttpOnly', 'Path=/', 'SameSite=Strict']);
    expect(cookie).not.toContain(token);
  });

  it('marks the cookie as secure where the page is reached by https', async () => {
    const { call, token } = await testApp({ origins: ['https://approvals.example.com'] });
    const headers = { host: 'approvals.example.com' };
    const url = 'http://approvals.example.com/session';
    const answer = await call('POST', url, { body: { token }, headers });
    expect(answer.headers.get('set-cookie')).toContain('; Secure');
  });

  it('lets the approver read and decide', async () => {
    const app = await testApp();
    const cookie = await signIn(app, app.token);
    const id = await app.ask();
    const headers = { cookie: `other=1; ${cookie}`, 'sec-fetch-site': 'same-origin' };
    const who = await app.call('GET', '/session', { headers });
    expect(who.body).toEqual({ approver: ownerName() });
    expect((await app.call('GET', '/approvals/pending', { headers })).rows).toHaveLength(1);
    const path = `/workspaces/w1/approvals/${id}/decide`;
    const answer = await app.call('POST', path, { headers, body: { decision: 'approved' } });
    expect(answer.body).toMatchObject({ status: 'approved', decided_by: ownerName() });
  });

  it.each(['', 'x', newSecret(), `${newSecret()}\n`])('is refused for "%s"', async (token) => {
    const { call } = await testApp();
    const answer = await call('POST', '/session', { body: { token } });
    expect(answer.status).toBe(401);
    expect(answer.body['code']).toBe('unauthorized');
    expect(answer.headers.get('set-cookie')).toBeNull();
  });

  it('ends with DELETE, for this session alone', async () => {
    const app = await testApp();
    const one = { cookie: await signIn(app, app.token) };
    const two = { cookie: await signIn(app, app.token) };
    const out = await app.call('DELETE', '/session', { headers: one });
    expect(out.status).toBe(204);
    expect(out.headers.get('set-cookie')).toContain('Max-Age=0');
    expect((await app.call('GET', '/session', { headers: one })).status).toBe(401);
    expect((await app.call('GET', '/session', { headers: two })).status).toBe(200);
  });

  it('ends after its time', async () => {
    const app = await testApp();
    const headers = { cookie: await signIn(app, app.token) };
    app.clock.jump(SESSION_MS - 1);
    expect((await app.call('GET', '/session', { headers })).status).toBe(200);
    app.clock.jump(1);
    expect((await app.call('GET', '/session', { headers })).status).toBe(401);
  });

  it('ends when the token is revoked', async () => {
    const app = await testApp();
    const alice = await app.storage.tokens.addToken({ kind: 'approver', name: 'alice' });
    const headers = { cookie: await signIn(app, alice.token) };
    expect((await app.call('GET', '/session', { headers })).body).toEqual({ approver: 'alice' });
    await app.storage.tokens.revokeToken(alice.id);
    expect((await app.call('GET', '/session', { headers })).status).toBe(401);
  });

  it('that has ended does not turn a person’s "deny" into a withdrawal', async () => {
    const app = await testApp();
    const id = await app.ask();
    const path = `/workspaces/w1/approvals/${id}/decide`;
    for (const headers of [
      { cookie: `countersign_session_8080=${newSecret()}` },
      { 'sec-fetch-site': 'same-origin' },
    ] as Record<string, string>[]) {
      const answer = await app.call('POST', path, { headers, body: { decision: 'denied' } });
      expect(answer.status).toBe(401);
    }
    expect((await app.storage.approvals.find(id))?.status).toBe('pending');
  });

  it('of another server on this machine means nothing here', async () => {
    const app = await testApp();
    const cookie = (await signIn(app, app.token)).replace('8080', '9090');
    expect((await app.call('GET', '/approvals/pending', { headers: { cookie } })).status).toBe(401);
  });

  it('keeps so many of the newest sessions as it is told, and none that have ended', async () => {
    const { sessions } = (await testApp()).storage;
    await sessions.add(session('ended', 10), 0, 3);
    for (const hash of ['a', 'b', 'c', 'd']) await sessions.add(session(hash, 20), 10, 3);
    const kept = ['ended', 'a', 'b', 'c', 'd'].map((hash) => sessions.find(hash, 0));
    expect((await Promise.all(kept)).map((row) => row !== undefined)).toEqual([
      false,
      false,
      true,
      true,
      true,
    ]);
  });
});
