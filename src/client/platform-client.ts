/**
 * The requesting side of the wire: the services that the approval machine invokes, over one channel,
 * one reader and one map of waiters for all approvals of a process.
 */
import type { InspectionEvent } from 'xstate';
import type {
  ApprovalRequest,
  ChannelStatus,
  Submission,
  WaitEvent,
  WaitInput,
  Withdrawal,
  WithdrawInput,
} from '../../machines/index.ts';
import type { Environment } from '../environment.ts';
import { routes } from '../protocol/routes.ts';
import { CatchUp } from './catch-up.ts';
import { Debts } from './debts.ts';
import { createExchange, type Exchange } from './exchange.ts';
import { Incoming } from './incoming.ts';
import { Lists } from './lists.ts';
import { LiveChannel } from './live-channel.ts';
import { heedRetryAfter } from './patience.ts';
import { Reader } from './reader.ts';
import { type StateReport, StateReports } from './state-reports.ts';
import { type Known, Submissions } from './submissions.ts';
import type { TokenSource } from './token-source.ts';
import { type Twin, Twins } from './twins.ts';
import { Users } from './users.ts';
import { type Contradiction, Waiters, type WaitMode } from './waiters.ts';
import { withdraw } from './withdraw.ts';

export interface PlatformClientOptions {
  readonly baseUrl: string;
  readonly workspaceId: string;
  readonly pollIntervalMs: number;
  /** `false`: no live channel at all, polling only. */
  readonly live: boolean;
  readonly origin: string | undefined;
  /** Believe a granting frame only after the row says the same. */
  readonly confirmGrants: boolean;
  readonly tokens: TokenSource;
  readonly environment: Environment;
  /** Ends the waits whose time is up; called before a decision is believed. */
  readonly lookAtDeadlines: () => void;
  readonly onContradiction: (contradiction: Contradiction) => void;
  readonly onTwin: (twin: Twin) => void;
  /** Diagnostics: what went wrong without ending anything. */
  readonly onTrouble: (trouble: string) => void;
  readonly inspect?: (event: InspectionEvent) => void;
}

/** Each HTTP exchange, and each withdrawal as a whole, milliseconds. */
export const REQUEST_TIMEOUT_MS = 10_000;

export class PlatformClient {
  readonly #options: PlatformClientOptions;
  readonly #exchange: Exchange;
  readonly #lists: Lists;
  readonly #waiters: Waiters;
  readonly #catchUp: CatchUp;
  readonly #reader: Reader;
  readonly #incoming: Incoming;
  readonly #submissions: Submissions;
  readonly #channel: LiveChannel | undefined;
  readonly #users = new Users();
  readonly #debts: Debts;
  readonly #stateReports: StateReports;
  readonly #twins: Twins;

  constructor(options: PlatformClientOptions) {
    const { baseUrl, tokens, environment, workspaceId, pollIntervalMs } = options;
    this.#options = options;
    this.#exchange = heedRetryAfter(
      createExchange({ baseUrl, tokens, environment, timeoutMs: REQUEST_TIMEOUT_MS }),
      environment,
    );
    this.#lists = new Lists({
      exchange: this.#exchange,
      environment,
      workspaceId,
      onRows: (rows) => this.#incoming.rows(rows),
    });
    this.#debts = new Debts({
      exchange: this.#exchange,
      lists: this.#lists,
      environment,
      onTrouble: options.onTrouble,
      isAskedAgain: (request) => this.#users.askAgain(request),
    });
    this.#stateReports = new StateReports({
      exchange: this.#exchange,
      environment,
      workspaceId,
      onTrouble: options.onTrouble,
    });
    this.#twins = new Twins(this.#debts, options.onTwin);
    this.#waiters = new Waiters(options.onContradiction, options.lookAtDeadlines);
    this.#catchUp = new CatchUp({ lists: this.#lists, waiters: this.#waiters });
    this.#reader = new Reader({
      catchUp: this.#catchUp,
      environment,
      waiters: this.#waiters,
      pollIntervalMs,
      onError: (error) => options.onTrouble(`reading decisions failed: ${error}`),
    });
    const { confirmGrants } = options;
    const parts = { waiters: this.#waiters, twins: this.#twins };
    this.#incoming = new Incoming({ ...parts, workspaceId, confirmGrants, reader: this.#reader });
    this.#channel = options.live ? this.#createChannel() : undefined;
    this.#submissions = new Submissions({
      ...parts,
      exchange: this.#exchange,
      lists: this.#lists,
      environment,
      catchUp: this.#catchUp,
      debts: this.#debts,
      channel: this.#channel,
    });
  }

  /** The service of `submitting`. Never rejects. */
  submit(request: ApprovalRequest, known: Known, signal: AbortSignal): Promise<Submission> {
    this.#begin(request);
    return this.#submissions.submit(request, known, signal);
  }

  /** The service of `submitting` where the row is known already. */
  adopt(request: ApprovalRequest, approvalId: string, mayHaveTwin = false): Promise<Submission> {
    this.#begin(request);
    return this.#submissions.adopt(request, approvalId, mayHaveTwin);
  }

  /** Whether an approval of this key has ended here whose row may still wait for a person. */
  owes({ key }: ApprovalRequest): boolean {
    return this.#debts.has(key);
  }

  /** Whether the POST of an approval under way may have made another row. */
  mayHaveTwin({ key }: ApprovalRequest): boolean {
    return this.#twins.isExpected(key);
  }

  /** The service of `awaitingWS`. */
  awaitDecision(input: WaitInput, report: (event: WaitEvent) => void): () => void {
    const leave = this.#join(input, 'live', report);
    if (this.#channelStatus === 'down') report({ type: 'channel.lost', error: this.#downBecause });
    return leave;
  }

  /** The service of `fallbackPolling`. */
  pollDecision(input: WaitInput, report: (event: WaitEvent) => void): () => void {
    const wasHeld = this.#waiters.isHeld({ ...input, mode: 'polling' });
    const leave = this.#join(input, 'polling', report);
    if (!wasHeld) this.#reader.request();
    if (this.#channelStatus === 'live') report({ type: 'channel.live' });
    return leave;
  }

  /**
   * Goes on waiting for an approval whose service is about to stop, until the service of the same
   * state runs again: as if it had run all the time.
   * @returns false where it does not run
   */
  hold(input: WaitInput, report: (event: WaitEvent) => void): boolean {
    return this.#waiters.hold(input, report);
  }

  /** Ends the wait of an approval whose service will not: it is held, or its actor broke. */
  letGo(input: WaitInput): void {
    if (this.#waiters.letGo(input)) this.#left(input);
  }

  /**
   * The service of `withdrawing`. Never rejects; takes at most {@link REQUEST_TIMEOUT_MS}. What the
   * platform did not answer by then is tried again in the background.
   * @param mayExist whether another process may have made the row
   */
  async withdraw(input: WithdrawInput, mayExist = false): Promise<Withdrawal> {
    const { traceId } = input.request;
    const submitted = this.#submissions.underWay(traceId);
    const readError = this.#users.readErrorOf(traceId);
    const { environment } = this.#options;
    const parts = { exchange: this.#exchange, lists: this.#lists, environment };
    const { withdrawal, isOwed } = await withdraw(
      { ...parts, withinMs: REQUEST_TIMEOUT_MS, submitted, mayExist },
      input,
    );
    const isUnsure = input.approvalId === null;
    if (isOwed) this.#debts.owe({ ...input, submitted, isUnsure });
    return readError === undefined ? withdrawal : { readError, ...withdrawal };
  }

  /** Takes a request back that has ended for its asker. See {@link owed}. */
  withdrawLater(input: WithdrawInput): void {
    this.#debts.owe({ ...input, isUnsure: input.approvalId === null });
  }

  /** Tells the platform where an approval is, for people to see; see {@link StateReports}. */
  tellState(approvalId: string, report: StateReport): void {
    this.#stateReports.tell(approvalId, report);
  }

  /** Frames so far that told us of no decision. */
  get ignoredFrames(): number {
    return this.#incoming.ignoredFrames;
  }

  /** Nobody waits for this approval any more. The last one closes the channel. */
  release({ traceId }: ApprovalRequest): void {
    this.#users.ends(traceId);
    this.#submissions.forget(traceId);
    this.#catchUp.ends(traceId);
    this.#twins.release(traceId);
    if (this.#users.size === 0) this.#channel?.close();
  }

  /** Resolves when nothing of this approval waits for a person any more; false: nobody knows. */
  owed(traceId: string): Promise<boolean> {
    return this.#debts.settled(traceId);
  }

  /** Ends everything; resolves when nothing is under way any more. */
  async close(): Promise<void> {
    this.#reader.close();
    this.#channel?.close();
    await this.#stateReports.close();
    await this.#submissions.settled();
    await this.#debts.close();
    await this.#lists.close();
  }

  get #channelStatus(): ChannelStatus {
    return this.#channel?.status ?? 'down';
  }

  get #downBecause(): string {
    return this.#channel?.lastError ?? 'the live channel is switched off';
  }

  #begin(request: ApprovalRequest): void {
    this.#users.begins(request);
    this.#channel?.open();
  }

  #join(
    { request, approvalId }: WaitInput,
    mode: WaitMode,
    report: (event: WaitEvent) => void,
  ): () => void {
    const isUnread = this.#submissions.forget(request.traceId);
    const isUnconfirmed = this.#waiters.takeUnconfirmed(approvalId);
    const wasHeld = this.#waiters.isHeld({ request, approvalId, mode });
    const leave = this.#waiters.add({ request, approvalId, mode, report });
    if (!wasHeld) this.#catchUp.joins(request.traceId, approvalId);
    if (isUnread || isUnconfirmed) this.#reader.request();
    else if (!wasHeld) this.#reader.arm();
    return () => {
      leave();
      this.#left({ request, approvalId });
    };
  }

  #left({ request: { traceId }, approvalId }: WaitInput): void {
    this.#catchUp.leaves(traceId, approvalId);
    this.#users.noteReadError(traceId, this.#reader.lastError);
    if (this.#waiters.size === 0) this.#reader.rest();
  }

  #createChannel(): LiveChannel {
    const { baseUrl, workspaceId, origin, tokens, environment, inspect, onTrouble } = this.#options;
    return new LiveChannel({
      pollIntervalMs: this.#options.pollIntervalMs,
      url: `${baseUrl.replace(/^http/, 'ws')}/${routes.live}`,
      workspaceId,
      origin,
      tokens,
      environment,
      ...(inspect === undefined ? {} : { inspect }),
      onFrame: (text) => this.#incoming.frame(text),
      onLive: () => {
        this.#waiters.broadcast({ type: 'channel.live' });
        this.#reader.request();
      },
      onDown: (error) => this.#waiters.broadcast({ type: 'channel.lost', error }),
      onTrouble,
    });
  }
}
