/**
 * A platform for tests: a real HTTP and WebSocket server on a free port of 127.0.0.1 that answers
 * as the Molecule platform was recorded to answer, fault for fault, and fails when it is told to.
 */

import { upgradeAsRecorded } from './fake/access.ts';
import type { Answer, WireAnswer } from './fake/answers.ts';
import { carryOut } from './fake/carry-out.ts';
import { Conditions } from './fake/conditions.ts';
import { decidedFrame, requestedFrame } from './fake/frames.ts';
import { answerAsRecorded, type FakeWorld } from './fake/handlers.ts';
import {
  DEFAULT_QUIRKS,
  type FakePlatformOptions,
  type FakePlatformQuirks,
} from './fake/quirks.ts';
import { RateBucket } from './fake/rate.ts';
import { type LoggedRequest, matcherOf, type RequestMatch } from './fake/request-log.ts';
import { type FakeAsk, type FakeRow, FakeRows } from './fake/rows.ts';
import { type AnswerHandler, Script } from './fake/script.ts';
import { FakeServer } from './fake/server.ts';
import { FakeSockets } from './fake/sockets.ts';

/** Starts a platform. Close it at the end of the test, or make it with `await using`. */
export async function createFakePlatform(options: FakePlatformOptions = {}): Promise<FakePlatform> {
  const platform = new FakePlatform(options);
  await platform.listen();
  return platform;
}

/** A running fake platform; {@link createFakePlatform} makes it. */
export class FakePlatform implements AsyncDisposable {
  /** The switches; change them at any time. */
  readonly quirks: FakePlatformQuirks;
  readonly #requests: LoggedRequest[] = [];
  readonly #conditions = new Conditions();
  readonly #script = new Script();
  readonly #bucket = new RateBucket();
  readonly #sockets = new FakeSockets(() => this.#conditions.changed());
  readonly #rows: FakeRows;
  readonly #world: FakeWorld;
  readonly #server: FakeServer;
  readonly #basePath: string;
  #url = '';
  #upgradeAnswer: Answer | undefined;
  #closing: Promise<void> | undefined;

  constructor({ basePath = '', now = Date.now, ...quirks }: FakePlatformOptions) {
    this.quirks = { ...DEFAULT_QUIRKS, ...quirks };
    this.#basePath = basePath;
    this.#rows = new FakeRows(now, () => this.#conditions.changed());
    const announce = (frame: string) => this.#announce(frame);
    this.#world = { rows: this.#rows, quirks: this.quirks, now, announce };
    this.#server = new FakeServer(basePath, {
      received: (request) => this.#received(request),
      spend: () => this.#bucket.spend(this.quirks.rateLimit, now()),
      answer: (request) => this.#answer(request),
      answerUpgrade: (request) => this.#answerUpgrade(request),
      accept: (req, socket, head) => this.#sockets.accept(req, socket, head),
    });
  }

  /** Called once, by {@link createFakePlatform}. */
  async listen(): Promise<void> {
    await this.#server.listen();
    this.#url = `http://127.0.0.1:${this.#server.port}${this.#basePath}`;
  }

  /** The base address, without a slash at the end. It stays the same after the close. */
  get url(): string {
    return this.#url;
  }

  /** Every row of every workspace, newest first, without the list's limit of 50. */
  rows(): FakeRow[] {
    return this.#rows.all();
  }

  /** Another request, made without HTTP, and announced to every socket. */
  addRow(ask: FakeAsk): FakeRow {
    const row = this.#rows.insert(ask);
    this.#announce(requestedFrame(row, this.#world.now()));
    return row;
  }

  /** Forgets every row, as a database that was restored from a back-up. Nobody is told. */
  forgetRows(): void {
    this.#rows.clear();
  }

  /**
   * Decides as an approver does: the row changes, and every socket is told.
   * @param decidedBy default `human`, as on the platform
   * @throws Error where the row is unknown or ended
   */
  decide(id: string, decision: 'approved' | 'denied', decidedBy = 'human'): FakeRow {
    const row = this.#rows.decide(id, decision, decidedBy);
    if (row === undefined) throw new Error(`No pending row ${id}: it is unknown or ended.`);
    this.#announce(decidedFrame(row, this.quirks.dialect, this.#world.now()));
    return row;
  }

  /** How many sockets of the live channel are open now. */
  get sockets(): number {
    return this.#sockets.count;
  }

  /**
   * Sends to every open socket, whatever the quirks say. Text goes as it is, bytes as a binary
   * frame, anything else as JSON.
   * @param options `fin: false` leaves the message open, for one that never ends
   */
  sendFrame(frame: string | Uint8Array | object, options: { readonly fin?: boolean } = {}): void {
    const isRaw = typeof frame === 'string' || frame instanceof Uint8Array;
    this.#sockets.send(isRaw ? frame : JSON.stringify(frame), options);
  }

  /**
   * Closes every open socket with `code` (default 1000). `abrupt`, and code 1006: the connection
   * ends without a close frame. Code 1005: the close frame has no code.
   */
  dropSockets(code = 1000, { abrupt = false }: { readonly abrupt?: boolean } = {}): void {
    this.#sockets.drop(code, abrupt);
  }

  /** Half-open sockets: they stay, and nothing comes any more, no frame and no pong. */
  silenceSockets(silent = true): void {
    this.#sockets.silent = silent;
  }

  /** Every upgrade from now on gets this status or answer; `undefined`: as recorded again. */
  refuseUpgrades(answer: number | Answer | undefined): void {
    this.#upgradeAnswer = typeof answer === 'number' ? { status: answer } : answer;
  }

  /** Every request so far, upgrades included, oldest first. */
  get requests(): readonly LoggedRequest[] {
    return this.#requests;
  }

  /** How many requests so far are meant. */
  countRequests(match: RequestMatch): number {
    return this.#requests.filter(matcherOf(match)).length;
  }

  /** The next request that is meant, from now on. Rejects when the platform is closed before. */
  nextRequest(match: RequestMatch): Promise<LoggedRequest> {
    const from = this.#requests.length;
    const matches = matcherOf(match);
    return this.#conditions.until(() => this.#requests.slice(from).find(matches));
  }

  /** The newest row that is meant, now or as soon as there is one. Rejects as `nextRequest`. */
  waitForRow(matches: (row: FakeRow) => boolean = () => true): Promise<FakeRow> {
    return this.#conditions.until(() => this.#rows.all().find(matches));
  }

  /** Resolves when that many sockets are open; at once where they are. Rejects as `nextRequest`. */
  async waitForSockets(count: number): Promise<void> {
    await this.#conditions.until(() => (this.sockets === count ? true : undefined));
  }

  /**
   * Answers what is meant as scripted: always, or with a list once for each of its answers. The
   * newest rule comes first; what no rule answers is answered as recorded.
   * @returns takes the rule back
   */
  respond(match: RequestMatch, answers: Answer | readonly Answer[] | AnswerHandler): () => void {
    return this.#script.add(match, answers);
  }

  /** Ends everything, also what hangs. A second call changes nothing. */
  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #end(): Promise<void> {
    this.#conditions.refuseAll(new Error('The fake platform was closed before it happened.'));
    this.#sockets.close();
    await this.#server.close();
  }

  #received(request: LoggedRequest): void {
    this.#requests.push(request);
    this.#conditions.changed();
  }

  #announce(frame: string): void {
    if (!this.quirks.dropFrames) this.#sockets.announce(frame);
  }

  async #answer(request: LoggedRequest): Promise<WireAnswer> {
    const scripted = await this.#script.answerTo(request);
    return carryOut(scripted, this.#world, (world) => answerAsRecorded(world, request));
  }

  async #answerUpgrade(request: LoggedRequest): Promise<WireAnswer | 'accept'> {
    const scripted = this.#upgradeAnswer ?? (await this.#script.answerTo(request));
    return carryOut(scripted, this.#world, ({ quirks }) => upgradeAsRecorded(quirks, request));
  }
}
