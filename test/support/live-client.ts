/** A bare WebSocket client for tests of a platform's live channel. */
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';

export interface LiveClient {
  readonly socket: WebSocket;
  /** Every frame so far, text as text. */
  readonly frames: readonly string[];
}

/** Opens `<base address>/ws`; closed at the end of the test. Rejects where it is refused. */
export async function openLive(
  baseUrl: string,
  headers: Record<string, string> = {},
): Promise<LiveClient> {
  const socket = new WebSocket(liveAddress(baseUrl), { headers });
  onTestFinished(() => socket.terminate());
  const frames: string[] = [];
  socket.on('message', (data: Buffer) => frames.push(data.toString('utf8')));
  socket.on('error', () => undefined);
  await once(socket, 'open');
  return { socket, frames };
}

/** The HTTP status with which an upgrade was refused. */
export const refusedUpgrade = (
  baseUrl: string,
  headers: Record<string, string> = {},
): Promise<number | undefined> => refusedAt(liveAddress(baseUrl), headers);

/** As {@link refusedUpgrade}, at an address of its own. */
export async function refusedAt(
  address: string,
  headers: Record<string, string>,
): Promise<number | undefined> {
  const socket = new WebSocket(address, { headers });
  const refused = Promise.withResolvers<number | undefined>();
  socket.on('unexpected-response', (_, response) => {
    response.resume();
    refused.resolve(response.statusCode);
  });
  socket.on('open', () => refused.reject(new Error('the upgrade was accepted')));
  socket.on('error', refused.reject);
  return refused.promise.finally(() => socket.terminate());
}

/** When this resolves, every frame that the server sent before is there too. */
export async function roundTrip(socket: WebSocket): Promise<void> {
  const pong = once(socket, 'pong');
  socket.ping();
  await pong;
}

const liveAddress = (baseUrl: string): string => `${baseUrl.replace(/^http/, 'ws')}/ws`;
