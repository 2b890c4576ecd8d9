/** Tells the platform of every step of every approval, once it knows the approval by an id. */
import type { OutcomeStatus } from '../../machines/index.ts';
import type { PlatformClient } from '../client/platform-client.ts';
import type { Listeners } from './events.ts';

const ENDS: ReadonlySet<string> = new Set<OutcomeStatus>([
  'granted',
  'denied',
  'timeout',
  'withdrawn',
  'failed',
]);

export function shareStates(listeners: Listeners, client: PlatformClient): void {
  /** By trace id, of those that have not ended. */
  const states = new Map<string, string>();
  listeners.add('state', ({ traceId, approvalId, state }) => {
    const from = states.get(traceId);
    // What happens inside a state is no step.
    if (from === state) return;
    if (approvalId !== null) client.tellState(approvalId, { state, from });
    if (ENDS.has(state)) states.delete(traceId);
    else states.set(traceId, state);
  });
}
