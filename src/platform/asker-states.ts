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

/** Frames about one approval in a second; what is told beyond them is in the lists alone. */
export const FRAMES_A_SECOND = 5;
/** Of so many approvals the newest states are kept. */
const MOST = 10_000;

interface Told {
  readonly state: AskerState;
  /** The second that is counted, as it began, and the frames in it. */
  readonly secondAt: number;
  readonly frames: number;
}

export class AskerStates {
  readonly #told = new Map<string, Told>();

  /** @returns whether approvers are to be told at once */
  set(approvalId: string, state: AskerState): boolean {
    const before = this.#told.get(approvalId);
    const isSameSecond = before !== undefined && Math.abs(state.at - before.secondAt) < 1_000;
    const secondAt = isSameSecond ? before.secondAt : state.at;
    const frames = isSameSecond ? before.frames + 1 : 1;
    // The one that was told of last stands last.
    this.#told.delete(approvalId);
    this.#told.set(approvalId, { state, secondAt, frames });
    const [oldest] = this.#told.keys();
    if (this.#told.size > MOST && oldest !== undefined) this.#told.delete(oldest);
    return frames <= FRAMES_A_SECOND;
  }

  get(approvalId: string): AskerState | undefined {
    return this.#told.get(approvalId)?.state;
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
