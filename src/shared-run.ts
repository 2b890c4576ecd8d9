/** One approval for all who ask with one key, each by their own clock. */
import {
  type ApprovalRequest,
  type DeadlineQueue,
  type Outcome,
  timedOut,
  withdrawn,
} from '../machines/index.ts';
import type { ApprovalRun } from './approval-run.ts';
import type { Environment } from './environment.ts';

export interface SharedRunOptions {
  readonly request: ApprovalRequest;
  readonly run: ApprovalRun;
  /** Its outcome, recorded. */
  readonly outcome: Promise<Outcome>;
  readonly environment: Environment;
  readonly deadlines: DeadlineQueue;
}

export class SharedRun {
  readonly #options: SharedRunOptions;
  #waiting = 0;

  constructor(options: SharedRunOptions) {
    this.#options = options;
  }

  get request(): ApprovalRequest {
    return this.#options.request;
  }

  /** The outcome of the approval itself, whoever leaves before. */
  get wholeOutcome(): Promise<Outcome> {
    return this.#options.outcome;
  }

  /** Takes the request back, for all who ask. */
  withdraw(why: string): void {
    this.#options.run.withdraw(why);
  }

  /**
   * The outcome, for one of those who ask. Who gives up while others wait leaves with an end of
   * their own; the last one takes the request back.
   * @returns `left: true` where the end is their own
   */
  wait(asker: ApprovalRequest, signal: AbortSignal | undefined): Promise<Waited> {
    const { environment, deadlines } = this.#options;
    this.#waiting += 1;
    // Who asked first and cannot give up leaves with the approval.
    if (asker === this.request && signal === undefined) return this.#options.outcome.then(together);
    return new Promise((resolve) => {
      let takeBack: (() => void) | undefined;
      const settle = (outcome: Outcome, left: boolean): void => {
        takeBack?.();
        signal?.removeEventListener('abort', giveUp);
        resolve({ outcome, left });
      };
      const leave = (end: Outcome): void => {
        takeBack?.();
        this.#waiting -= 1;
        if (this.#waiting === 0) this.#options.run.withdraw(GAVE_UP);
        else settle(end, true);
      };
      const giveUp = (): void => leave(withdrawn(subjectOf(asker), GAVE_UP));
      // The deadline of the first one is the approval's own.
      if (asker !== this.request)
        takeBack = deadlines.add(environment.clock.now() + asker.timeoutMs, () =>
          leave(timedOut(subjectOf(asker), 'deadline')),
        );
      signal?.addEventListener('abort', giveUp, { once: true });
      if (signal?.aborted === true) giveUp();
      void this.#options.outcome.then((outcome) => settle(outcome, false));
    });
  }
}

/** How a wait ended. */
export interface Waited {
  readonly outcome: Outcome;
  readonly left: boolean;
}

const together = (outcome: Outcome): Waited => ({ outcome, left: false });

const GAVE_UP = 'the caller gave up';

/** The row is the approval's, which goes on: an end of one's own does not name it. */
const subjectOf = (request: ApprovalRequest) => ({ request, approvalId: null });
