/** Stately's own inspector in another process, and what a plain observer sees in this one. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { WebSocketServer } from 'ws';
import type { InspectionEvent } from 'xstate';
import { z } from 'zod';

const PROGRAM = fileURLToPath(new URL('./stately-viewer.ts', import.meta.url));
/** Halves the start of every viewer but the first. */
const compileCache = fileURLToPath(new URL('../../node_modules/.cache/compiled', import.meta.url));

const eventSchema = z.looseObject({ type: z.string() });
const snapshotSchema = z.looseObject({
  status: z.string(),
  value: z.json().optional(),
  context: z.looseObject({}).optional(),
});
const base = {
  sessionId: z.string(),
  rootId: z.string(),
  createdAt: z.string().regex(/^\d{13}$/),
  id: z.null(),
  _version: z.string(),
};
export const receivedSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('@xstate.actor'),
    ...base,
    name: z.string(),
    definition: z.string(),
    parentId: z.string().optional(),
    snapshot: snapshotSchema,
  }),
  z.strictObject({
    type: z.literal('@xstate.event'),
    ...base,
    sourceId: z.string().optional(),
    event: eventSchema,
  }),
  z.strictObject({
    type: z.literal('@xstate.snapshot'),
    ...base,
    event: eventSchema,
    snapshot: snapshotSchema,
  }),
]);
export type Received = z.infer<typeof receivedSchema>;

export interface Viewer {
  readonly url: string;
  /** As they came. */
  readonly lines: readonly string[];
  readonly received: () => Received[];
  readonly kill: () => Promise<void>;
}

/** Relay and receiver in a process of their own, connected to each other; ends with the test. */
export async function statelyViewer(port = 0): Promise<Viewer> {
  const child = spawn(process.execPath, [PROGRAM, String(port)], {
    env: { PATH: process.env['PATH'], NODE_COMPILE_CACHE: compileCache },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  onTestFinished(kill);
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout });
  const listening = Promise.withResolvers<string>();
  reader.on('line', (line) => {
    if (line.startsWith('ws:')) listening.resolve(line);
    else lines.push(line);
  });
  const received = (): Received[] => lines.map((line) => receivedSchema.parse(JSON.parse(line)));
  return { url: await listening.promise, lines, received, kill };
}

/** A relay of this process, on which nobody looks: for what can go wrong on the way. */
export interface Relay {
  readonly url: string;
  /** What came over each connection. */
  readonly connections: readonly Received[][];
  /** Ends every connection. */
  readonly drop: (code: number) => void;
  /** Stops to read, or goes on. */
  readonly pause: (isPaused: boolean) => void;
}

export async function statelyRelay({ isPaused = false } = {}): Promise<Relay> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  const connections: Received[][] = [];
  server.on('connection', (socket) => {
    const received: Received[] = [];
    connections.push(received);
    if (isPaused) socket.pause();
    socket.on('message', (data: Buffer) => {
      received.push(receivedSchema.parse(JSON.parse(data.toString())));
    });
  });
  onTestFinished(() => {
    for (const socket of server.clients) socket.terminate();
    server.close();
  });
  await once(server, 'listening');
  const address = server.address();
  return {
    url: `ws://127.0.0.1:${typeof address === 'object' ? address?.port : address}`,
    connections,
    drop: (code) => {
      for (const socket of server.clients) socket.close(code);
    },
    pause: (paused) => {
      for (const socket of server.clients)
        if (paused) socket.pause();
        else socket.resume();
    },
  };
}

/** What happened, without what the observer makes of it: one line each. */
export interface Recording {
  readonly lines: string[];
  readonly next: (event: InspectionEvent) => void;
}

/** A plain observer. @param prefix as the one that is compared puts it before every id */
export function recording(prefix = ''): Recording {
  const lines: string[] = [];
  return {
    lines,
    next: (event) => {
      const at = `${event.type} ${prefix}${event.rootId} ${prefix}${event.actorRef.sessionId}`;
      if (event.type === '@xstate.actor') lines.push(at);
      if (event.type === '@xstate.event') {
        const source = event.sourceRef === undefined ? '-' : prefix + event.sourceRef.sessionId;
        lines.push(`${at} ${event.event.type} ${source}`);
      }
      if (event.type === '@xstate.snapshot') {
        const { value } = z.object({ value: z.json().optional() }).parse(event.snapshot);
        const said = `${event.event.type} ${event.snapshot.status} ${JSON.stringify(value)}`;
        lines.push(`${at} ${said}`);
      }
    },
  };
}

/** The same of what was received. */
export function lineOf(message: Received): string {
  const at = `${message.type} ${message.rootId} ${message.sessionId}`;
  if (message.type === '@xstate.actor') return at;
  if (message.type === '@xstate.event')
    return `${at} ${message.event.type} ${message.sourceId ?? '-'}`;
  const { status, value } = message.snapshot;
  return `${at} ${message.event.type} ${status} ${JSON.stringify(value)}`;
}
