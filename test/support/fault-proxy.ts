/**
 * A TCP proxy in front of any platform that does what networks do: on a free port of 127.0.0.1,
 * with faults for each direction that are switched while connections are open.
 *
 * @example
 * ```ts
 * await using proxy = await createFaultProxy({ target: platform.url });
 * proxy.toxics.down.set({ latency: { ms: 50, jitterMs: 20 } });
 * ```
 */
import { createServer, type Server, type Socket } from 'node:net';
import { seededRandom } from '../../src/testing/walk/seeded-random.ts';
import { Connection } from './fault-proxy/connection.ts';
import { Direction, type Toxics } from './fault-proxy/toxics.ts';

export interface FaultProxyOptions {
  /** An http address; its path is kept. */
  readonly target: string;
  /** Of the jitter. Default 1. */
  readonly seed?: number;
}

export async function createFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const proxy = new FaultProxy(options);
  await proxy.listen();
  return proxy;
}

class BothWays {
  /** From the client to the target. */
  readonly up = new Direction();
  /** From the target to the client. */
  readonly down = new Direction();

  set(toxics: Partial<Toxics>): void {
    this.up.set(toxics);
    this.down.set(toxics);
  }

  clear(): void {
    this.up.clear();
    this.down.clear();
  }
}

/** {@link createFaultProxy} makes it. */
export class FaultProxy implements AsyncDisposable {
  readonly toxics = new BothWays();
  readonly #target: URL;
  readonly #random: () => number;
  readonly #connections = new Set<Connection>();
  readonly #server: Server;
  #accepted = 0;
  #url = '';

  constructor({ target, seed = 1 }: FaultProxyOptions) {
    this.#target = new URL(target);
    this.#random = seededRandom(seed);
    this.#server = createServer({ allowHalfOpen: true }, (client) => this.#accept(client));
  }

  /** Called once, by {@link createFaultProxy}. */
  async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject).listen(0, '127.0.0.1', resolve);
    });
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    this.#url = `http://127.0.0.1:${address.port}${this.#target.pathname.replace(/\/$/, '')}`;
  }

  /** What the target's address is through the proxy. */
  get url(): string {
    return this.#url;
  }

  /** How many are open now. */
  get connections(): number {
    return this.#connections.size;
  }

  /** How many there were so far. */
  get accepted(): number {
    return this.#accepted;
  }

  /** Resets every connection that is open. */
  reset(): void {
    for (const connection of this.#connections) connection.end('reset');
  }

  /** Writes bytes to every client, as if the target had sent them. */
  inject(bytes: Uint8Array): void {
    for (const connection of this.#connections) connection.inject(bytes);
  }

  /** Ends everything. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.reset();
    await closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #accept(client: Socket): void {
    this.#accepted += 1;
    const connection = new Connection({
      client,
      target: { host: this.#target.hostname, port: Number(this.#target.port) },
      up: this.toxics.up,
      down: this.toxics.down,
      random: this.#random,
    });
    this.#connections.add(connection);
    void connection.closed.then(() => this.#connections.delete(connection));
  }
}
