import { describe, expect, it } from 'vitest';
import { ownerName } from '../../src/platform/auth.ts';
import { newSecret } from '../../src/platform/secrets.ts';
import { type TestApp, testApp } from '../support/platform.ts';

/** Every credential that is not an approver's, as headers. */
const CREDENTIALS: Record<string, (app: TestApp) => Promise<Record<string, string>>> = {
  'no credential': () => Promise.resolve({}),
  'the own workspace token': (app) => workspaceToken(app, 'w1'),
  'the token of another workspace': (app) => workspaceToken(app, 'w2'),
  'the token of a workspace named like an approver': (app) => workspaceToken(app, ownerName()),
  'a token that nobody has': () => Promise.resolve({ authorization: `Bearer ${newSecret()}` }),
  'an empty bearer': () => Promise.resolve({ authorization: 'Bearer ' }),
  'the token in another scheme': (app) =>
    Promise.resolve({ authorization: `Basic ${btoa(`x:${app.token}`)}` }),
  'the token with its case changed': (app) =>
    Promise.resolve({ authorization: `Bearer ${swapCase(app.token)}` }),
  'a part of the token': (app) =>
    Promise.resolve({ authorization: `Bearer ${app.token.slice(0, -1)}` }),
  'the token as a cookie': (app) =>
    Promise.resolve({ cookie: `countersign_session_8080=${app.token}` }),
  'a session of no one': () =>
    Promise.resolve({ cookie: `countersign_session_8080=${newSecret()}` }),
  'an approver token that was revoked': async (app) => {
    const { id, token } = await app.storage.tokens.addToken({ kind: 'approver', name: 'mallory' });
    await app.storage.tokens.revokeToken(id);
    return { authorization: `Bearer ${token}` };
  },
  'headers that claim a name': () =>
    Promise.resolve({
      'x-workspace-id': 'w1',
      'x-approver': ownerName(),
      'x-forwarded-user': 'root',
    }),
  'a browser that is not signed in': () => Promise.resolve({ 'sec-fetch-site': 'same-origin' }),
};

async function workspaceToken({ storage }: TestApp, name: string) {
  const { token } = await storage.tokens.addToken({ kind: 'workspace', name });
  return { authorization: `Bearer ${token}` };
}

const swapCase = (text: string): string =>
  text.replace(/[a-z]/gi, (letter) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  );

const WITHDRAWERS = ['no credential', 'the own workspace token', 'headers that claim a name'];
const DECISIONS = ['approved', 'denied'] as const;
const NAMES = [undefined, ownerName(), 'withdrawn: x'];

const TABLE = Object.keys(CREDENTIALS).flatMap((credential) =>
  DECISIONS.flatMap((decision) =>
    NAMES.map((name) => [credential, decision, name ?? 'nobody'] as const),
  ),
);

describe('a requester', () => {
  it.each(TABLE)(
    'with %s cannot say "%s" in the name of %s',
    async (credential, decision, name) => {
      const app = await testApp();
      const id = await app.ask();
      const headers = (await CREDENTIALS[credential]?.(app)) ?? {};
      const body = { decision, ...(name === 'nobody' ? {} : { decided_by: name }) };
      const path = `/workspaces/w1/approvals/${id}/decide`;
      const answer = await app.call('POST', path, { headers, body });

      const row = await app.storage.approvals.find(id);
      expect(['pending', 'denied']).toContain(row?.status);
      expect(['withdrawn', null]).toContain(row?.outcome);
      const withdraws = decision === 'denied' && WITHDRAWERS.includes(credential);
      expect(row?.outcome).toBe(withdraws ? 'withdrawn' : null);
      expect(row?.decided_by ?? 'withdrawn: ').toMatch(/^withdrawn: /);
      expect(withdraws ? [200] : [401, 403]).toContain(answer.status);
    },
  );

  it('is told why its "approved" is refused', async () => {
    const { call, ask } = await testApp();
    const path = `/workspaces/w1/approvals/${await ask()}/decide`;
    const answer = await call('POST', path, { body: { decision: 'approved' } });
    expect(answer.status).toBe(403);
    expect(answer.body['error']).toContain('a requester can never decide');
  });

  it('sees and does nothing with the token of another workspace', async () => {
    const app = await testApp();
    const id = await app.ask();
    const headers = await workspaceToken(app, 'w2');
    const calls = await Promise.all([
      app.call('GET', '/workspaces/w1/approvals', { headers }),
      app.call('GET', `/workspaces/w1/approvals/${id}`, { headers }),
      app.call('POST', '/workspaces/w1/approvals', { headers, body: { action: 'a' } }),
    ]);
    expect(calls.map(({ status }) => status)).toEqual([403, 403, 403]);
    const own = await app.call('GET', `/workspaces/w2/approvals/${id}`, { headers });
    expect(own.status).toBe(404);
    expect(own.body['code']).toBe('not_found');
  });

  it.each(['/approvals/pending', '/approvals/recent', '/approvals/x', '/session'])(
    'does not read %s',
    async (path) => {
      const app = await testApp();
      const headers = await workspaceToken(app, 'w1');
      expect((await app.call('GET', path, { headers })).status).toBe(403);
      const anonymous = await app.call('GET', path);
      expect(anonymous.status).toBe(401);
      expect(anonymous.headers.get('www-authenticate')).toBe('Bearer');
    },
  );

  it('does not sign in with a workspace token', async () => {
    const app = await testApp();
    const { token } = await app.storage.tokens.addToken({ kind: 'workspace', name: 'w1' });
    const answer = await app.call('POST', '/session', { body: { token } });
    expect(answer.status).toBe(403);
    expect(answer.headers.get('set-cookie')).toBeNull();
  });
});

describe('on an address that is not a loopback one', () => {
  it('everybody needs credentials', async () => {
    const app = await testApp({ host: '0.0.0.0' });
    const { authorization } = await workspaceToken(app, 'w1');
    const calls = [
      ['POST', '/workspaces/w1/approvals', { body: { action: 'a' } }],
      ['GET', '/workspaces/w1/approvals', {}],
      ['GET', '/ws', { headers: { 'x-workspace-id': 'w1' } }],
    ] as const;
    for (const [method, path, options] of calls) {
      expect((await app.call(method, path, options)).status).toBe(401);
      const headers = { ...('headers' in options ? options.headers : {}), authorization };
      expect([200, 201, 426]).toContain(
        (await app.call(method, path, { ...options, headers })).status,
      );
    }
    expect((await app.call('GET', '/health')).status).toBe(200);
  });
});
