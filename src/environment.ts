/**
 * Everything of the world that the requesting side touches, in one place, so that a test can put
 * another world there: time, chance, ids, HTTP, sockets, the disk and the process itself.
 */
import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import type { WebSocket } from 'ws';
import type { DeadlineClock } from '../machines/index.ts';
import { type Files, systemFiles } from './environment/files.ts';
import { httpFetch } from './environment/http-fetch.ts';
import { type ProcessIdentity, systemProcess } from './environment/process-identity.ts';
import { sleepCountingClock } from './environment/sleep-counting-clock.ts';

/** What a socket is opened with, as `ws` takes it; times in milliseconds, sizes in bytes. */
export interface ConnectOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly origin?: string;
  readonly handshakeTimeout?: number;
  readonly maxPayload?: number;
  readonly perMessageDeflate?: boolean;
  readonly followRedirects?: boolean;
}

/** A message as `ws` gives it. */
export type SocketData = Buffer | ArrayBuffer | Buffer[];

/** The part of a `ws` socket that is used. */
export interface LiveSocket {
  readonly readyState: number;
  /** The `readyState` of an open socket. */
  readonly OPEN: number;
  on(event: 'open' | 'pong', listener: () => void): unknown;
  on(event: 'message', listener: (data: SocketData, isBinary: boolean) => void): unknown;
  on(event: 'close', listener: (code: number, reason: Buffer) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(
    event: 'unexpected-response',
    listener: (request: unknown, response: RefusedUpgrade) => void,
  ): unknown;
  ping(): void;
  close(code: number): void;
  terminate(): void;
}

/** The answer to an upgrade that was not accepted. */
export interface RefusedUpgrade {
  readonly statusCode?: number | undefined;
  resume(): unknown;
}

export interface Environment {
  readonly clock: DeadlineClock;
  /** In [0, 1). Spreads retries; never used for a secret. */
  readonly random: () => number;
  /** A UUID v4. */
  readonly uuid: () => string;
  readonly fetch: typeof globalThis.fetch;
  readonly connect: (url: string, options: ConnectOptions) => LiveSocket;
  readonly files: Files;
  /** Who holds what is in the state folder. */
  readonly process: ProcessIdentity;
}

type SocketClass = typeof WebSocket;
let socketClass: SocketClass | undefined;

/** Loads `ws`, which is dear, beside other work; where nobody did, the first socket waits for it. */
export async function loadSockets(): Promise<void> {
  socketClass ??= (await import('ws')).WebSocket;
}

function loadSocketsNow(): SocketClass {
  socketClass ??= createRequire(import.meta.url)('ws') as SocketClass;
  return socketClass;
}

/** The real world. */
export const systemEnvironment: Environment = {
  // Not the clock of the machines: whoever imports this needs no XState yet.
  clock: {
    now: () => Date.now(),
    monotonic: sleepCountingClock(),
    setTimeout: (callback, ms) => setTimeout(callback, ms),
    clearTimeout: (handle) => clearTimeout(handle as ReturnType<typeof setTimeout>),
  },
  random: Math.random,
  uuid: randomUUID,
  fetch: httpFetch(),
  connect: (url, options) => new (loadSocketsNow())(url, options),
  files: systemFiles,
  process: systemProcess,
};
