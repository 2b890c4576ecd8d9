/**
 * The recorded platform without a network. Every request, answer and frame on its way waits for its
 * turn, and the scheduler decides whose turn it is.
 */
import type { Scheduler } from 'fast-check';
import type { PlainAnswer } from '../../src/testing/fake/answers.ts';
import { decidedFrame, type FakeDialect } from '../../src/testing/fake/frames.ts';
import { answerAsRecorded, type FakeWorld } from '../../src/testing/fake/handlers.ts';
import { DEFAULT_QUIRKS } from '../../src/testing/fake/quirks.ts';
import { FakeRows } from '../../src/testing/fake/rows.ts';
import type { FakeRow } from '../../src/testing/index.ts';
import { MemorySocket } from '../support/memory-socket.ts';
import type { SimulatedTime } from '../support/simulated-clock.ts';
import type { AskedRow } from './askers-judge.ts';

export class InterleavedPlatform {
  readonly time: SimulatedTime;
  /** Rows of which the asking process has the answer to its POST. */
  readonly answered = new Set<string>();
  /** Keys whose create was sent and has no answer. */
  readonly creating = new Set<string>();
  /** Rows whose decision reached an open socket. */
  readonly told = new Set<string>();
  /** By key: what happens as soon as the row is there. */
  readonly onCreate = new Map<string, (row: FakeRow) => void>();
  /** Lists are answered with 503: then only frames can tell. */
  refusesLists = false;
  /** The next create is stored, and its answer gets lost. */
  losesAnswer = false;
  readonly #scheduler: Scheduler;
  readonly #rows: FakeRows;
  readonly #world: FakeWorld;
  readonly #digests = new Map<string, string | undefined>();
  readonly #sockets = new Set<MemorySocket>();
  readonly #calls = new Set<() => void>();

  constructor(scheduler: Scheduler, time: SimulatedTime, dialect: FakeDialect) {
    this.#scheduler = scheduler;
    this.time = time;
    const { now } = time.clock;
    this.#rows = new FakeRows(now, () => undefined);
    this.#world = {
      rows: this.#rows,
      now,
      quirks: { ...DEFAULT_QUIRKS, dialect, expireAfterMs: Number.POSITIVE_INFINITY },
      announce: (frame) => void this.announce(frame),
    };
  }

  get rows(): AskedRow[] {
    return this.#rows.all().map((row) => ({ ...row, digest: this.#digests.get(row.task_id) }));
  }

  get pending(): FakeRow[] {
    return this.#rows.pending();
  }

  /** The next request that the asking process makes. */
  nextCall(): Promise<void> {
    return new Promise((resolve) => this.#calls.add(resolve));
  }

  readonly fetch: typeof globalThis.fetch = async (input, init) => {
    for (const resolve of this.#calls) resolve();
    this.#calls.clear();
    const request = new Request(input, init);
    const gaveUp = new Promise<never>((_, reject) => {
      request.signal.addEventListener('abort', () => reject(new Error('no answer in time')));
    });
    const answer = this.#exchange(request);
    answer.catch(() => undefined);
    return Promise.race([answer, gaveUp]);
  };

  readonly connect = (): MemorySocket => {
    const socket = new MemorySocket();
    void this.#open(socket);
    return socket;
  };

  /** Decides, and tells every socket unless it is said silently. */
  decide(id: string, word: 'approved' | 'denied', who: string, silently: boolean): void {
    const row = this.#rows.decide(id, word, who);
    if (row === undefined || silently) return;
    const frame = decidedFrame(row, this.#world.quirks.dialect, this.time.clock.now());
    void this.announce(frame, id);
  }

  /** @param about the row whose decision it tells of */
  async announce(frame: string, about?: string): Promise<void> {
    await this.#turn(`frame ${frame.slice(0, 40)}`);
    for (const socket of this.#sockets) {
      if (about !== undefined && socket.readyState === socket.OPEN) this.told.add(about);
      socket.receive(frame);
    }
  }

  dropSockets(): void {
    for (const socket of this.#sockets) socket.end(1006);
    this.#sockets.clear();
  }

  async #open(socket: MemorySocket): Promise<void> {
    await this.#turn('the socket opens');
    this.#sockets.add(socket);
    socket.open();
  }

  async #exchange(request: Request): Promise<Response> {
    const { method, url } = request;
    const path = new URL(url).pathname;
    const body = await request.text();
    const isCreate = method === 'POST' && path.endsWith('/approvals');
    const key = isCreate ? this.#keepDigest(body) : '';
    await this.#turn(`${method} ${path} arrives`);
    const { status = 200, body: answer } = await this.#answer(method, path, body);
    const row = this.#rows.all().find(({ task_id }) => task_id === key);
    if (isCreate && row !== undefined) this.onCreate.get(key)?.(row);
    const isLost = isCreate && this.losesAnswer && !this.refusesLists;
    if (isLost) this.losesAnswer = false;
    await this.#turn(`${status} to ${method} ${path} ${isLost ? 'gets lost' : 'comes back'}`);
    if (isLost) throw new TypeError('fetch failed', { cause: new Error('socket hang up') });
    if (isCreate && row !== undefined) this.answered.add(row.id);
    this.creating.delete(key);
    return Response.json(answer, { status });
  }

  async #answer(method: string, path: string, body: string): Promise<PlainAnswer> {
    if (method === 'GET' && this.refusesLists) return { status: 503, body: { error: 'busy' } };
    return answerAsRecorded(this.#world, {
      method,
      path,
      body,
      belowBase: true,
      query: new URLSearchParams(),
      headers: {},
      at: this.time.clock.now(),
      upgrade: false,
    });
  }

  /** @returns the key */
  #keepDigest(body: string): string {
    const { task_id, context }: { task_id: string; context?: { digest: string } } =
      JSON.parse(body);
    this.#digests.set(task_id, context?.digest);
    this.creating.add(task_id);
    return task_id;
  }

  #turn(label: string): Promise<void> {
    return this.#scheduler.schedule(Promise.resolve(), label);
  }
}
