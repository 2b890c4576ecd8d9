/** One approval for all who ask with one key, each by their own clock. */
import {
  type ApprovalRequest,
  type DeadlineQueue,
  type Outcome,
  timedOut,
  withdrawn,
} from '../../machines/index.ts';
import type { Environment } from '../environment.ts';
import type { ApprovalRun } from './approval-run.ts';
import type { Listeners, StateEvent } from './events.ts';

/** The same for all of a client. */
export interface SharedRunOptions {
  readonly environment: Pick<Environment, 'clock'>;
  readonly deadlines: DeadlineQueue;
  /** What theirs throws is told to the same logger. */
  readonly listeners: Listeners;
}

export class SharedRun {
  readonly #options: SharedRunOptions;
  readonly #run: ApprovalRun;
  readonly #outcome: Promise<Outcome>;
  #waiting = 0;
  /** Told of this approval alone. */
  #watchers: Set<Listeners> | undefined;

  /** @param outcome of the run, recorded */
  constructor(options: SharedRunOptions, run: ApprovalRun, outcome: Promise<Outcome>) {
    this.#options = options;
    this.#run = run;
    this.#outcome = outcome;
  }

  get request(): ApprovalRequest {
    return this.#run.request;
  }

  /** The outcome of the approval itself, whoever leaves before. */
  get wholeOutcome(): Promise<Outcome> {
    return this.#outcome;
  }

  /** Tells those who {@link watch}. */
  tell(event: StateEvent): void {
    for (const watcher of this.#watchers ?? []) watcher.emit('state', event);
  }

  /** Tells of the state that it is in, and of each that it comes to; the result ends that. */
  watch(onState: (event: StateEvent) => unknown): () => void {
    const watcher = this.#options.listeners.another();
    watcher.add('state', onState);
    this.#watchers = (this.#watchers ?? new Set()).add(watcher);
    const { state } = this.#run;
    if (state !== undefined) watcher.emit('state', state);
    return () => this.#watchers?.delete(watcher);
  }

  /** Takes the request back, for all who ask. */
  withdraw(why: string): void {
    this.#run.withdraw(why);
  }

  /**
   * The outcome, for one of those who ask, whose deadline holds beside the approval's own. Who gives
   * up, or has waited long enough, while others wait leaves with an end of their own; the last one
   * takes the request back.
   * @returns `left: true` where the end is their own
   */
  wait(asker: ApprovalRequest, signal: AbortSignal | undefined): Promise<Waited> {
    const outcome = this.#outcome;
    this.#waiting += 1;
    // Who asked first and cannot give up leaves with the approval.
    if (asker === this.request && signal === undefined) return outcome.then(together);
    return new Promise((resolve) => {
      let own: OwnEnd | undefined;
      const leave = (end: OwnEnd): void => {
        if (own !== undefined) return;
        own = end;
        stop();
        this.#waiting -= 1;
        if (this.#waiting === 0) this.withdraw(end.why);
        else resolve({ outcome: end.outcome, left: true });
      };
      const stop = this.#watch(asker, signal, leave);
      if (signal?.aborted === true) leave(gaveUp(asker));
      void outcome.finally(stop).then((whole) => resolve(asLast(own, whole)));
    });
  }

  /** Calls `leave` when the asker has had enough; the result ends that. */
  #watch(
    asker: ApprovalRequest,
    signal: AbortSignal | undefined,
    leave: (end: OwnEnd) => void,
  ): () => void {
    const { environment, deadlines } = this.#options;
    const giveUp = (): void => leave(gaveUp(asker));
    signal?.addEventListener('abort', giveUp, { once: true });
    // The deadline of the first one is the approval's own.
    const takeBack =
      asker === this.request
        ? undefined
        : deadlines.add(environment.clock.now() + asker.timeoutMs, () => leave(timeIsUp(asker)));
    return () => {
      signal?.removeEventListener('abort', giveUp);
      takeBack?.();
    };
  }
}

/** How a wait ended. */
export interface Waited {
  readonly outcome: Outcome;
  readonly left: boolean;
}

const together = (outcome: Outcome): Waited => ({ outcome, left: false });

/** Whose time was up is told that, where the approval was taken back because of it. */
const asLast = (own: OwnEnd | undefined, whole: Outcome): Waited =>
  own?.outcome.status === 'timeout' && whole.status === 'withdrawn'
    ? { outcome: own.outcome, left: true }
    : together(whole);

/** An end of one's own, and what the platform's people are told where nobody else waits. */
interface OwnEnd {
  readonly outcome: Outcome;
  readonly why: string;
}

const GAVE_UP = 'the caller gave up';

const gaveUp = (asker: ApprovalRequest): OwnEnd => ({
  outcome: withdrawn(subjectOf(asker), GAVE_UP),
  why: GAVE_UP,
});

const timeIsUp = (asker: ApprovalRequest): OwnEnd => ({
  outcome: timedOut(subjectOf(asker), 'deadline'),
  why: `the last one who asked waited ${asker.timeoutMs / 1000}s`,
});

/** The row is the approval's, which goes on: an end of one's own does not name it. */
const subjectOf = (request: ApprovalRequest) => ({ request, approvalId: null });
