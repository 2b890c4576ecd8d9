/** What a client tells those who listen. */
import type { AuditEvent } from '../../machines/index.ts';
import { callGuarded } from './guarded.ts';
import type { Diagnostics } from './guarded-logger.ts';

/** A step in the life of one approval, for a user interface that waits. */
export interface StateEvent {
  readonly traceId: string;
  readonly action: string;
  readonly state: string;
  readonly approvalId: string | null;
  /** Milliseconds since the epoch. */
  readonly deadlineAt: number;
}

export interface ApprovalsEvents {
  /**
   * What was appended to the audit log, before it has its time and its place in the chain. What the log
   * says about itself (recovered, rotated) is not told.
   */
  readonly audit: AuditEvent;
  /** An approval entered a state. */
  readonly state: StateEvent;
  /** Something went wrong that ends nothing: no live channel, a read that failed. In words. */
  readonly trouble: { readonly message: string };
}

type Sets = {
  readonly [Name in keyof ApprovalsEvents]: Set<(event: ApprovalsEvents[Name]) => unknown>;
};

/** Listeners whose faults are their own: what one throws is logged and changes nothing. */
export class Listeners {
  readonly #sets: Sets = { audit: new Set(), state: new Set(), trouble: new Set() };
  readonly #logger: Diagnostics;

  constructor(logger: Diagnostics) {
    this.#logger = logger;
  }

  /** None so far, with the same logger. */
  another(): Listeners {
    return new Listeners(this.#logger);
  }

  /** Adds a listener; the result removes it. */
  add<Name extends keyof ApprovalsEvents>(
    name: Name,
    listener: (event: ApprovalsEvents[Name]) => unknown,
  ): () => void {
    const set: Set<(event: ApprovalsEvents[Name]) => unknown> = this.#sets[name];
    set.add(listener);
    return () => {
      set.delete(listener);
    };
  }

  emit<Name extends keyof ApprovalsEvents>(name: Name, event: ApprovalsEvents[Name]): void {
    const threw = (error: unknown): void =>
      this.#logger.warn(`a listener of "${name}" threw`, error);
    for (const listener of this.#sets[name]) callGuarded(listener, event, threw);
  }
}
