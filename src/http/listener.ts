import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
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

/**
 * Calls `accept` for requests for a WebSocket. One that offers another protocol (`Upgrade: h2c`, as
 * some HTTP clients send with whatever they ask) is answered as if it had not offered it.
 */
export function onSocketRequest(
  server: Server,
  accept: (request: IncomingMessage, socket: Duplex, head: Buffer) => void,
): void {
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (request.headers.upgrade?.toLowerCase() === 'websocket') accept(request, socket, head);
    else readAgain(server, request, socket, head);
  });
}

/**
 * Node has taken its parser off the connection. The request is put back without the offer, and the
 * connection given to the server anew. (`shouldUpgradeCallback` is not in every Node that we run on.)
 */
function readAgain(
  server: Server,
  { method, url, httpVersion, rawHeaders }: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): void {
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let at = 0; at < rawHeaders.length; at += 2)
    if (rawHeaders[at]?.toLowerCase() !== 'upgrade')
      lines.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}`);
  const text = `${lines.join('\r\n')}\r\n\r\n`;
  // Node reads header fields as latin1.
  socket.unshift(Buffer.concat([Buffer.from(text, 'latin1'), head]));
  server.emit('connection', socket);
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

function cannotListen(host: string, port: number, error: Error): CountersignError {
  const inUse = 'code' in error && error.code === 'EADDRINUSE';
  const advice = inUse ? '; is it in use? Name another port' : '';
  const message = `cannot listen on ${host} port ${port}: ${messageOf(error)}${advice}`;
  return new CountersignError('config', message, { cause: error });
}
