/** One approval for all who ask with one key, each by their own clock. */
import { type ApprovalRequest, type Outcome, timedOut, withdrawn } from '../machines/index.ts';
import type { ApprovalRun } from './approval-run.ts';
import type { Environment } from './environment.ts';

/** Beyond it a timer fires at once; the approval has its own deadline anyway. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export interface SharedRunOptions {
  readonly request: ApprovalRequest;
  readonly run: ApprovalRun;
  /** Its outcome, recorded. */
  readonly outcome: Promise<Outcome>;
  readonly environment: Environment;
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
  wait(
    asker: ApprovalRequest,
    signal: AbortSignal | undefined,
  ): Promise<{ readonly outcome: Outcome; readonly left: boolean }> {
    const { clock } = this.#options.environment;
    this.#waiting += 1;
    return new Promise((resolve) => {
      let timer: unknown;
      const settle = (outcome: Outcome, left: boolean): void => {
        clock.clearTimeout(timer);
        signal?.removeEventListener('abort', giveUp);
        resolve({ outcome, left });
      };
      const leave = (end: Outcome): void => {
        clock.clearTimeout(timer);
        this.#waiting -= 1;
        if (this.#waiting === 0) this.#options.run.withdraw(GAVE_UP);
        else settle(end, true);
      };
      const giveUp = (): void => leave(withdrawn(subjectOf(asker), GAVE_UP));
      // The deadline of the first one is the approval's own.
      if (asker !== this.request)
        timer = clock.setTimeout(
          () => leave(timedOut(subjectOf(asker), 'deadline')),
          Math.min(asker.timeoutMs, LONGEST_TIMER_MS),
        );
      signal?.addEventListener('abort', giveUp, { once: true });
      if (signal?.aborted === true) giveUp();
      void this.#options.outcome.then((outcome) => settle(outcome, false));
    });
  }
}

const GAVE_UP = 'the caller gave up';

/** The row is the approval's, which goes on: an end of one's own does not name it. */
const subjectOf = (request: ApprovalRequest) => ({ request, approvalId: null });
