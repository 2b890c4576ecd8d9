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

const exchangeWith = (baseUrl: string, tokens = NO_TOKEN, environment = systemEnvironment) =>
  createExchange({
    baseUrl,
    tokens,
    environment,
    timeoutMs: 200,
  });

/** Never hears that it was given up, as Node's own where its Request was collected. */
const DEAF = {
  ...systemEnvironment,
  fetch: (input: string | URL | Request) => globalThis.fetch(input),
};

const NEVER: RequestListener = () => undefined;
const UNENDING: RequestListener = (_, response) => void response.writeHead(200).write('[1,');

it.each([
  ['that never answers', NEVER, systemEnvironment],
  ['whose body never ends', UNENDING, systemEnvironment],
  ['that never answers, through a fetch that is deaf,', NEVER, DEAF],
  ['whose body never ends, through a fetch that is deaf,', UNENDING, DEAF],
])(
  'G4 an exchange with a platform %s ends in time, whatever garbage was collected',
  async (_, listener, environment) => {
    const collecting = setInterval(collectGarbage, 10);
    onTestFinished(() => clearInterval(collecting));
    const exchange = exchangeWith(await addressOf(listener), NO_TOKEN, environment);
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
