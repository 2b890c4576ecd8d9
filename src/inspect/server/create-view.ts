import { getRequestListener } from '@hono/node-server';
import { type WebSocket, WebSocketServer } from 'ws';
import { sayGoodbye } from '../../http/goodbye.ts';
import { listenOn, onSocketRequest } from '../../http/listener.ts';
import { builtPage } from '../../http/page-routes.ts';
import { Pulse } from '../../http/pulse.ts';
import { createStartable } from '../../http/startable.ts';
import { createUpgrade, type Handshake } from '../../http/upgrade.ts';
import { LIMITS } from '../wire.ts';
import { createApp, type Visitor } from './app.ts';
import { ViewModel } from './model.ts';
import { Pages } from './pages.ts';
import { Processes } from './processes.ts';

export interface ViewOptions {
  /** Port to listen on, of this machine alone; 0 takes a free one. Default 7357. */
  readonly port?: number;
  /** Folder of the built web page. Default the package's own. */
  readonly pageDir?: string;
  /** What went wrong, in words, for diagnostics. Default: silent. */
  readonly onProblem?: (problem: string) => void;
}

/** The live view of the machines: processes tell it what their actors do, pages show it. */
export interface View extends AsyncDisposable {
  /** @throws CountersignError `config` where nobody can listen on that port */
  listen(): Promise<void>;
  /** Stops listening and leaves nothing open; may be called again. */
  close(): Promise<void>;
  /** The address, as `http://127.0.0.1:7357`. Throws before `listen` has resolved. */
  readonly url: string;
}

export const DEFAULT_PORT = 7357;

const HOST = '127.0.0.1';
const MOST: Readonly<Record<Visitor['kind'], number>> = { process: 256, page: 64 };
/** What one page may say at once, bytes. */
const PAGE_FRAME = 4 * 1_024;
/** Between two pings, milliseconds; a socket that did not answer the last one is dead. */
const PING_EVERY_MS = 30_000;

export function createView(options: ViewOptions = {}): View {
  const service = createStartable('view', () => start(options));
  const { listen, close } = service;
  return {
    listen,
    close,
    get url() {
      return service.running.url;
    },
    [Symbol.asyncDispose]: close,
  };
}

async function start({ port = DEFAULT_PORT, pageDir, onProblem = () => {} }: ViewOptions) {
  const listener = await listenOn(HOST, port);
  const sockets = createSockets();
  const app = createApp({
    port: listener.port,
    pageDir: pageDir ?? builtPage('inspect-page'),
    hasRoomFor: sockets.hasRoomFor,
    onProblem,
  });
  const upgrade = createUpgrade<Visitor>({
    app,
    accept: sockets.accept,
    onProblem: () => onProblem('what came was no handshake'),
  });
  const handle = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  listener.server.on('request', (request, response) => void handle(request, response));
  onSocketRequest(listener.server, upgrade);
  return {
    url: `http://${HOST}:${listener.port}`,
    stop: async () => {
      await sockets.close();
      await listener.close();
    },
  };
}

const socketServer = (maxPayload: number): WebSocketServer =>
  new WebSocketServer({ noServer: true, maxPayload, perMessageDeflate: false });

function createSockets() {
  const model = new ViewModel();
  const pages = new Pages(model);
  const processes = new Processes(model, () => pages.changed());
  const servers = { process: socketServer(LIMITS.frame), page: socketServer(PAGE_FRAME) };
  const all = (): WebSocket[] => [...servers.process.clients, ...servers.page.clients];
  const pulse = new Pulse();
  const beat = setInterval(() => {
    for (const socket of all()) pulse.take(socket);
  }, PING_EVERY_MS);
  let isClosing = false;
  return {
    hasRoomFor: ({ kind }: Visitor) => !isClosing && servers[kind].clients.size < MOST[kind],
    accept: ({ request, socket, head }: Handshake, { kind }: Visitor) =>
      servers[kind].handleUpgrade(request, socket, head, (client) => {
        pulse.watch(client);
        if (kind === 'process') processes.accept(client);
        else pages.accept(client);
      }),
    close: async () => {
      isClosing = true;
      clearInterval(beat);
      await Promise.all(all().map(sayGoodbye));
      pages.close();
    },
  };
}
