/** Any official inspector as an observer that cannot disturb what it watches. */
import type { InspectionEvent } from 'xstate';
import { toStatelyMessage } from './messages.ts';

/** The part of an inspector of `@statelyai/inspect` that is used. */
export interface OfficialInspector {
  readonly adapter: { send(event: object): void };
}

export interface ThroughInspectorOptions {
  /**
   * How long the inspector may hold up this process in a minute, milliseconds. One that takes more
   * is left alone for sixty times as long as it took. Default 1,000.
   */
  readonly patienceMs?: number;
}

/** For `createApprovals({ inspect })`, and for `createActor(machine, { inspect })`. */
export interface InspectorObserver {
  next(event: InspectionEvent): void;
  /** Events that the inspector did not get, or threw at. */
  readonly dropped: number;
}

const REST = 60;
const MINUTE_MS = 60_000;

/**
 * Hands every actor, event and snapshot to an inspector of `@statelyai/inspect`
 * (`createBrowserInspector()`, `createWebSocketInspector()`, `createSkyInspector()`): at once, in
 * order, redacted, and as they are at that moment. Its own `inspect` reads them later, and does
 * not redact all of them.
 */
export function throughInspector(
  inspector: OfficialInspector,
  { patienceMs = 1_000 }: ThroughInspectorOptions = {},
): InspectorObserver {
  let dropped = 0;
  const patience = new Patience(patienceMs);
  const failed = (): void => {
    dropped += 1;
  };
  const hand = (event: InspectionEvent): void => {
    const message = toStatelyMessage(event);
    if (message === undefined) return;
    const from = performance.now();
    if (patience.isOver(from)) {
      failed();
      return;
    }
    try {
      // It may be an async function, whatever its type says.
      const returned: unknown = inspector.adapter.send(message);
      if (typeof returned === 'object') Promise.resolve(returned).catch(failed);
    } finally {
      patience.spend(from, performance.now());
    }
  };
  return {
    next(event) {
      try {
        hand(event);
      } catch {
        failed();
      }
    },
    get dropped() {
      return dropped;
    },
  };
}

/** Many short delays delay an approval as one long one does. */
class Patience {
  readonly #perMinuteMs: number;
  #spentMs = 0;
  #spentAt = 0;
  #restsUntil = 0;

  constructor(perMinuteMs: number) {
    this.#perMinuteMs = perMinuteMs;
  }

  isOver(now: number): boolean {
    return now < this.#restsUntil;
  }

  spend(from: number, to: number): void {
    const regained = ((from - this.#spentAt) / MINUTE_MS) * this.#perMinuteMs;
    this.#spentMs = Math.max(0, this.#spentMs - regained) + to - from;
    this.#spentAt = to;
    if (this.#spentMs <= this.#perMinuteMs) return;
    this.#restsUntil = to + this.#spentMs * REST;
    this.#spentMs = 0;
  }
}
