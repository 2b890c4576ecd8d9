/** The network side of the fake platform: reads requests, hands them on, sends the answers. */
import { createServer, type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { messageOf } from '../../errors.ts';
import { deliver, type WireAnswer } from './answers.ts';
import type { Spent } from './rate.ts';
import { type LoggedRequest, logged } from './request-log.ts';

/** What the server asks for every request, in this order. */
export interface ServerCallbacks {
  received(request: LoggedRequest): void;
  spend(): Spent;
  answer(request: LoggedRequest): Promise<WireAnswer>;
  /** `accept`: the live channel opens. */
  answerUpgrade(request: LoggedRequest): Promise<WireAnswer | 'accept'>;
  accept(req: IncomingMessage, socket: Duplex, head: Buffer): void;
}

const OVER_THE_LIMIT: WireAnswer = { status: 429, body: { error: 'rate limit exceeded' } };

export class FakeServer {
  readonly #callbacks: ServerCallbacks;
  readonly #basePath: string;
  readonly #connections = new Set<Socket>();
  readonly #server: Server;

  constructor(basePath: string, callbacks: ServerCallbacks) {
    this.#basePath = basePath;
    this.#callbacks = callbacks;
    this.#server = createServer((req, res) => void this.#serve(req, res));
    this.#server.on('upgrade', (req, socket, head) => void this.#upgrade(req, socket, head));
    this.#server.on('connection', (socket) => this.#track(socket));
  }

  async listen(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#server.once('error', reject).listen(0, '127.0.0.1', resolve);
    await promise;
  }

  /** @throws Error before `listen` */
  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string')
      throw new Error('The fake platform does not listen.');
    return address.port;
  }

  /** Ends every connection, also the ones whose answer never came. */
  async close(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    for (const socket of this.#connections) socket.destroy();
    await promise;
  }

  #track(socket: Socket): void {
    this.#connections.add(socket);
    socket.once('close', () => this.#connections.delete(socket));
    // A peer that goes away is ordinary here; without a listener it would end the process.
    socket.on('error', () => undefined);
  }

  async #serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const body = await text(req).catch(() => undefined);
    // The caller went away while it was sending.
    if (body === undefined) return;
    const request = logged(req, body, this.#basePath);
    await this.#respond(request, res, () => this.#callbacks.answer(request));
  }

  async #upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const request = logged(req, '', this.#basePath);
    const res = responseOn(req, socket);
    await this.#respond(request, res, async () => {
      const answer = await this.#callbacks.answerUpgrade(request);
      if (answer !== 'accept') return answer;
      if (res.socket !== null) res.detachSocket(res.socket);
      this.#callbacks.accept(req, socket, head);
      return 'hang';
    });
  }

  async #respond(
    request: LoggedRequest,
    res: ServerResponse,
    answer: () => Promise<WireAnswer>,
  ): Promise<void> {
    this.#callbacks.received(request);
    const { allowed, headers } = this.#callbacks.spend();
    for (const [name, value] of Object.entries(headers)) if (value) res.setHeader(name, value);
    deliver(res, allowed ? await answer().catch(failed) : OVER_THE_LIMIT);
  }
}

/** A test's own handler or hook threw: the answer says so, and the caller's test can show it. */
const failed = (error: unknown): WireAnswer => ({
  status: 500,
  body: { error: `The fake platform's script threw: ${messageOf(error)}` },
});

/** Answers to an upgrade go over the bare socket, which ends after them. */
function responseOn(req: IncomingMessage, socket: Duplex): ServerResponse {
  const res = new ServerResponse(req);
  res.shouldKeepAlive = false;
  res.assignSocket(req.socket);
  res.once('finish', () => socket.end());
  return res;
}
