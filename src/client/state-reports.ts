/**
 * Telling the platform where approvals are, for the picture on the approver's page. Best effort: one
 * request at a time, the newest state of each approval alone, nothing waits for it, and nothing comes
 * of its failures.
 */
import type { Environment } from '../environment.ts';
import { routes } from '../protocol/routes.ts';
import type { Exchange } from './exchange.ts';

export interface StateReport {
  readonly state: string;
  /** The state before, where there was one. */
  readonly from: string | undefined;
}

export interface StateReportsOptions {
  readonly exchange: Exchange;
  readonly environment: Pick<Environment, 'clock'>;
  readonly workspaceId: string;
  readonly onTrouble: (trouble: string) => void;
}

/** Approvals whose state may wait to be told; beyond it the oldest is not told. */
const MOST = 1_000;
/** After a failure nothing is told for so long, milliseconds. */
export const REST_MS = 30_000;
/** Each report, milliseconds. */
const WITHIN_MS = 5_000;

export class StateReports {
  readonly #options: StateReportsOptions;
  readonly #waiting = new Map<string, StateReport>();
  readonly #closing = new AbortController();
  #isSending = false;
  /** Resolves when nothing is being sent. */
  #sent: Promise<void> = Promise.resolve();
  #restsUntil = Number.NEGATIVE_INFINITY;
  /** The platform has no place for it. */
  #isUnwanted = false;

  constructor(options: StateReportsOptions) {
    this.#options = options;
  }

  tell(approvalId: string, report: StateReport): void {
    if (this.#isUnwanted || this.#closing.signal.aborted) return;
    this.#waiting.delete(approvalId);
    this.#waiting.set(approvalId, report);
    const [oldest] = this.#waiting.keys();
    if (this.#waiting.size > MOST && oldest !== undefined) this.#waiting.delete(oldest);
    if (!this.#isSending) this.#sent = this.#sendAll();
  }

  /** Gives up what was not told yet. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#sent;
  }

  async #sendAll(): Promise<void> {
    const { clock } = this.#options.environment;
    this.#isSending = true;
    for (const [approvalId, report] of this.#waiting) {
      if (this.#closing.signal.aborted || clock.monotonic() < this.#restsUntil) break;
      this.#waiting.delete(approvalId);
      if (await this.#send(approvalId, report)) continue;
      this.#restsUntil = clock.monotonic() + REST_MS;
    }
    this.#isSending = false;
  }

  /** @returns false where the platform should be left alone for a while */
  async #send(approvalId: string, { state, from }: StateReport): Promise<boolean> {
    const { exchange, workspaceId, onTrouble } = this.#options;
    try {
      const { status } = await exchange({
        method: 'POST',
        path: routes.state(workspaceId, approvalId),
        json: { state, ...(from === undefined ? {} : { from }) },
        withinMs: WITHIN_MS,
        signal: this.#closing.signal,
      });
      // Also where it has lost the row: a picture is not worth telling the two apart.
      if (status === 404 || status === 405) {
        this.#isUnwanted = true;
        this.#waiting.clear();
        onTrouble('this platform takes no states of approvals; they are not sent any more');
      }
      return status < 429;
    } catch {
      return false;
    }
  }
}
