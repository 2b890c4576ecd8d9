/**
 * Agents that wait for frames, and the approver whose decisions they wait for. All in one process,
 * so that one clock times them; bare TCP behind the handshake, because a WebSocket client would
 * spend more on a frame than the server does.
 */
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { z } from 'zod';
import { type Asked, approve, ask } from './approval-calls.ts';
import type { Role } from './child.ts';
import { type Exchange, exchangeWith } from './exchange.ts';
import { quantilesOf, quantilesSchema } from './quantiles.ts';

const orderSchema = z.discriminatedUnion('do', [
  /** Asks for what will be decided, before anybody listens. */
  z.object({
    do: z.literal('ask'),
    url: z.string(),
    token: z.string(),
    workspaces: z.array(z.string()),
  }),
  /** Opens one more socket for each. */
  z.object({ do: z.literal('open'), workspaces: z.array(z.string()) }),
  /** Decides one after the other; each when all of its workspace have the frame of the last one. */
  z.object({ do: z.literal('decide'), workspaces: z.array(z.string()) }),
]);

/** From the decision being sent to its frame being there, milliseconds, over all sockets. */
export const framesSchema = quantilesSchema;

const OPENED_AT_ONCE = 64;
const PING = 0x89;
/** Masked with zeros, empty. */
const PONG = Uint8Array.from([0x8a, 0x80, 0, 0, 0, 0]);

interface Expected {
  readonly id: string;
  readonly sentAt: number;
  readonly samples: number[];
  left: number;
  readonly done: () => void;
}

let url = '';
let requester: Exchange | undefined;
let approver: Exchange | undefined;
const asked = new Map<string, Asked[]>();
const sockets = new Map<string, Socket[]>();
let expected: Expected | undefined;

async function askAll(workspaces: readonly string[]): Promise<void> {
  const left = [...workspaces];
  const worker = async (): Promise<void> => {
    for (let workspace = left.pop(); workspace !== undefined; workspace = left.pop()) {
      if (requester === undefined) return;
      const one = await ask(requester, workspace);
      asked.set(workspace, [...(asked.get(workspace) ?? []), one]);
    }
  };
  await Promise.all(Array.from({ length: 32 }, worker));
}

function onData(socket: Socket, chunk: Buffer): void {
  if (chunk[0] === PING) socket.write(PONG);
  if (expected === undefined || !chunk.includes(expected.id)) return;
  expected.samples.push(performance.now() - expected.sentAt);
  expected.left -= 1;
  if (expected.left === 0) expected.done();
}

function open(workspace: string): Promise<void> {
  const { hostname, port, host } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    socket.on('error', reject);
    socket.once('data', (answer) => {
      if (!answer.toString().startsWith('HTTP/1.1 101'))
        return reject(new Error(answer.toString()));
      socket.on('data', (chunk) => onData(socket, chunk));
      const others = sockets.get(workspace) ?? [];
      others.push(socket);
      sockets.set(workspace, others);
      resolve();
    });
    const key = randomBytes(16).toString('base64');
    socket.write(
      `GET /ws HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n` +
        `X-Workspace-ID: ${workspace}\r\n\r\n`,
    );
  });
}

async function openAll(workspaces: readonly string[]): Promise<void> {
  for (let at = 0; at < workspaces.length; at += OPENED_AT_ONCE)
    await Promise.all(workspaces.slice(at, at + OPENED_AT_ONCE).map(open));
}

async function decideOne(workspace: string, samples: number[]): Promise<void> {
  const next = asked.get(workspace)?.pop();
  const left = sockets.get(workspace)?.length ?? 0;
  if (next === undefined || approver === undefined || left === 0)
    throw new Error(`nothing to decide, or nobody to tell, in ${workspace}`);
  const told = Promise.withResolvers<void>();
  expected = { id: next.id, sentAt: performance.now(), samples, left, done: told.resolve };
  await Promise.all([approve(approver, next), told.promise]);
}

async function decideAll(workspaces: readonly string[]) {
  const samples: number[] = [];
  for (const workspace of workspaces) await decideOne(workspace, samples);
  return quantilesOf(samples);
}

export const role: Role = {
  obey: async (message) => {
    const order = orderSchema.parse(message);
    switch (order.do) {
      case 'ask':
        url = order.url;
        requester = exchangeWith(url, 32);
        approver = exchangeWith(url, 1, order.token);
        await askAll(order.workspaces);
        return {};
      case 'open':
        await openAll(order.workspaces);
        return {};
      case 'decide':
        return decideAll(order.workspaces);
    }
  },
  stop: async () => {
    for (const exchange of [requester, approver]) exchange?.close();
    for (const socket of [...sockets.values()].flat()) socket.destroy();
  },
};
