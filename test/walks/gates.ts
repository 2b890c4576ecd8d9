/**
 * The real world with gates in it, so that an approval can be stopped between any two states: what
 * passes them goes over real sockets to a real server.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type Environment, type LiveSocket, systemEnvironment } from '../../src/index.ts';
import { type SleepyClock, sleepyClock } from './sleepy-clock.ts';

/** What waits before a gate goes on when it is opened, each in the way that is said then. */
export class Gate<Word extends string> {
  readonly #opened = Promise.withResolvers<Word>();
  way: Word | undefined;
  /** How many have come so far. */
  arrived = 0;

  open(way: Word): void {
    this.way ??= way;
    this.#opened.resolve(this.way);
  }

  pass(): Promise<Word> {
    this.arrived += 1;
    return this.#opened.promise;
  }
}

/** `refused` and `lost` go where no server knows the path. */
export type Way = 'sent' | 'refused' | 'lost';

export class Gates {
  readonly clock: SleepyClock = sleepyClock();
  /** Before `config.yaml` is looked at. */
  readonly permission = new Gate<'checked'>();
  /** Before a create is sent, and before its answer is given. */
  readonly creates = new Gate<Way>();
  readonly createAnswers = new Gate<'given'>();
  /** Before a request is taken back. */
  readonly withdrawals = new Gate<Way>();
  /** Before a list is read, where it is closed. */
  reads: Gate<'read'> | undefined;
  /** What the platform answers to a list is about something else. */
  lies = false;
  /** The most lists that were read at the same moment. */
  readsAtOnce = 0;
  /** Whether upgrades reach the platform. */
  channel: 'on' | 'off' = 'on';
  #reading = 0;
  readonly #sockets = new Set<LiveSocket>();

  readonly environment: Environment = {
    ...systemEnvironment,
    clock: this.clock,
    // Back-offs as short as they may be.
    random: () => 0.01,
    files: {
      ...systemEnvironment.files,
      lstat: async (path) => {
        if (path.endsWith('config.yaml')) await this.permission.pass();
        return systemEnvironment.files.lstat(path);
      },
    },
    fetch: (input, init) => this.#fetch(new Request(input, init)),
    connect: (url, options) => {
      const socket = systemEnvironment.connect(this.channel === 'on' ? url : `${url}-off`, options);
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      return socket;
    },
  };

  get openSockets(): number {
    return [...this.#sockets].filter(({ readyState, OPEN }) => readyState === OPEN).length;
  }

  get isReading(): boolean {
    return this.#reading > 0;
  }

  newReads(): Gate<'read'> {
    return new Gate();
  }

  /** Resolves when it is open, or closed, for every socket of the client. */
  async turnChannel(to: 'on' | 'off'): Promise<void> {
    this.channel = to;
    if (to === 'off') for (const socket of this.#sockets) socket.terminate();
    while (to === 'on' ? this.openSockets === 0 : this.openSockets > 0) await delay(2);
  }

  /** Lets everything through that waits, so that a client can be closed. */
  openAll(): void {
    this.permission.open('checked');
    this.creates.open('sent');
    this.createAnswers.open('given');
    this.withdrawals.open('sent');
    this.reads?.open('read');
  }

  async #fetch(request: Request): Promise<Response> {
    const { method, url } = request;
    if (url.endsWith('/decide')) return send(request, await this.withdrawals.pass());
    if (!new URL(url).pathname.endsWith('/approvals')) return fetch(request);
    if (method === 'GET') return this.#read(request);
    const answer = await send(request, await this.creates.pass());
    await this.createAnswers.pass();
    return answer;
  }

  async #read(request: Request): Promise<Response> {
    this.#reading += 1;
    this.readsAtOnce = Math.max(this.readsAtOnce, this.#reading);
    try {
      await this.reads?.pass();
      // Changes tell nothing of a row that waits; whoever lies begins with the whole list.
      if (this.lies && request.url.includes('changed_since=')) return unknownMark();
      const answer = await fetch(request);
      const text = await answer.text();
      const told = this.lies ? text.replaceAll('"action":"', '"action":"Not ') : text;
      return new Response(told, answer);
    } finally {
      this.#reading -= 1;
    }
  }
}

const unknownMark = (): Response => Response.json({ error: 'unknown_mark' }, { status: 410 });

const send = (request: Request, way: Way): Promise<Response> =>
  fetch(way === 'sent' ? request : new Request(`${request.url}-${way}`, request));
