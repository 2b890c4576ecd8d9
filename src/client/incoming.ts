/** What the platform says, on the channel and in lists, brought to whoever waits for it. */
import type { Decision } from '../../machines/index.ts';
import { decisionOfFrame, MAX_DECISION_LENGTH } from '../protocol/frames.ts';
import type { Row } from '../protocol/rows.ts';
import type { Reader } from './reader.ts';
import type { Twins } from './twins.ts';
import type { Waiters } from './waiters.ts';

export interface IncomingOptions {
  readonly workspaceId: string;
  /** Believe a granting frame only after the row says the same. */
  readonly confirmGrants: boolean;
  readonly waiters: Waiters;
  readonly reader: Reader;
  readonly twins: Twins;
}

export class Incoming {
  readonly #options: IncomingOptions;
  #ignoredFrames = 0;

  constructor(options: IncomingOptions) {
    this.#options = options;
  }

  /** Frames so far that told us of no decision. */
  get ignoredFrames(): number {
    return this.#ignoredFrames;
  }

  rows(rows: readonly Row[]): void {
    const { twins, reader, waiters } = this.#options;
    for (const row of rows) {
      twins.look(row);
      reader.look(row);
      waiters.compareRow(row);
    }
  }

  frame(text: string): void {
    const { workspaceId, confirmGrants, waiters, reader } = this.#options;
    const decision = decisionOfFrame(text, workspaceId);
    if (decision === undefined) {
      this.#ignoredFrames += 1;
      // It may have been ours: a read tells.
      if (text.length > MAX_DECISION_LENGTH && waiters.size > 0) reader.request();
    } else if (decision.status === 'approved' && confirmGrants) this.#confirm(decision);
    else waiters.deliver(decision);
  }

  /** Reads the row at once, or as soon as somebody waits for it. */
  #confirm({ approvalId }: Decision): void {
    const { waiters, reader } = this.#options;
    if (waiters.get(approvalId) !== undefined) reader.request();
    else waiters.keepUnconfirmed(approvalId);
  }
}
