import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { httpFetch } from '../../src/environment/http-fetch.ts';
import { MAX_ANSWER_BYTES } from '../../src/protocol/routes.ts';

/** A server that answers as it is told. */
async function server(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> {
  const listening = createServer(answer).listen(0, '127.0.0.1');
  onTestFinished(() => void listening.close());
  onTestFinished(() => listening.closeAllConnections());
  await once(listening, 'listening');
  const address = listening.address();
  if (typeof address !== 'object' || address === null) throw new Error('it does not listen');
  return `http://127.0.0.1:${address.port}`;
}

describe('fetch over the HTTP client of Node', () => {
  it('sends what it is given, and gives what is answered', async () => {
    const url = await server((request, response) => {
      const { method, url: path, headers } = request;
      response.writeHead(201, [
        ['x-twice', 'a'],
        ['x-twice', 'b'],
      ]);
      request.setEncoding('utf8').once('data', (body) => {
        response.end(JSON.stringify({ method, path, body, headers }));
      });
    });
    const answer = await httpFetch()(`${url}/a?b=c`, {
      method: 'POST',
      body: 'ü',
      headers: { 'x-name': 'value' },
    });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('x-twice')).toBe('a, b');
    expect(await answer.json()).toMatchObject({
      method: 'POST',
      path: '/a?b=c',
      body: 'ü',
      headers: { 'x-name': 'value', 'content-length': '2', 'accept-encoding': 'identity' },
    });
  });

  it.each([204, 304])('takes an answer without a body (%d)', async (status) => {
    const url = await server((_, response) => void response.writeHead(status).end());
    const answer = await httpFetch()(url);
    expect([answer.status, await answer.text()]).toEqual([status, '']);
  });

  it('follows no redirect', async () => {
    const url = await server(
      (_, response) => void response.writeHead(302, { location: '/elsewhere' }).end(),
    );
    expect((await httpFetch()(url)).status).toBe(302);
  });

  it.each([
    ['is compressed although that was not asked for', gzipSync('[]'), 'encoded (gzip)', 'gzip'],
    ['is too long', Buffer.alloc(MAX_ANSWER_BYTES + 1, 32), 'larger than', 'identity'],
  ])('refuses an answer that %s', async (_, body, why, encoding) => {
    const url = await server(
      (__, response) => void response.writeHead(200, { 'content-encoding': encoding }).end(body),
    );
    await expect(httpFetch()(url)).rejects.toThrow(why);
  });

  it('rejects where the answer breaks off', async () => {
    const url = await server((request, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('[', () => request.socket.destroy());
    });
    await expect(httpFetch()(url)).rejects.toThrow('aborted');
  });

  it.each(['before its headers', 'in the middle of its body'])(
    'gives up, and drops the connection, where it is told so %s',
    async (when) => {
      const asked = Promise.withResolvers<IncomingMessage>();
      const url = await server((request, response) => {
        if (when !== 'before its headers') response.writeHead(200).write('[');
        asked.resolve(request);
      });
      const controller = new AbortController();
      const answer = httpFetch()(url, { signal: controller.signal });
      const { socket } = await asked.promise;
      const closed = new Promise((resolve) => socket.once('close', resolve));
      controller.abort(new Error('enough'));
      await expect(answer).rejects.toThrow();
      await closed;
    },
  );

  it('says with its code that nobody listens', async () => {
    const url = await server(() => undefined);
    const port = Number(new URL(url).port);
    const free = `http://127.0.0.1:${port === 1 ? 2 : 1}`;
    await expect(httpFetch()(free)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('uses one connection for exchanges that follow each other', async () => {
    const ports = new Set<number | undefined>();
    const url = await server((request, response) => {
      ports.add(request.socket.remotePort);
      response.end('[]');
    });
    const fetch = httpFetch();
    for (let at = 0; at < 5; at += 1) await (await fetch(url)).text();
    expect(ports.size).toBe(1);
  });

  it('opens no more than 128 connections at once', async () => {
    let open = 0;
    let most = 0;
    const waiting: ServerResponse[] = [];
    const url = await server((_, response) => {
      open += 1;
      most = Math.max(most, open);
      waiting.push(response);
      if (waiting.length === 128) release();
    });
    const release = (): void => {
      for (const response of waiting.splice(0)) {
        open -= 1;
        response.end('[]');
      }
    };
    const fetch = httpFetch();
    const all = Array.from({ length: 256 }, async () => (await fetch(url)).text());
    await Promise.all(all);
    expect(most).toBe(128);
  });
});
