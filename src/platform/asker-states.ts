/**
 * Where askers say that they are, for the picture on the approver's page. Hearsay: kept in memory,
 * never stored, decides nothing. A server that starts anew, or another one on the same store, knows
 * none of it.
 */
import type { JsonObject } from '../../machines/index.ts';

export interface AskerState {
  /** As the asker's machine calls it: `awaitingWS`. */
  readonly state: string;
  /** Where it came from; `null` where it did not say. */
  readonly from: string | null;
  /** Milliseconds since the epoch, the server's clock. */
  readonly at: number;
}

/** Of so many approvals the newest states are kept. */
const MOST = 10_000;

export class AskerStates {
  readonly #states = new Map<string, AskerState>();

  set(approvalId: string, state: AskerState): void {
    // The one that was told of last stands last.
    this.#states.delete(approvalId);
    this.#states.set(approvalId, state);
    const [oldest] = this.#states.keys();
    if (this.#states.size > MOST && oldest !== undefined) this.#states.delete(oldest);
  }

  get(approvalId: string): AskerState | undefined {
    return this.#states.get(approvalId);
  }
}

/** `null` where the asker has told nothing. */
export const askerView = (state: AskerState | undefined): JsonObject | null =>
  state === undefined
    ? null
    : { state: state.state, from: state.from, at: new Date(state.at).toISOString() };

/** For approvers only, without a number: it is not replayed. */
export const askerFrame = (workspaceId: string, approvalId: string, state: AskerState): string =>
  JSON.stringify({
    event: 'APPROVAL_STATE',
    workspace_id: workspaceId,
    timestamp: new Date(state.at).toISOString(),
    payload: { approval_id: approvalId, ...askerView(state) },
  });
