/** The yardstick of the sockets: what is posted is sent to all of its workspace, and that is all. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Role } from './child.ts';

/** As long as a decision's frame of the platform. */
const FRAME_BYTES = 700;

const server = createServer();
const sockets = new WebSocketServer({ server, perMessageDeflate: false });
const told = new Map<string, Set<WebSocket>>();

sockets.on('connection', (socket, { headers }) => {
  const workspace = String(headers['x-workspace-id']);
  const others = told.get(workspace) ?? new Set();
  told.set(workspace, others.add(socket));
  socket.on('close', () => others.delete(socket));
});

server.on('request', (request: IncomingMessage, response: ServerResponse) => {
  const [, , workspace = '', , id] = (request.url ?? '').split('/');
  request.resume().on('end', () => {
    const approvalId = id ?? randomUUID();
    const answer = JSON.stringify({ approval_id: approvalId });
    response.writeHead(id === undefined ? 201 : 200, { 'content-type': 'application/json' });
    response.end(answer);
    if (id === undefined) return;
    const frame = answer.padEnd(FRAME_BYTES);
    for (const socket of told.get(workspace) ?? []) socket.send(frame);
  });
});

export const role: Role = {
  obey: async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    return { url: `http://127.0.0.1:${port}`, token: 'none' };
  },
  stop: async () => {
    for (const socket of sockets.clients) socket.terminate();
    sockets.close();
    server.close();
    server.closeAllConnections();
  },
};
