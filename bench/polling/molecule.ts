/** A platform that does as little as possible, and lists as Molecule's does: the newest fifty. */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import type { Served } from './served.ts';

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

const LISTED = 50;

const bodySchema = z.object({ action: z.string(), reason: z.string(), task_id: z.string() });

const isListening = (address: string | AddressInfo | null): address is AddressInfo =>
  typeof address === 'object' && address !== null;

export async function serveMolecule(): Promise<Served> {
  const rows: Row[] = [];
  const list = (response: ServerResponse): void =>
    answer(response, 200, rows.slice(-LISTED).toReversed());
  const create = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { action, reason, task_id } = bodySchema.parse(JSON.parse(await text(request)));
    const id = randomUUID();
    const created_at = new Date().toISOString();
    const open = { status: 'pending', decided_by: null, decided_at: null } as const;
    rows.push({ id, task_id, action, reason, ...open, created_at });
    answer(response, 201, { approval_id: id, status: 'pending' });
  };
  const server = createServer((request, response) => {
    if (request.method === 'GET') list(response);
    else void create(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (!isListening(address)) throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    newest: async (count) =>
      rows
        .filter(({ status }) => status === 'pending')
        .slice(-count)
        .map(({ id }) => id),
    approve: async (id) => {
      const row = rows.findLast((each) => each.id === id);
      const decided_at = new Date().toISOString();
      if (row !== undefined)
        Object.assign(row, { status: 'approved', decided_by: 'a', decided_at });
    },
  };
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
