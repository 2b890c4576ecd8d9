/** What is asked: creates on their way, and rows that are known from before. */
import type { ApprovalRequest, ChannelStatus, Submission } from '../../machines/index.ts';
import type { CatchUp } from './catch-up.ts';
import type { Debts } from './debts.ts';
import type { LiveChannel } from './live-channel.ts';
import { type Created, GIVEN_UP, type SubmitOptions, submit } from './submit.ts';
import { Turns } from './turns.ts';
import type { Twins } from './twins.ts';
import type { Waiters } from './waiters.ts';

export interface SubmissionsOptions
  extends Pick<SubmitOptions, 'exchange' | 'lists' | 'environment'> {
  readonly waiters: Waiters;
  readonly catchUp: CatchUp;
  readonly debts: Debts;
  readonly twins: Twins;
  readonly channel: Pick<LiveChannel, 'status' | 'settled'> | undefined;
}

export type Known = Pick<SubmitOptions, 'mayExist' | 'mayBeStored' | 'isOurs' | 'beforePost'>;

/** How long a finished create waits for the connection that is being made beside it. */
const CHANNEL_GRACE_MS = 500;
/** Creates at once; a platform of one machine takes no more, and each has a connection of its own. */
const CREATES_AT_ONCE = 64;

const NOT_ASKED = 'the request failed';

export class Submissions {
  readonly #options: SubmissionsOptions;
  readonly #turns = new Turns(CREATES_AT_ONCE);
  readonly #creates = new Map<string, Promise<string | undefined>>();
  /** Trace ids of approvals whose decision may have been sent before we listened. */
  readonly #unread = new Set<string>();
  /** Creates that go on after their approval gave up: what they store is taken back. */
  readonly #submitting = new Set<Promise<Created>>();

  constructor(options: SubmissionsOptions) {
    this.#options = options;
  }

  /** Never rejects. */
  submit(request: ApprovalRequest, known: Known, signal: AbortSignal): Promise<Submission> {
    // Before the clock of its exchange starts: ten thousand that begin at once are no outage.
    return this.#turns.take(() => this.#submit(request, known, signal));
  }

  /** Where the row is known already. */
  async adopt(
    request: ApprovalRequest,
    approvalId: string,
    mayHaveTwin: boolean,
  ): Promise<Submission> {
    const { twins, channel } = this.#options;
    this.#unread.add(request.traceId);
    if (mayHaveTwin) twins.expect(request, approvalId);
    await channel?.settled(CHANNEL_GRACE_MS);
    return { status: 'submitted', approvalId, channel: this.#channelStatus };
  }

  /** The id, as soon as the create that is on its way has been answered. */
  underWay(traceId: string): Promise<string | undefined> | undefined {
    return this.#creates.get(traceId);
  }

  /**
   * Whoever takes it back from here on knows the id, or needs none.
   * @returns whether its decision may have been sent before we listened
   */
  forget(traceId: string): boolean {
    this.#creates.delete(traceId);
    return this.#unread.delete(traceId);
  }

  /** Resolves when no create is on its way. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#submitting);
  }

  get #channelStatus(): ChannelStatus {
    return this.#options.channel?.status ?? 'down';
  }

  async #submit(request: ApprovalRequest, known: Known, signal: AbortSignal): Promise<Submission> {
    // Whoever gave up in line has an end already, and nothing to take back.
    if (signal.aborted) return { status: 'refused', problem: GIVEN_UP };
    const { exchange, lists, environment, waiters, catchUp, channel } = this.#options;
    const listenedBefore = this.#channelStatus === 'live';
    if (!known.mayExist && !known.mayBeStored) catchUp.begins(request.traceId);
    const stopExpecting = waiters.expect();
    const created = submit({ exchange, lists, environment, signal, ...known }, request);
    this.#submitting.add(created);
    this.#creates.set(
      request.traceId,
      created.then((result) => ('problem' in result ? undefined : result.approvalId)),
    );
    const result = await created.finally(() => this.#submitting.delete(created));
    await channel?.settled(CHANNEL_GRACE_MS);
    // The early decisions must outlive this turn: the wait begins when the machine has moved on.
    environment.clock.setTimeout(stopExpecting, 0);
    return this.#submissionOf(request, result, listenedBefore);
  }

  #submissionOf(request: ApprovalRequest, result: Created, listenedBefore: boolean): Submission {
    const { debts, twins } = this.#options;
    if ('problem' in result) {
      if (result.mayBeStored)
        debts.owe({ request, approvalId: null, why: NOT_ASKED, isUnsure: true });
      return { status: 'refused', problem: result.problem };
    }
    if (result.mayHaveTwin) twins.expect(request, result.approvalId);
    if (result.found || !listenedBefore) this.#mustRead(request);
    return { status: 'submitted', approvalId: result.approvalId, channel: this.#channelStatus };
  }

  /** Whoever was released while its create was under way will never wait. */
  #mustRead({ traceId }: ApprovalRequest): void {
    if (this.#creates.has(traceId)) this.#unread.add(traceId);
  }
}
