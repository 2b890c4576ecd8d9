/** A view that says to the page what a test tells it to, and serves the page as the real one does. */
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { WebSocketServer } from 'ws';
import { type ViewMessage, type WatchMessage, watchMessageSchema } from '../../src/inspect/wire.ts';
import type { ForTest } from './browser-page.ts';

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const MIME: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

export interface ToldView {
  readonly url: string;
  /** To every page that is connected. */
  readonly send: (message: ViewMessage) => void;
  /** The same for what is no message. */
  readonly sendText: (text: string) => void;
  /** Sent to every page as it connects. */
  greet: ViewMessage[];
  /** What pages asked for, the last last. */
  readonly asked: WatchMessage[];
  /** Answers a page that asks for a timeline. */
  historyOf: (actor: string) => ViewMessage | undefined;
  /** Ends all connections; later ones are refused until `mend`. */
  readonly cut: () => void;
  readonly mend: () => void;
}

/** On a port of its own, closed with the test. */
export async function toldView(test: ForTest, pageDir: string): Promise<ToldView> {
  const server = createServer((request, response) => void serve(pageDir, request, response));
  const sockets = new WebSocketServer({ noServer: true });
  let isCut = false;
  server.on('upgrade', (request, socket, head) => {
    if (isCut) socket.destroy();
    else sockets.handleUpgrade(request, socket, head, (ws) => sockets.emit('connection', ws));
  });
  const view: ToldView = {
    url: `http://127.0.0.1:${await listening(server)}`,
    greet: [{ type: 'actors', more: false, actors: [], processes: [], now: Date.now() }],
    asked: [],
    historyOf: () => undefined,
    send: (message) => view.sendText(JSON.stringify(message)),
    sendText: (text) => {
      for (const client of sockets.clients) client.send(text);
    },
    cut: () => {
      isCut = true;
      for (const client of sockets.clients) client.terminate();
    },
    mend: () => {
      isCut = false;
    },
  };
  sockets.on('connection', (socket) => {
    for (const message of view.greet) socket.send(JSON.stringify(message));
    socket.on('message', (data: Buffer) => {
      const message = watchMessageSchema.parse(JSON.parse(data.toString('utf8')));
      view.asked.push(message);
      const history = message.actor === null ? undefined : view.historyOf(message.actor);
      if (history) socket.send(JSON.stringify(history));
    });
  });
  test.onTestFinished(() => {
    for (const client of sockets.clients) client.terminate();
    server.closeAllConnections();
    server.close();
  });
  return view;
}

async function serve(
  pageDir: string,
  { url = '/' }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = normalize(new URL(url, 'http://x').pathname);
  const file = join(pageDir, path === '/' ? 'index.html' : path);
  try {
    const body = await readFile(file);
    response.setHeader('content-security-policy', POLICY);
    response.setHeader('content-type', MIME[extname(file)] ?? 'application/octet-stream');
    response.end(body);
  } catch {
    response.writeHead(404).end();
  }
}

const listening = (server: Server): Promise<number> =>
  new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
