/** The open sockets: told what they subscribed to, pinged, dropped when dead or too slow. */
import { setImmediate } from 'node:timers/promises';
import { WebSocket, type WebSocketServer } from 'ws';
import { messageOf } from '../errors.ts';
import { sayGoodbye } from '../http/goodbye.ts';
import { Pulse } from '../http/pulse.ts';
import type { Auth } from './auth.ts';
import type { PlatformClock } from './clock.ts';
import type { Credential, Feed, Listener, Subscription } from './feed.ts';
import type { PlatformLogger } from './logger.ts';
import type { ApprovalEvent } from './storage/events.ts';
import { frameOf } from './views.ts';

/** Between two pings, milliseconds; a socket that did not answer the last one is dead. */
export const PING_EVERY_MS = 30_000;
/** What may wait in the buffer of a socket, bytes; beyond it the socket is closed. */
const MAX_BUFFERED_BYTES = 4 * 1024 * 1024;
/** Sockets that are pinged in one go. */
const SLICE = 100;

/** Close code: the credential is not (or no longer) good. */
const REVOKED = 4401;

export interface Sockets {
  accept(socket: WebSocket, subscription: Subscription): void;
  /** Sends a frame to approvers; those who read too slowly miss it. */
  tellApprovers(frame: string): void;
  /** The browser has signed out: closes its sockets. */
  endSession(sessionHash: string): void;
  /** Says goodbye to all, and resolves when all are closed. */
  close(): Promise<void>;
}

export interface SocketsOptions {
  readonly server: WebSocketServer;
  readonly feed: Feed;
  readonly auth: Auth;
  readonly clock: PlatformClock;
  readonly logger: PlatformLogger;
}

export function createSockets({ server, feed, auth, clock, logger }: SocketsOptions): Sockets {
  const pulse = new Pulse();
  const credentials = new Map<WebSocket, Credential>();
  const approvers = new Set<WebSocket>();
  let timer: unknown;

  const check = async (socket: WebSocket): Promise<void> => {
    if (!pulse.take(socket)) return;
    const credential = credentials.get(socket);
    if (credential !== undefined && !(await isGood(auth, credential)))
      socket.close(REVOKED, 'the credential was revoked, or has ended');
  };

  const checkAll = async (): Promise<void> => {
    for (const [index, socket] of [...server.clients].entries()) {
      // Thousands at once would keep everybody else waiting.
      if (index > 0 && index % SLICE === 0) await setImmediate();
      check(socket).catch((error: unknown) => {
        logger.error({ error: messageOf(error) }, 'cannot check a socket; closed');
        socket.terminate();
      });
    }
  };

  const beat = (): void => {
    timer = clock.setTimeout(beat, PING_EVERY_MS);
    // The feed itself looks only while somebody listens: whoever comes next must not get old events.
    feed.poke();
    void checkAll();
  };
  timer = clock.setTimeout(beat, PING_EVERY_MS);

  return {
    accept: (socket, subscription) => {
      const listener = listenerOn(socket);
      credentials.set(socket, subscription.credential);
      if (subscription.workspaceId === null) approvers.add(socket);
      pulse.watch(socket);
      // What clients say is ignored; `close` follows every error.
      socket.on('error', () => {});
      socket.on('close', () => {
        credentials.delete(socket);
        approvers.delete(socket);
        feed.unsubscribe(listener);
      });
      feed.subscribe(listener, subscription).catch((error: unknown) => {
        logger.error({ error: messageOf(error) }, 'cannot replay events; socket closed');
        socket.terminate();
      });
    },
    tellApprovers: (frame) => {
      for (const socket of approvers) if (socket.bufferedAmount === 0) socket.send(frame);
    },
    endSession: (sessionHash) => {
      for (const [socket, credential] of credentials)
        if (credential.kind === 'session' && credential.hash === sessionHash)
          socket.close(REVOKED, 'signed out');
    },
    close: async () => {
      clock.clearTimeout(timer);
      server.close(); // Takes no more; the ones that are open are ours to close.
      await Promise.all([...server.clients].map(sayGoodbye));
    },
  };
}

async function isGood(auth: Auth, credential: Credential): Promise<boolean> {
  switch (credential.kind) {
    case 'none':
      return true;
    case 'token':
      return (await auth.holderOf(credential.hash)) !== undefined;
    case 'session':
      return (await auth.signedIn(credential.hash)) !== undefined;
  }
}

function listenerOn(socket: WebSocket): Listener {
  return {
    get closed() {
      return socket.readyState !== WebSocket.OPEN;
    },
    send: (event) =>
      new Promise((resolve) => {
        // A client that reads too slowly comes back with `since` and misses nothing.
        if (socket.bufferedAmount > MAX_BUFFERED_BYTES) socket.terminate();
        socket.send(encoded(event), { binary: false }, () => resolve());
      }),
  };
}

const frames = new WeakMap<ApprovalEvent, Buffer>();

/** The frame of an event, made once for all who get it. */
function encoded(event: ApprovalEvent): Buffer {
  const frame = frames.get(event) ?? Buffer.from(frameOf(event));
  frames.set(event, frame);
  return frame;
}
