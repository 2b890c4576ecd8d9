/** Tells those who ask of the states of their own approvals, out of all that a client tells of. */
import type { Logger } from 'pino';
import type { ApprovalRequest } from '../machines/index.ts';
import { Listeners, type StateEvent } from './events.ts';

interface Standing {
  /** `undefined` before it has begun. */
  readonly state: StateEvent | undefined;
}

/** Not the states themselves: thousands of approvals wait, and hardly anybody comes to share one. */
const standings = new WeakMap<ApprovalRequest, Standing>();

/** Says where to look for the state of the approval of this request. */
export const standsAt = (request: ApprovalRequest, standing: Standing): void => {
  standings.set(request, standing);
};

export class OwnStates {
  /** By trace id; several may share an approval. */
  readonly #told = new Map<string, Set<Listeners>>();
  readonly #logger: Logger | undefined;

  constructor(listeners: Listeners, logger: Logger | undefined) {
    this.#logger = logger;
    listeners.add('state', (event) => {
      for (const own of this.#told.get(event.traceId) ?? []) own.emit('state', event);
    });
  }

  /**
   * Tells of the state that the approval of this request is in, and of each that it comes to; the
   * result ends it. What the listener throws is logged and changes nothing.
   */
  tell(request: ApprovalRequest, onState: (event: StateEvent) => unknown): () => void {
    const { traceId } = request;
    // One of its own: the same function may be told of several.
    const own = new Listeners(this.#logger);
    own.add('state', onState);
    const all = this.#told.get(traceId) ?? new Set();
    this.#told.set(traceId, all.add(own));
    const now = standings.get(request)?.state;
    if (now !== undefined) own.emit('state', now);
    return () => {
      all.delete(own);
      if (all.size === 0) this.#told.delete(traceId);
    };
  }
}
