/** From a request for a socket to a socket: through the same app, the same guards, as any request. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { answerOf, Refusal } from './refusal.ts';

/** A request for a socket, as Node's server hands it over. */
export interface Handshake {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

export interface UpgradeOptions<Granted> {
  /** Calls `grant` where the request may have a socket. */
  readonly app: {
    fetch(
      request: Request,
      bindings: { readonly grant: (granted: Granted) => void },
    ): Response | Promise<Response>;
  };
  readonly accept: (handshake: Handshake, granted: Granted) => void;
  /** What came was no handshake. */
  readonly onProblem: (error: unknown) => void;
}

export type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** Answers the requests for a socket that an HTTP server gets. */
export function createUpgrade<Granted extends object>({
  app,
  accept,
  onProblem,
}: UpgradeOptions<Granted>): Upgrade {
  const upgrade = async (handshake: Handshake): Promise<void> => {
    let granted: Granted | undefined;
    const grant = (what: Granted): void => {
      granted = what;
    };
    const answer = await app.fetch(requestOf(handshake.request), { grant });
    const given: Granted | undefined = granted;
    if (given === undefined) await refuse(handshake.socket, answer);
    else accept(handshake, given);
  };
  return (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    upgrade({ request, socket, head }).catch((error: unknown) => {
      onProblem(error);
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
