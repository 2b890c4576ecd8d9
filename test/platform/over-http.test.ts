/** What only a real connection shows: requests as Node's server makes them. */
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
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

/** A connection that keeps its own half open when the server has said goodbye. */
function connection(url: string): Socket {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  onTestFinished(() => void socket.destroy());
  return socket.setEncoding('latin1');
}

/** What a connection answers, up to the text that is waited for. */
async function answerOf(socket: Socket, end: string): Promise<string> {
  let answer = '';
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    answer += String(chunk);
    if (answer.includes(end)) break;
  }
  return answer;
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

it.each([300_000, 2_000_000, 20_000_000])(
  'lets whoever sends %i bytes see that this is too large',
  async (size) => {
    const { url } = await platform();
    const body = JSON.stringify({ action: 'x'.repeat(size) });
    const headers = { 'content-type': 'application/json' };
    for (let time = 0; time < 3; time += 1) {
      const answer = await fetch(`${url}/workspaces/w/approvals`, {
        method: 'POST',
        headers,
        body,
      });
      expect([answer.status, answer.headers.get('connection')]).toEqual([413, 'close']);
      expect(await answer.json()).toMatchObject({ code: 'too_large' });
    }
  },
);

it('answers a request that offers another protocol as if it had not, and reads its body', async () => {
  const { url } = await platform();
  const socket = connection(url);
  const offer =
    'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n';
  const host = `Host: ${new URL(url).host}\r\n`;
  socket.write(`GET /health HTTP/1.1\r\n${host}${offer}\r\n`);
  expect(await answerOf(socket, '}')).toMatch(/^HTTP\/1\.1 200 OK\r\n.*\{"status":"ok"\}$/s);
  const type = 'Content-Type: application/json\r\nContent-Length: 14\r\n';
  socket.write(`POST /workspaces/w/approvals HTTP/1.1\r\n${host}${offer}${type}\r\n{"action"`);
  socket.write(':"x"}');
  expect(await answerOf(socket, '}')).toMatch(/^HTTP\/1\.1 201 /);
  socket.write(`GET /ws HTTP/1.1\r\n${host}X-Workspace-ID: w\r\n${offer}\r\n`);
  expect(await answerOf(socket, '}')).toMatch(/^HTTP\/1\.1 426 /);
});

it('closes a connection whose request for a socket it refused, although the other side does not', async () => {
  const running = await platform();
  const socket = connection(running.url);
  socket.write(
    'GET /ws HTTP/1.1\r\nHost: evil\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  );
  expect(await answerOf(socket, 'forbidden_host"}')).toMatch(/^HTTP\/1\.1 403 /);
  await running.close();
});
