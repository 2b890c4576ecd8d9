/**
 * One WebSocket, as the service of the channel machine: reports its life to the machine and hands
 * its frames to whoever routes them.
 *
 * Molecule's platform never pings, and a half-open socket looks healthy for hours: so we ping, and
 * drop a socket that does not answer.
 */

import { type EventObject, fromCallback } from 'xstate';
import type { SocketEvent, SocketInput } from '../../machines/index.ts';
import type { Environment, LiveSocket, SocketData } from '../environment.ts';
import { messageOf } from '../errors.ts';
import { MAX_FRAME_BYTES, WORKSPACE_HEADER } from '../protocol/routes.ts';
import type { TokenSource } from './token-source.ts';

export interface SocketOptions {
  readonly url: string;
  readonly workspaceId: string;
  readonly origin: string | undefined;
  readonly tokens: TokenSource;
  readonly environment: Environment;
  /** Every text frame, as it came. */
  readonly onFrame: (text: string) => void;
}

const HANDSHAKE_TIMEOUT_MS = 10_000;
const PING_EVERY_MS = 20_000;
const PONG_WITHIN_MS = 10_000;
/** A timer that comes so much too late tells that this process stood still, not the platform. */
const STALLED_MS = 1_000;
/** Pings without a pong at the most, whatever stood still. */
const MOST_PINGS = 3;
/** Close codes that may mean that the token is old: policy violation, and the 4401 that many use. */
const TOKEN_CODES: ReadonlySet<number> = new Set([1008, 4401]);

type Report = (event: SocketEvent) => void;

export const socketActor = (options: SocketOptions) =>
  fromCallback<EventObject, SocketInput>(({ sendBack, input }) => {
    const report: Report = sendBack;
    let stopped = false;
    let hangUp: (() => void) | undefined;
    const start = async (): Promise<void> => {
      const token = await options.tokens.current();
      if (!stopped) hangUp = connect(input.url, token, options, report);
    };
    start().catch((error: unknown) => report({ type: 'socket.lost', error: messageOf(error) }));
    return () => {
      stopped = true;
      hangUp?.();
    };
  });

/** Opens the socket; the result drops it without a word to the machine. */
function connect(
  url: string,
  token: string | undefined,
  options: SocketOptions,
  report: Report,
): () => void {
  const { environment, origin, workspaceId } = options;
  const socket = environment.connect(url, {
    headers: {
      [WORKSPACE_HEADER]: workspaceId,
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(origin === undefined ? {} : { origin }),
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    maxPayload: MAX_FRAME_BYTES,
    // A small frame can inflate to a large one; approvals are too rare to be worth compressing.
    perMessageDeflate: false,
    followRedirects: false,
  });
  const stopPinging = keepAlive(socket, environment);
  let over = false;
  const end = (event: SocketEvent): void => {
    stopPinging();
    if (over) return;
    over = true;
    report(event);
    socket.terminate();
  };
  socket.on('open', () => report({ type: 'socket.opened' }));
  socket.on('message', (data: SocketData, isBinary: boolean) => {
    if (!isBinary && !over) options.onFrame(textOf(data));
  });
  socket.on('unexpected-response', (_request, response) => {
    response.resume();
    refreshAfter(response.statusCode === 401, options);
    end(refusal(response.statusCode ?? 0));
  });
  socket.on('close', (code, reason) => {
    refreshAfter(TOKEN_CODES.has(code), options);
    end({ type: 'socket.lost', error: `the platform closed the channel (${code}${said(reason)})` });
  });
  socket.on('error', (error) => end({ type: 'socket.lost', error: messageOf(error) }));
  return () => {
    over = true;
    stopPinging();
    // A goodbye where there is a connection; `terminate` also ends a handshake that hangs.
    if (socket.readyState === socket.OPEN) socket.close(1000);
    else socket.terminate();
    environment.clock.setTimeout(() => socket.terminate(), 0);
  };
}

/** The token may have been rotated: read it again before the next try. */
function refreshAfter(unauthorized: boolean, { tokens }: SocketOptions): void {
  // A token file that cannot be read is reported by the next exchange that needs it.
  if (unauthorized) tokens.refresh().catch(() => undefined);
}

function refusal(status: number): SocketEvent {
  if (status !== 403)
    return { type: 'socket.lost', error: `the upgrade was answered with ${status}` };
  return {
    type: 'socket.refused',
    error:
      'the platform refused the live channel (403): it demands another Origin. Set APPROVAL_ORIGIN ' +
      'to one that it allows (on Molecule: one of CORS_ORIGINS); until then decisions are polled',
  };
}

/** At most 100 characters of what the platform says, without control characters. */
function said(reason: Buffer): string {
  const text = reason
    .toString('utf8')
    .replace(/\p{Cc}/gu, ' ')
    .slice(0, 100);
  return text === '' ? '' : `: ${text}`;
}

function textOf(data: SocketData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return Buffer.from(data instanceof ArrayBuffer ? new Uint8Array(data) : data).toString('utf8');
}

/** Pings while the socket is open, and terminates it when no pong comes. The result stops it. */
function keepAlive(socket: LiveSocket, { clock }: Environment): () => void {
  let timer: unknown;
  let pingedAt = 0;
  let unanswered = 0;
  let wasHeard = false;
  const ping = (): void => {
    if (socket.readyState !== socket.OPEN) return;
    pingedAt = clock.monotonic();
    unanswered += 1;
    wasHeard = false;
    socket.ping();
    timer = clock.setTimeout(missed, PONG_WITHIN_MS);
  };
  const hasStalled = (): boolean => clock.monotonic() - pingedAt > PONG_WITHIN_MS + STALLED_MS;
  const missed = (): void => {
    // The pong comes behind all frames that were sent before it, megabytes of them in a burst.
    if (wasHeard) again();
    // After a stall of the event loop the pong may lie unread in the buffer: ask once more.
    else if (hasStalled() && unanswered < MOST_PINGS) ping();
    else socket.terminate();
  };
  const again = (): void => {
    // A pong may come after our goodbye.
    if (socket.readyState !== socket.OPEN) return;
    unanswered = 0;
    clock.clearTimeout(timer);
    timer = clock.setTimeout(ping, PING_EVERY_MS);
  };
  socket.on('open', again);
  socket.on('pong', again);
  socket.on('message', () => {
    wasHeard = true;
  });
  return () => clock.clearTimeout(timer);
}
