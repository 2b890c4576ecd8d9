/** From a request for a socket to a socket: through the same app, the same guards, as any request. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocketServer } from 'ws';
import { messageOf } from '../errors.ts';
import type { PlatformApp } from './app.ts';
import type { Subscription } from './feed.ts';
import type { PlatformLogger } from './logger.ts';
import { answerOf, Refusal } from './refusal.ts';
import type { Sockets } from './sockets.ts';

export interface UpgradeOptions {
  readonly app: PlatformApp;
  readonly server: WebSocketServer;
  readonly sockets: Sockets;
  readonly logger: PlatformLogger;
}

/** Answers the requests for a socket that an HTTP server gets. */
export function createUpgrade({ app, server, sockets, logger }: UpgradeOptions) {
  const upgrade = async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    let subscription: Subscription | undefined;
    const grant = (granted: Subscription): void => {
      subscription = granted;
    };
    const answer = await app.fetch(requestOf(request), { grant });
    const granted = subscription;
    if (granted === undefined) return refuse(socket, answer);
    server.handleUpgrade(request, socket, head, (client) => sockets.accept(client, granted));
  };
  return (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    socket.on('error', () => socket.destroy());
    upgrade(request, socket, head).catch((error: unknown) => {
      logger.warn({ error: messageOf(error) }, 'an upgrade failed');
      void refuse(socket, answerOf(new Refusal(400, 'invalid_request', 'this is no handshake')));
    });
  };
}

/** `Host` is checked by its header; the address here only carries path and query. */
function requestOf({ url, method, headersDistinct }: IncomingMessage): Request {
  const headers = Object.entries(headersDistinct).flatMap(([name, values]) =>
    (values ?? []).map((value): [string, string] => [name, value]),
  );
  return new Request(new URL(url ?? '/', 'http://localhost'), { method: method ?? 'GET', headers });
}

async function refuse(socket: Duplex, answer: Response): Promise<void> {
  // Granted nothing and refused nothing: another path than the one for sockets.
  const body =
    answer.status >= 400 ? await answer.text() : '{"error":"no socket here","code":"not_found"}';
  const status = answer.status >= 400 ? answer.status : 404;
  const headers = [...answer.headers].filter(
    ([name]) => !/^(content-length|connection)$/.test(name),
  );
  const lines = [
    `HTTP/1.1 ${status} Refused`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  // Node has given up this connection: nobody else closes it when the other side stays half open.
  socket.once('finish', () => socket.destroy());
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`);
}
