/**
 * The requesting side of the wire: the services that the approval machine invokes, over one channel,
 * one reader and one map of waiters for all approvals of a process.
 */
import type { InspectionEvent } from 'xstate';
import type {
  ApprovalRequest,
  ChannelStatus,
  Decision,
  Submission,
  WaitEvent,
  WaitInput,
  Withdrawal,
  WithdrawInput,
} from '../../machines/index.ts';
import type { Environment } from '../environment.ts';
import { decisionOfFrame } from '../protocol/frames.ts';
import { routes } from '../protocol/routes.ts';
import { createExchange, type Exchange } from './exchange.ts';
import { LiveChannel } from './live-channel.ts';
import { Reader } from './reader.ts';
import { type Created, type SubmitOptions, submit } from './submit.ts';
import type { TokenSource } from './token-source.ts';
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
  readonly onContradiction: (contradiction: Contradiction) => void;
  /** Diagnostics: what went wrong without ending anything. */
  readonly onTrouble: (trouble: string) => void;
  readonly inspect?: (event: InspectionEvent) => void;
}

/** Each HTTP exchange, and each withdrawal as a whole, milliseconds. */
export const REQUEST_TIMEOUT_MS = 10_000;
/** How long a finished create waits for the connection that is being made beside it. */
const CHANNEL_GRACE_MS = 500;

export class PlatformClient {
  readonly #options: PlatformClientOptions;
  readonly #exchange: Exchange;
  readonly #waiters: Waiters;
  readonly #reader: Reader;
  readonly #channel: LiveChannel | undefined;
  /** Approvals that need the channel, by trace id. */
  readonly #users = new Set<string>();
  readonly #creates = new Map<string, Promise<string | undefined>>();
  /** Approvals whose decision may have been sent before we listened. */
  readonly #unread = new Set<string>();
  readonly #background = new Set<Promise<unknown>>();

  constructor(options: PlatformClientOptions) {
    const { baseUrl, tokens, environment, workspaceId, pollIntervalMs } = options;
    this.#options = options;
    this.#exchange = createExchange({
      baseUrl,
      tokens,
      environment,
      timeoutMs: REQUEST_TIMEOUT_MS,
    });
    this.#waiters = new Waiters(options.onContradiction);
    this.#reader = new Reader({
      exchange: this.#exchange,
      environment,
      workspaceId,
      waiters: this.#waiters,
      pollIntervalMs,
      onError: (error) => options.onTrouble(`reading decisions failed: ${error}`),
    });
    this.#channel = options.live ? this.#createChannel() : undefined;
  }

  /** The service of `submitting`. Never rejects. */
  async submit(
    request: ApprovalRequest,
    known: Pick<SubmitOptions, 'mayExist' | 'isOurs'>,
    signal: AbortSignal,
  ): Promise<Submission> {
    this.#users.add(request.traceId);
    this.#channel?.open();
    const listenedBefore = this.#channelStatus === 'live';
    const stopExpecting = this.#waiters.expect();
    const { environment } = this.#options;
    const created = submit({ exchange: this.#exchange, environment, signal, ...known }, request);
    this.#creates.set(
      request.traceId,
      created.then((result) => ('problem' in result ? undefined : result.approvalId)),
    );
    const result = await created;
    await this.#channel?.settled(CHANNEL_GRACE_MS);
    // The early decisions must outlive this turn: the wait begins when the machine has moved on.
    this.#options.environment.clock.setTimeout(stopExpecting, 0);
    return this.#submissionOf(result, listenedBefore);
  }

  /** The service of `awaitingWS`. */
  awaitDecision(input: WaitInput, report: (event: WaitEvent) => void): () => void {
    const leave = this.#join(input, 'live', report);
    if (this.#channelStatus === 'down') report({ type: 'channel.lost', error: this.#downBecause });
    return leave;
  }

  /** The service of `fallbackPolling`. */
  pollDecision(input: WaitInput, report: (event: WaitEvent) => void): () => void {
    const leave = this.#join(input, 'polling', report);
    this.#reader.request();
    if (this.#channelStatus === 'live') report({ type: 'channel.live' });
    return leave;
  }

  /** The service of `withdrawing`. Never rejects; takes at most {@link REQUEST_TIMEOUT_MS}. */
  async withdraw(input: WithdrawInput): Promise<Withdrawal> {
    const submitted = this.#creates.get(input.request.traceId);
    const result = await withdraw(
      {
        exchange: this.#exchange,
        environment: this.#options.environment,
        withinMs: REQUEST_TIMEOUT_MS,
        submitted,
      },
      input,
    );
    if (input.approvalId === null && result.status !== 'withdrawn')
      this.#withdrawLater(input, submitted);
    return result;
  }

  /** Nobody waits for this approval any more. The last one closes the channel. */
  release(traceId: string): void {
    this.#users.delete(traceId);
    this.#creates.delete(traceId);
    if (this.#users.size === 0) this.#channel?.close();
  }

  /** Ends everything; resolves when nothing is under way any more. */
  async close(): Promise<void> {
    this.#reader.close();
    this.#channel?.close();
    await Promise.all(this.#background);
  }

  get #channelStatus(): ChannelStatus {
    return this.#channel?.status ?? 'down';
  }

  get #downBecause(): string {
    return this.#channel?.lastError ?? 'the live channel is switched off';
  }

  #submissionOf(result: Created, listenedBefore: boolean): Submission {
    if ('problem' in result) return { status: 'refused', problem: result.problem };
    if (result.found || !listenedBefore) this.#unread.add(result.approvalId);
    return { status: 'submitted', approvalId: result.approvalId, channel: this.#channelStatus };
  }

  #join(
    { request, approvalId }: WaitInput,
    mode: WaitMode,
    report: (event: WaitEvent) => void,
  ): () => void {
    const leave = this.#waiters.add({ request, approvalId, mode, report });
    if (this.#unread.delete(approvalId)) this.#reader.request();
    else this.#reader.arm();
    return () => {
      leave();
      if (this.#waiters.size === 0) this.#reader.rest();
    };
  }

  /** A create that is answered after its approval ended left a row that nobody waits for. */
  #withdrawLater(input: WithdrawInput, submitted: Promise<string | undefined> | undefined): void {
    if (submitted === undefined) return;
    const late = submitted.then((approvalId) =>
      approvalId === undefined
        ? undefined
        : withdraw(
            {
              exchange: this.#exchange,
              environment: this.#options.environment,
              withinMs: REQUEST_TIMEOUT_MS,
              submitted: undefined,
            },
            { ...input, approvalId },
          ),
    );
    this.#background.add(late);
    late.finally(() => this.#background.delete(late)).catch(() => undefined);
  }

  #createChannel(): LiveChannel {
    const { baseUrl, workspaceId, origin, tokens, environment, inspect, onTrouble } = this.#options;
    return new LiveChannel({
      url: `${baseUrl.replace(/^http/, 'ws')}/${routes.live}`,
      workspaceId,
      origin,
      tokens,
      environment,
      ...(inspect === undefined ? {} : { inspect }),
      onFrame: (text) => this.#onFrame(text),
      onLive: () => {
        this.#waiters.broadcast({ type: 'channel.live' });
        this.#reader.request();
      },
      onDown: (error) => this.#waiters.broadcast({ type: 'channel.lost', error }),
      onTrouble,
    });
  }

  #onFrame(text: string): void {
    const decision = decisionOfFrame(text, this.#options.workspaceId);
    if (decision === undefined) return;
    if (decision.status === 'approved' && this.#options.confirmGrants) this.#confirm(decision);
    else this.#waiters.deliver(decision);
  }

  /** Reads the row at once, or as soon as somebody waits for it. */
  #confirm({ approvalId }: Decision): void {
    if (this.#waiters.get(approvalId) !== undefined) this.#reader.request();
    else if (this.#waiters.isExpecting) this.#unread.add(approvalId);
  }
}
