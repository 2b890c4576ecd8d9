/**
 * A platform that does as little as possible, in a process of its own: it answers creates and lists
 * as Molecule's does, and tells decisions in the frame that was recorded from it. It counts.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import { commandSchema, type Moment, nowMicros, type PlatformReport } from './messages.ts';

interface Row {
  readonly id: string;
  readonly task_id: string;
  readonly action: string;
  readonly reason: string;
  status: 'pending' | 'approved';
  decided_by: string | null;
  decided_at: string | null;
  readonly created_at: string;
}

/** What Molecule lists at most. */
const LISTED = 50;

const bodySchema = z.object({ action: z.string(), reason: z.string(), task_id: z.string() });

const rows: Row[] = [];
const sockets = new Set<WebSocket>();
const counts = { sockets: 0, lists: 0, listBytes: 0, creates: 0 };
/** Not decided yet. */
const open: Row[] = [];

const tell = (report: PlatformReport): void => void process.send?.(report);

const server = createServer((request, response) => {
  if (request.method === 'GET') list(response);
  else void create(request, response);
});

function list(response: ServerResponse): void {
  const text = JSON.stringify(rows.slice(-LISTED).toReversed());
  counts.lists += 1;
  counts.listBytes += text.length;
  answer(response, 200, text);
}

async function create(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += z.string().parse(chunk);
  const { action, reason, task_id } = bodySchema.parse(JSON.parse(text));
  const id = randomUUID();
  const created_at = new Date().toISOString();
  const pending = { status: 'pending', decided_by: null, decided_at: null } as const;
  const row: Row = { id, task_id, action, reason, ...pending, created_at };
  rows.push(row);
  open.push(row);
  counts.creates += 1;
  answer(response, 201, JSON.stringify({ approval_id: id, status: 'pending' }));
}

function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(text);
}

function decide(row: Row): Moment {
  const timestamp = new Date().toISOString();
  Object.assign(row, { status: 'approved', decided_by: APPROVER, decided_at: timestamp });
  const frame = JSON.stringify({
    event: 'APPROVAL_APPROVED',
    workspace_id: 'bench',
    timestamp,
    payload: { approval_id: row.id, decided_by: APPROVER, decision: 'approved' },
  });
  const at = nowMicros();
  for (const socket of sockets) socket.send(frame);
  return [row.id, at];
}

/** People decide in no order; the same at every run. */
function takeAny(): Row | undefined {
  chosen = (chosen * 48_271) % 2_147_483_647;
  const at = chosen % open.length;
  const [row, last] = [open[at], open.pop()];
  if (last !== undefined && at < open.length) open[at] = last;
  return row;
}

let chosen = 1;

const APPROVER = 'alice@example.com';

async function decideMany(count: number, everyMs: number): Promise<void> {
  const moments: Moment[] = [];
  for (let left = count; left > 0; left -= 1) {
    const row = takeAny();
    if (row === undefined) break;
    moments.push(decide(row));
    if (everyMs > 0) await pause(everyMs);
  }
  tell({ is: 'decided', moments });
}

new WebSocketServer({ server, path: '/ws', perMessageDeflate: false }).on(
  'connection',
  (socket) => {
    counts.sockets += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  },
);

process.on('message', (message) => {
  const command = commandSchema.parse(message);
  if (command.do === 'count') tell({ is: 'counted', ...counts });
  else void decideMany(command.count, command.everyMs);
});

// Whoever started it is gone.
process.once('disconnect', () => process.exit());

const isListening = (address: string | AddressInfo | null): address is AddressInfo =>
  typeof address === 'object' && address !== null;

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (isListening(address)) tell({ is: 'listening', url: `http://127.0.0.1:${address.port}` });
});
