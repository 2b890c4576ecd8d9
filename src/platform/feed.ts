/**
 * Events on their way from the store to whoever listens. The store is the truth: a commit only
 * says "look again" (`poke`), and one reader passes the events on in the order of their numbers,
 * so that answers that overtake each other, or another process that writes, change nothing.
 */
import { setImmediate } from 'node:timers/promises';
import { messageOf } from '../errors.ts';
import { Audience } from './audience.ts';
import type { PlatformClock } from './clock.ts';
import type { PlatformLogger } from './logger.ts';
import type { ApprovalEvent, EventStore } from './storage/events.ts';

/** What a listener asked for. */
export interface Subscription {
  /** Events of this workspace only; of all when `null`. */
  readonly workspaceId: string | null;
  /** Replay what came after this number; only new events when absent. */
  readonly since?: number;
  readonly credential: Credential;
}

/** What a listener showed, as a hash. */
export type Credential =
  | { readonly kind: 'token' | 'session'; readonly hash: string }
  | { readonly kind: 'none' };

export interface Listener {
  readonly closed: boolean;
  /** Resolves when the event has left the process. */
  send(event: ApprovalEvent): Promise<void>;
}

export interface Feed {
  /** Something was written: look for new events. */
  poke(): void;
  /** Sends what was missed, then everything new, without a gap and without a repetition. */
  subscribe(listener: Listener, subscription: Subscription): Promise<void>;
  unsubscribe(listener: Listener): void;
  /** Resolves when nothing is being read any more. */
  close(): Promise<void>;
}

export interface FeedOptions {
  readonly events: EventStore;
  /** The number of the newest event when the server started. */
  readonly start: number;
  readonly clock: PlatformClock;
  readonly logger: PlatformLogger;
}

/** Between two looks for what other processes wrote, milliseconds; only while somebody listens. */
export const LOOK_EVERY_MS = 1_000;

const BATCH = 100;
/** Listeners who are told in one go; requests get their turn before the next ones are. */
const SLICE = 250;

export function createFeed({ events, start, clock, logger }: FeedOptions): Feed {
  const live = new Audience();
  let head = start;
  let dirty = false;
  const closing = new AbortController();
  const { signal: closed } = closing;
  let pumping: Promise<void> | undefined;
  let timer: unknown;

  const publish = async (event: ApprovalEvent): Promise<void> => {
    // Who comes from here on has this event replayed.
    head = event.seq;
    const told = live.of(event.approval.workspace_id);
    for (const [index, listener] of told.entries()) {
      if (index > 0 && index % SLICE === 0) await setImmediate();
      if (!listener.closed && !closed.aborted) void listener.send(event);
    }
  };

  const pump = async (): Promise<void> => {
    try {
      while (dirty && !closed.aborted) {
        dirty = false;
        const batch = await events.read({ after: head, workspaceId: null, limit: BATCH });
        for (const event of batch) await publish(event);
        dirty ||= batch.length === BATCH;
      }
    } catch (error) {
      logger.error({ error: messageOf(error) }, 'cannot read events; tried again with the next');
    }
    pumping = undefined;
  };

  const replay = async (
    listener: Listener,
    { workspaceId, since }: Subscription,
  ): Promise<void> => {
    let cursor = since ?? head;
    while (cursor < head && !listener.closed && !closed.aborted) {
      const upTo = head;
      const batch = await events.read({ after: cursor, upTo, workspaceId, limit: BATCH });
      for (const event of batch) await listener.send(event);
      cursor = batch.length === BATCH ? (batch.at(-1)?.seq ?? upTo) : upTo;
    }
  };

  const poke = (): void => {
    dirty = true;
    if (!closed.aborted) pumping ??= pump();
  };

  const arm = (): void => {
    timer = clock.setTimeout(() => {
      poke();
      arm();
    }, LOOK_EVERY_MS);
  };

  const disarm = (): void => {
    clock.clearTimeout(timer);
    timer = undefined;
  };

  return {
    poke,
    subscribe: async (listener, subscription) => {
      await replay(listener, subscription);
      // Nothing is awaited between the last look at `head` and here, so that no event slips through.
      if (listener.closed || closed.aborted) return;
      live.add(listener, subscription.workspaceId);
      if (timer === undefined) arm();
    },
    unsubscribe: (listener) => {
      live.delete(listener);
      if (live.size === 0) disarm();
    },
    close: async () => {
      closing.abort();
      disarm();
      live.clear();
      await pumping;
    },
  };
}
