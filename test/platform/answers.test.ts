import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder, testApp } from '../support/platform.ts';

describe('every answer', () => {
  it('says the server time, and that it is not to be kept, framed or guessed at', async () => {
    const { call, clock } = await testApp();
    clock.advance(1_234);
    const refused = { headers: { host: 'evil.example' } };
    for (const answer of [
      await call('GET', '/health'),
      await call('GET', '/nope'),
      await call('GET', '/approvals/pending'),
      await call('GET', '/health', refused),
      await call('PUT', '/health'),
    ]) {
      expect(answer.headers.get('x-server-time')).toBe(String(clock.now()));
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
      expect(answer.headers.get('cross-origin-opener-policy')).toBe('same-origin');
      expect(answer.headers.get('content-security-policy')).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
          "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; " +
          "frame-ancestors 'none'",
      );
    }
  });

  it('of an address that is not there is a JSON error', async () => {
    const { call, token } = await testApp();
    for (const path of ['/nope', '/approvals', '/workspaces/w1', '/assets/x.js', '/health/']) {
      const answer = await call('GET', path, { token });
      expect(answer.status).toBe(404);
      expect(answer.body).toEqual({ error: expect.any(String), code: 'not_found' });
    }
  });

  it.each([
    ['DELETE', '/health', 'GET, HEAD'],
    ['DELETE', '/workspaces/w1/approvals', 'POST, GET, HEAD'],
    ['PATCH', '/workspaces/w1/approvals/x', 'GET, HEAD'],
    ['GET', '/workspaces/w1/approvals/x/decide', 'POST'],
    ['POST', '/approvals/pending', 'GET, HEAD'],
  ])('to %s %s is a JSON error that names what it takes', async (method, path, allow) => {
    const { call, token } = await testApp();
    const answer = await call(method, path, { token });
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe(allow);
    expect(answer.body).toEqual({ error: expect.any(String), code: 'method_not_allowed' });
  });

  it('to what went wrong unexpectedly says nothing about the inside; the log does', async () => {
    const logged: object[] = [];
    const log = (fields: object) => void logged.push(fields);
    const logger = { info: log, warn: log, error: log };
    const { call, storage } = await testApp({ logger });
    await storage.close();
    const answer = await call('GET', '/workspaces/w1/approvals');
    expect(answer.status).toBe(500);
    expect(answer.body).toEqual({ error: expect.any(String), code: 'internal' });
    expect(answer.text).not.toContain('destroyed');
    expect(logged).toEqual([{ error: expect.stringContaining('destroyed') }]);
  });
});

describe('the page', () => {
  it('is served with its assets, which may be kept for ever', async () => {
    const pageDir = temporaryFolder();
    mkdirSync(join(pageDir, 'assets'));
    writeFileSync(join(pageDir, 'index.html'), '<!doctype html>');
    writeFileSync(join(pageDir, 'assets', 'main-1a2b.js'), 'export {}');
    writeFileSync(join(pageDir, 'secret.txt'), 'x');
    const { call } = await testApp({ pageDir });
    const page = await call('GET', '/');
    expect([page.status, page.text]).toEqual([200, '<!doctype html>']);
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    expect(page.headers.get('cache-control')).toBe('no-store');
    const asset = await call('GET', '/assets/main-1a2b.js');
    expect([asset.status, asset.text]).toEqual([200, 'export {}']);
    expect(asset.headers.get('content-type')).toMatch(/javascript/);
    expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    for (const path of ['/secret.txt', '/assets/../secret.txt', '/assets/%2e%2e/secret.txt'])
      expect((await call('GET', path)).status).toBe(404);
  });

  it('that is not built is named as such', async () => {
    const { call } = await testApp({ pageDir: temporaryFolder() });
    const answer = await call('GET', '/');
    expect(answer.status).toBe(503);
    expect(answer.body['code']).toBe('page_not_built');
  });
});
