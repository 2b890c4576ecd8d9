/** What a client tells those who listen. */
import type { Logger } from 'pino';
import type { AuditEvent } from '../machines/index.ts';

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
  /** A record that was appended to the audit log. */
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
  readonly #logger: Logger | undefined;

  constructor(logger: Logger | undefined) {
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
    for (const listener of this.#sets[name]) {
      const threw = (error: unknown): void =>
        this.#logger?.warn({ err: error }, `a listener of "${name}" threw`);
      try {
        // A listener may be an async function.
        const returned: unknown = listener(event);
        if (returned instanceof Promise) returned.catch(threw);
      } catch (error) {
        threw(error);
      }
    }
  }
}
