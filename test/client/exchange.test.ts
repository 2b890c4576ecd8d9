import { createServer, type RequestListener } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { createExchange } from '../../src/client/exchange.ts';
import type { TokenSource } from '../../src/client/token-source.ts';
import { systemEnvironment } from '../../src/index.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = z
  .custom<() => void>((value) => typeof value === 'function')
  .parse(runInNewContext('gc'));

async function addressOf(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  });
  const address = z.object({ port: z.number() }).parse(server.address());
  return `http://127.0.0.1:${address.port}`;
}

const NO_TOKEN: TokenSource = {
  current: () => Promise.resolve(undefined),
  refresh: () => Promise.resolve(false),
};

const exchangeWith = (baseUrl: string, tokens = NO_TOKEN) =>
  createExchange({
    baseUrl,
    tokens,
    environment: systemEnvironment,
    timeoutMs: 200,
  });

it.each<[string, RequestListener]>([
  ['that never answers', () => undefined],
  ['whose body never ends', (_, response) => response.writeHead(200).write('[1,')],
])(
  'G4 an exchange with a platform %s ends in time, whatever garbage was collected',
  async (_, listener) => {
    const collecting = setInterval(collectGarbage, 10);
    onTestFinished(() => clearInterval(collecting));
    const exchange = exchangeWith(await addressOf(listener));
    const said = await exchange({ method: 'GET', path: 'x' }).then(() => 'an answer', String);
    expect(said).toContain('no answer within 0.2s');
  },
);

it('G4 an exchange that is sent again with another token takes no longer than one', async () => {
  const arrived: number[] = [];
  const url = await addressOf((_, response) => {
    arrived.push(performance.now());
    if (arrived.length === 1) setTimeout(() => response.writeHead(401).end(), 100);
  });
  const exchange = exchangeWith(url, { ...NO_TOKEN, refresh: () => Promise.resolve(true) });
  await expect(exchange({ method: 'GET', path: 'x' })).rejects.toThrow(
    /no answer within 0\.(0\d*|1)s/,
  );
  expect(arrived).toHaveLength(2);
});

it('closes the connection of a body that never ends', async () => {
  const closed = Promise.withResolvers<void>();
  const url = await addressOf((_, response) => {
    response.on('close', closed.resolve);
    response.writeHead(200).write('[1,');
  });
  await expect(exchangeWith(url)({ method: 'GET', path: 'x' })).rejects.toThrow('no answer');
  await closed.promise;
});
