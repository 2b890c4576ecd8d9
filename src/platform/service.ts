/** The platform's parts, put together over an open store. */
import { WebSocketServer } from 'ws';
import { messageOf } from '../errors.ts';
import type { Served } from '../http/served.ts';
import { createUpgrade, type Upgrade } from '../http/upgrade.ts';
import { createApp, type PlatformApp } from './app.ts';
import { AskerStates, askerFrame } from './asker-states.ts';
import { cookieNameOf, createAuth, ownerName } from './auth.ts';
import type { PlatformClock } from './clock.ts';
import { createFeed, type Subscription } from './feed.ts';
import { createLifecycle } from './lifecycle.ts';
import type { PlatformLogger } from './logger.ts';
import { createSessions } from './sessions.ts';
import { createSockets } from './sockets.ts';
import type { Storage } from './storage/index.ts';
import { createSweeper, type Sweeper } from './sweeper.ts';

export interface ServiceOptions {
  readonly storage: Storage;
  readonly served: Served;
  /** The token of the data folder's owner. */
  readonly token: string;
  readonly clock: PlatformClock;
  readonly logger: PlatformLogger;
  readonly pageDir?: string | undefined;
}

export interface Service {
  readonly app: PlatformApp;
  readonly upgrade: Upgrade;
  /** Closes the sockets and stops the timers; resolves when nothing uses the store any more. */
  close(): Promise<void>;
}

/** Frames of clients are ignored, so that they may be small. */
const SOCKET_OPTIONS = { noServer: true, maxPayload: 1_024, perMessageDeflate: false } as const;

export async function createService(options: ServiceOptions): Promise<Service> {
  const { storage, served, clock, logger } = options;
  const { approvals, changes, events, tokens } = storage;
  const now = (): number => clock.now();
  const sessions = createSessions(storage.sessions, now);
  const cookieName = cookieNameOf(served.port);
  const owner = { token: options.token, name: ownerName() };
  const auth = createAuth({ tokens, sessions, owner, cookieName, anonymous: served.anonymous });

  const feed = createFeed({ events, start: await events.head(), clock, logger });
  const lifecycle = createLifecycle({
    approvals,
    now,
    onEvent: () => feed.poke(),
    onDeadline: (at) => sweeper.watch(at),
  });
  const sweeper: Sweeper = createSweeper({ clock, logger, expireDue: lifecycle.expireDue });
  const server = new WebSocketServer(SOCKET_OPTIONS);
  const sockets = createSockets({ server, feed, auth, clock, logger });
  const askerStates = new AskerStates();
  const parts = {
    served,
    auth,
    sessions,
    cookieName,
    lifecycle,
    approvals,
    changes,
    askerStates,
    logger,
    now,
  };
  const onSignOut = (sessionHash: string): void => sockets.endSession(sessionHash);
  const app = createApp({
    ...parts,
    onSignOut,
    onAskerState: ({ id, workspace_id }, state) => {
      if (askerStates.set(id, state)) sockets.tellApprovers(askerFrame(workspace_id, id, state));
    },
    pageDir: options.pageDir,
  });

  // What came due while no server ran, and the next deadline.
  await sweeper.sweep();
  return {
    app,
    upgrade: createUpgrade<Subscription>({
      app,
      accept: ({ request, socket, head }, subscription) =>
        server.handleUpgrade(request, socket, head, (client) =>
          sockets.accept(client, subscription),
        ),
      onProblem: (error) => logger.warn({ error: messageOf(error) }, 'an upgrade failed'),
    }),
    close: async () => {
      await Promise.all([sockets.close(), sweeper.close(), feed.close()]);
    },
  };
}
