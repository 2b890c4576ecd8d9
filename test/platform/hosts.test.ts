import { describe, expect, it } from 'vitest';
import { isCountersignError } from '../../src/errors.ts';
import { servedAt } from '../../src/http/served.ts';
import { refusedUpgrade, runningPlatform, testApp } from '../support/platform.ts';

const APPROVALS = '/workspaces/w1/approvals';

describe('the Host of a request', () => {
  it.each(['127.0.0.1:8080', 'localhost:8080', 'LOCALHOST:8080', '[::1]:8080'])(
    'may be %s on a loopback address',
    async (host) => {
      const { call } = await testApp();
      expect((await call('GET', '/health', { headers: { host } })).status).toBe(200);
    },
  );

  it.each([
    'evil.example',
    'evil.example:8080',
    '127.0.0.1',
    '127.0.0.1:8081',
    'localhost',
    '127.0.0.1.evil.example:8080',
    'localhost:8080.evil.example',
    'user@127.0.0.1:8080',
    '0.0.0.0:8080',
    '',
  ])('must not be "%s"', async (host) => {
    const { call, token, storage } = await testApp();
    const options = { headers: { host }, token, body: { action: 'a' } };
    for (const answer of [
      await call('POST', APPROVALS, options),
      await call('GET', '/health', { headers: { host } }),
      await call('GET', '/', { headers: { host } }),
    ]) {
      expect(answer.status).toBe(403);
      expect(answer.body).toEqual({ error: expect.any(String), code: 'forbidden_host' });
    }
    expect(await storage.events.head()).toBe(0);
  });

  it('may be the one of an origin that leads here', async () => {
    const { call } = await testApp({ host: '0.0.0.0', origins: ['https://approvals.example.com'] });
    for (const host of ['approvals.example.com', '0.0.0.0:8080'])
      expect((await call('GET', '/health', { headers: { host } })).status).toBe(200);
    const headers = { host: 'localhost:8080' };
    expect((await call('GET', '/health', { headers })).status).toBe(403);
  });
});

describe('the Origin of a request', () => {
  it.each(['http://127.0.0.1:8080', 'http://localhost:8080'])('may be %s', async (origin) => {
    const { call } = await testApp();
    expect((await call('GET', '/health', { headers: { origin } })).status).toBe(200);
  });

  it.each([
    'null',
    '',
    'http://evil.example',
    'https://127.0.0.1:8080',
    'http://127.0.0.1:3000',
    'http://127.0.0.1',
    'http://127.0.0.1:8080.evil.example',
  ])('must not be "%s"', async (origin) => {
    const { call, token, storage } = await testApp();
    const options = { headers: { origin }, token, body: { action: 'a' } };
    const answer = await call('POST', APPROVALS, options);
    expect(answer.status).toBe(403);
    expect(answer.body).toEqual({ error: expect.any(String), code: 'forbidden_origin' });
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    expect(await storage.events.head()).toBe(0);
  });

  it('is checked before anything else, a preflight included', async () => {
    const { call } = await testApp();
    const headers = { origin: 'http://evil.example', 'access-control-request-method': 'POST' };
    const answer = await call('OPTIONS', APPROVALS, { headers });
    expect(answer.status).toBe(403);
  });
});

describe('an upgrade', () => {
  it.each([
    ['another Host', { host: 'evil.example' }, 403, 'forbidden_host'],
    ['another Origin', { origin: 'http://evil.example' }, 403, 'forbidden_origin'],
    ['the Origin null', { origin: 'null' }, 403, 'forbidden_origin'],
    ['a wrong token', { authorization: 'Bearer x', 'x-workspace-id': 'w1' }, 401, 'unauthorized'],
    ['neither workspace nor token', {}, 401, 'unauthorized'],
    ['an empty workspace', { 'x-workspace-id': '' }, 400, 'invalid_request'],
  ])('with %s is refused', async (_, headers, status, code) => {
    const { platform } = await runningPlatform();
    const answer = await refusedUpgrade(platform.url, { headers });
    expect(answer.status).toBe(status);
    expect(answer.body).toEqual({ error: expect.any(String), code });
  });

  it.each([
    ['/ws?since=-1', 400],
    ['/ws?since=x', 400],
    ['/ws?since=1.5', 400],
    ['/ws?since=99999999999999999999', 400],
    ['/health', 404],
    ['/nope', 404],
  ])('of %s is refused with %i', async (path, status) => {
    const { platform } = await runningPlatform();
    const headers = { 'x-workspace-id': 'w1' };
    expect((await refusedUpgrade(platform.url, { path, headers })).status).toBe(status);
  });

  it('is what /ws needs', async () => {
    const { call } = await testApp();
    const answer = await call('GET', '/ws', { headers: { 'x-workspace-id': 'w1' } });
    expect(answer.status).toBe(426);
    expect(answer.body['code']).toBe('upgrade_required');
  });
});

describe('an origin to be served', () => {
  it.each(['approvals.example.com', 'ftp://x', 'https://x/path', 'https://u@x', '', 'https://x?q'])(
    'must not be "%s"',
    (origin) => {
      expect(() => servedAt('127.0.0.1', 80, [origin])).toThrow(JSON.stringify(origin));
      try {
        servedAt('127.0.0.1', 80, [origin]);
      } catch (error) {
        expect(isCountersignError(error) && error.code).toBe('config');
      }
    },
  );

  it('of another machine ends anonymity, also on a loopback address', async () => {
    const proxied = await testApp({ origins: ['https://approvals.example.com'] });
    const headers = { host: 'approvals.example.com', 'x-workspace-id': 'w1' };
    for (const sent of [{ headers }, {}])
      for (const [method, path] of [
        ['GET', APPROVALS],
        ['GET', '/ws'],
        ['POST', APPROVALS],
        ['POST', `${APPROVALS}/x/decide`],
      ] as const)
        expect((await proxied.call(method, path, sent)).status).toBe(401);
    const { token } = await proxied.storage.tokens.addToken({ kind: 'workspace', name: 'w1' });
    expect((await proxied.call('GET', APPROVALS, { headers, token })).status).toBe(200);
  });

  it('of this machine leaves requesters anonymous', async () => {
    const { call } = await testApp({ origins: ['http://localhost:3000', 'http://[::1]:3000'] });
    expect((await call('GET', APPROVALS)).status).toBe(200);
  });

  it('may have a slash at its end', () => {
    expect(servedAt('0.0.0.0', 80, ['https://x/']).origins).toContain('https://x');
  });
});
