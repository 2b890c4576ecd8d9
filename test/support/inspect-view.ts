/** A view's server, and bare sockets to it: a process that tells, a page that watches. */
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { type ViewLink, type ViewLinkOptions, viewLink } from '../../src/inspect/link/index.ts';
import { createView, type View } from '../../src/inspect/server/index.ts';
import {
  type ActorRow,
  type Entry,
  type ProcessEvent,
  type ProcessMessage,
  type ProcessRow,
  type ViewMessage,
  viewMessageSchema,
} from '../../src/inspect/wire.ts';
import { refusedAt } from './live-client.ts';
import { temporaryFolder } from './temp-folder.ts';

/** A view on a free port, or on that one; closed at the end of the test. */
export async function runningView(port = 0): Promise<View> {
  const view = createView({ port, pageDir: builtPage() });
  onTestFinished(() => view.close());
  await view.listen();
  return view;
}

function builtPage(): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>view</title>');
  writeFileSync(join(folder, 'assets', 'main.js'), 'void 0;');
  return folder;
}

const addressOf = (url: string, path: string): string => `${url.replace(/^http/, 'ws')}${path}`;

export async function openSocket(
  url: string,
  path: '/processes' | '/watch',
  headers: Record<string, string> = {},
): Promise<WebSocket> {
  const socket = new WebSocket(addressOf(url, path), { headers });
  onTestFinished(() => socket.terminate());
  socket.on('error', () => undefined);
  await once(socket, 'open');
  return socket;
}

/** The HTTP status with which it was refused. */
export const refusalOf = (
  url: string,
  path: string,
  headers: Record<string, string> = {},
): Promise<number | undefined> => refusedAt(addressOf(url, path), headers);

/** A process that says hello. */
export const PROCESS = { id: 'p1', pid: 4711, title: 'agent.ts' };

/** An approval begins; fields may be replaced. */
export const beganEvent = (actor: string, fields: object = {}): ProcessEvent => ({
  kind: 'actor',
  actor,
  machine: 'approval',
  startedAt: 1_000,
  at: 1_000,
  state: 'rbacCheck',
  about: { workspaceId: 'ws-1', action: 'Drop table users' },
  context: { request: { action: 'Drop table users', args: { table: 'users' } }, approvalId: null },
  ...fields,
});

export interface TellingProcess {
  readonly socket: WebSocket;
  tell(events: readonly ProcessEvent[], dropped?: number): void;
  say(message: ProcessMessage): void;
}

/** A process that has said hello. */
export async function tellingProcess(url: string, id = 'p1'): Promise<TellingProcess> {
  const socket = await openSocket(url, '/processes');
  const say = (message: ProcessMessage): void => socket.send(JSON.stringify(message));
  say({ type: 'hello', version: 1, process: { ...PROCESS, id } });
  return {
    socket,
    say,
    tell: (events, dropped = 0) => say({ type: 'batch', events: [...events], dropped }),
  };
}

/** What a page knows when it puts together what it is told. */
export interface WatchingPage {
  readonly socket: WebSocket;
  readonly messages: readonly ViewMessage[];
  readonly rows: ReadonlyMap<string, ActorRow>;
  readonly processes: ReadonlyMap<string, ProcessRow>;
  /** Of the actor that it watches. */
  readonly entries: readonly Entry[];
  watch(actor: string | null): void;
}

export async function watchingPage(url: string): Promise<WatchingPage> {
  const socket = new WebSocket(addressOf(url, '/watch'), { headers: { origin: url } });
  onTestFinished(() => socket.terminate());
  const messages: ViewMessage[] = [];
  const rows = new Map<string, ActorRow>();
  const processes = new Map<string, ProcessRow>();
  const entries: Entry[] = [];
  socket.on('error', () => undefined);
  socket.on('message', (data: Buffer) => {
    const message = viewMessageSchema.parse(JSON.parse(data.toString('utf8')));
    messages.push(message);
    if (message.type === 'history') entries.splice(0, entries.length, ...message.entries);
    else {
      for (const row of message.actors) rows.set(row.id, row);
      for (const row of message.processes) processes.set(row.id, row);
    }
    if (message.type !== 'changes') return;
    for (const id of message.gone) rows.delete(id);
    entries.push(...message.entries);
  });
  await once(socket, 'open');
  const watch = (actor: string | null): void =>
    socket.send(JSON.stringify({ type: 'watch', actor }));
  return { socket, messages, rows, processes, entries, watch };
}

/** A link of this process; closed at the end of the test. */
export function linkTo(url: string, options: Omit<ViewLinkOptions, 'url'> = {}): ViewLink {
  const link = viewLink({ url, ...options });
  onTestFinished(() => link.close());
  return link;
}

/** The address of a server that takes connections and never says a word. */
export async function muteServer(): Promise<string> {
  const server = createServer((socket) => onTestFinished(() => void socket.destroy()));
  onTestFinished(() => void server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
}
