import { createServer, type Server } from 'node:http';
import { CountersignError, messageOf } from '../errors.ts';

/** How long requests under way may take when the server stops, milliseconds. */
const FINISH_MS = 1_000;

export interface HttpListener {
  readonly server: Server;
  readonly port: number;
  /** Takes no more connections; resolves when all are closed. */
  close(): Promise<void>;
}

/** @throws CountersignError `config`, naming the address, where nobody can listen there */
export async function listenOn(host: string, port: number): Promise<HttpListener> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(cannotListen(host, port, error)));
    server.listen({ host, port }, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string')
    throw new CountersignError('internal', 'the server listens on no port');
  return { server, port: address.port, close: () => closed(server) };
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const giveUp = setTimeout(() => server.closeAllConnections(), FINISH_MS);
    server.close(() => {
      clearTimeout(giveUp);
      resolve();
    });
  });
}

const cannotListen = (host: string, port: number, error: Error): CountersignError =>
  new CountersignError(
    'config',
    `cannot listen on ${host} port ${port}: ${messageOf(error)}; is it in use? Name another port`,
    { cause: error },
  );
