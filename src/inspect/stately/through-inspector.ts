/** Any official inspector as an observer that cannot disturb what it watches. */
import type { InspectionEvent } from 'xstate';
import { toStatelyMessage } from './messages.ts';

/** The part of an inspector of `@statelyai/inspect` that is used. */
export interface OfficialInspector {
  readonly adapter: { send(event: object): void };
}

export interface ThroughInspectorOptions {
  /**
   * How long the inspector may hold up an approval, milliseconds. One that takes longer is left
   * alone for sixty times as long as it took. Default 1,000.
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
  let restsUntil = 0;
  const hand = (event: InspectionEvent, from: number): void => {
    const message = toStatelyMessage(event);
    if (message === undefined) return;
    if (from < restsUntil) {
      dropped += 1;
      return;
    }
    inspector.adapter.send(message);
  };
  return {
    next(event) {
      const from = performance.now();
      try {
        hand(event, from);
      } catch {
        dropped += 1;
      }
      const tookMs = performance.now() - from;
      if (tookMs > patienceMs) restsUntil = from + tookMs * (REST + 1);
    },
    get dropped() {
      return dropped;
    },
  };
}
