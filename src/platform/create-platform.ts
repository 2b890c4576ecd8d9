import { resolve } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { CountersignError, messageOf } from '../errors.ts';
import { listenOn, onSocketRequest } from '../http/listener.ts';
import { servedAt } from '../http/served.ts';
import { createStartable } from '../http/startable.ts';
import { makeFolder } from '../settings/make-folder.ts';
import { approverToken } from './approver-token.ts';
import { type PlatformClock, systemClock } from './clock.ts';
import { type PlatformLogger, silent } from './logger.ts';
import { createService } from './service.ts';
import { openStorage } from './storage/index.ts';

export interface PlatformOptions {
  /** Folder of the database and of `approver.token`; made (mode 0700) where it is missing. */
  readonly dataDir: string;
  /** Address to listen on. Default `127.0.0.1`. */
  readonly host?: string;
  /** Port to listen on; 0 takes a free one. Default 8080. */
  readonly port?: number;
  /**
   * More origins that lead here, as `https://approvals.example.com`. Default none. Requesters need
   * tokens unless the host and all origins are loopback ones.
   */
  readonly origins?: readonly string[];
  /** Tells whole milliseconds. Default the clock of the process. */
  readonly clock?: PlatformClock;
  /** Default silent. */
  readonly logger?: PlatformLogger;
  /** Folder of the built web page. Default the package's own. */
  readonly pageDir?: string;
}

/** The service that stores approvals and where people decide. */
export interface Platform extends AsyncDisposable {
  /**
   * Opens the store and listens.
   * @throws CountersignError `config`, naming what cannot be used: the folder, a file, an address, the port
   */
  listen(): Promise<void>;
  /** Stops listening and leaves nothing open; may be called again. */
  close(): Promise<void>;
  /** The address, as `http://127.0.0.1:8080`. Throws before `listen` has resolved. */
  readonly url: string;
  /** The address that signs an approver in; holds the token, for the owner's eyes only. */
  readonly signInUrl: string;
  /** The owner's token. Throws before `listen` has resolved. */
  readonly approverToken: string;
  /** Absolute. */
  readonly dataDir: string;
}

interface Running {
  readonly url: string;
  readonly publicUrl: string;
  readonly token: string;
  stop(): Promise<void>;
}

/** @throws CountersignError `config` where no data folder is named */
export function createPlatform(options: PlatformOptions): Platform {
  // An empty path would be the current folder.
  if (options.dataDir === '')
    throw new CountersignError('config', 'dataDir is empty; name the data folder');
  const dataDir = resolve(options.dataDir);
  const service = createStartable('platform', () => start({ ...options, dataDir }));
  const { listen, close } = service;

  return {
    dataDir,
    listen,
    close,
    get url() {
      return service.running.url;
    },
    get signInUrl() {
      return `${service.running.publicUrl}/#token=${service.running.token}`;
    },
    get approverToken() {
      return service.running.token;
    },
    [Symbol.asyncDispose]: close,
  };
}

async function start(options: PlatformOptions): Promise<Running> {
  const { dataDir, host = '127.0.0.1', port = 8080, origins = [] } = options;
  const { clock = systemClock, logger = silent, pageDir } = options;
  const open: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const close of open.splice(0).toReversed()) await close();
  };
  try {
    servedAt(host, port, origins); // Says what is wrong before anything is made.
    await makeDataFolder(dataDir);
    const token = approverToken(dataDir, logger);
    const storage = openStorage(dataDir, () => clock.now());
    open.push(() => storage.close());
    const listener = await listenOn(host, port);
    open.push(() => listener.close());
    const served = servedAt(host, listener.port, origins);
    const service = await createService({ storage, served, token, clock, logger, pageDir });
    open.push(() => service.close());
    const handle = getRequestListener(service.app.fetch, { overrideGlobalObjects: false });
    listener.server.on('request', (request, response) => void handle(request, response));
    onSocketRequest(listener.server, service.upgrade);
    const publicUrl = served.loopback ? served.url : (origins[0] ?? served.url);
    return { url: served.url, publicUrl, token, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function makeDataFolder(dataDir: string): Promise<void> {
  try {
    await makeFolder(dataDir);
  } catch (error) {
    throw new CountersignError('config', `cannot make the data folder: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
