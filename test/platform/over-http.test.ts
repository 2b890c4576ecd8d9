/** What only a real connection shows: requests as Node's server makes them. */
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect, it, onTestFinished } from 'vitest';
import { createPlatform } from '../../src/platform/index.ts';
import { temporaryFolder } from '../support/world.ts';

async function platform() {
  const running = createPlatform({ dataDir: temporaryFolder(), port: 0 });
  await running.listen();
  onTestFinished(() => running.close());
  return running;
}

/** A POST without a Content-Length, in as many chunks as are given. */
function postChunked(
  url: string,
  chunks: readonly string[],
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', headers: { 'content-type': 'application/json' } });
    sent.on('response', (response) => {
      text(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject);
    });
    sent.on('error', reject);
    for (const chunk of chunks) sent.write(chunk);
    sent.end();
  });
}

it('signs out', async () => {
  const { url, approverToken } = await platform();
  const signedIn = await fetch(`${url}/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token: approverToken }),
  });
  const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? '';
  const session = (method: string) => fetch(`${url}/session`, { method, headers: { cookie } });
  expect((await session('GET')).status).toBe(200);
  expect((await session('DELETE')).status).toBe(204);
  expect((await session('GET')).status).toBe(401);
});

it('takes a body that comes in chunks', async () => {
  const { url } = await platform();
  const { status, body } = await postChunked(`${url}/workspaces/w/approvals`, [
    '{"action":',
    '"x"}',
  ]);
  expect(status).toBe(201);
  expect(JSON.parse(body)).toMatchObject({ status: 'pending' });
});

it('refuses a body that turns out too large while it comes', async () => {
  const { url } = await platform();
  const chunk = 'x'.repeat(64 * 1024);
  const chunks = ['{"action":"', ...Array.from({ length: 5 }, () => chunk), '"}'];
  const { status, body } = await postChunked(`${url}/workspaces/w/approvals`, chunks);
  expect(status).toBe(413);
  expect(JSON.parse(body)).toMatchObject({ code: 'too_large' });
});
