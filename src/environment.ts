/**
 * Everything of the world that the requesting side touches, in one place, so that a test can put
 * another world there: time, chance, ids, HTTP and sockets.
 */
import { randomUUID } from 'node:crypto';
import { uptime } from 'node:os';
import { type ClientOptions, WebSocket } from 'ws';
import { type DeadlineClock, systemClock } from '../machines/index.ts';

export interface Environment {
  readonly clock: DeadlineClock;
  /** In [0, 1). Spreads retries; never used for a secret. */
  readonly random: () => number;
  /** A UUID v4. */
  readonly uuid: () => string;
  readonly fetch: typeof globalThis.fetch;
  readonly connect: (url: string, options: ClientOptions) => WebSocket;
}

/** `os.uptime()` counts sleep, in hundredths of a second; `performance.now()` is exact and does not. */
const sleptMs = (): number => uptime() * 1000 - performance.now();
const sleptAtStart = sleptMs();
const MEASURING_ERROR_MS = 500;

function monotonic(): number {
  const slept = sleptMs() - sleptAtStart;
  return performance.now() + (slept > MEASURING_ERROR_MS ? slept : 0);
}

/** The real world. */
export const systemEnvironment: Environment = {
  clock: { ...systemClock, monotonic },
  random: Math.random,
  uuid: randomUUID,
  fetch: (input, init) => globalThis.fetch(input, init),
  connect: (url, options) => new WebSocket(url, options),
};
