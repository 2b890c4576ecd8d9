/**
 * The actors that live, as they were when the last message left: what a viewer has to be told
 * that was not there, or missed something, so that the messages that follow make sense.
 */
import type { StatelyActor, StatelyMessage, StatelySnapshot } from './messages.ts';

interface Living {
  readonly actor: StatelyActor;
  /** The newest; `undefined`: it has not begun. */
  latest: StatelySnapshot | undefined;
  /** Whether the viewer of this connection knows of it. */
  isKnown: boolean;
}

export class LivingActors {
  readonly #maxActors: number;
  /** By root: with it end all that it invoked. */
  readonly #roots = new Map<string, Map<string, Living>>();
  #count = 0;
  readonly #untold = new Set<Living>();

  /** @param maxActors of more than that the newest are not told again */
  constructor(maxActors: number) {
    this.#maxActors = maxActors;
  }

  /** A message left: it was sent, or else dropped. */
  note(message: StatelyMessage, wasSent: boolean): void {
    if (message.type === '@xstate.actor') this.#begin(message, wasSent);
    if (message.type === '@xstate.snapshot') this.#change(message, wasSent);
  }

  /** Nobody on the new connection knows of anybody. */
  forgetViewer(): void {
    for (const living of this.#all()) {
      living.isKnown = false;
      // What ended unheard is of no use to somebody new.
      if (hasEnded(living.latest)) this.#forget(living.actor);
      else this.#untold.add(living);
    }
  }

  /** The next that the viewer has to be told, with its present snapshot. */
  tellNext(): StatelyActor | undefined {
    for (const living of this.#untold) {
      this.#untold.delete(living);
      living.isKnown = true;
      if (hasEnded(living.latest)) this.#forget(living.actor);
      const { actor, latest } = living;
      return latest === undefined ? actor : { ...actor, snapshot: latest.snapshot };
    }
    return undefined;
  }

  #begin(actor: StatelyActor, isKnown: boolean): void {
    if (this.#count >= this.#maxActors) return;
    const root = this.#roots.get(actor.rootId) ?? new Map<string, Living>();
    const living = { actor, latest: undefined, isKnown };
    this.#roots.set(actor.rootId, root.set(actor.sessionId, living));
    this.#count += 1;
    if (!isKnown) this.#untold.add(living);
  }

  #change(snapshot: StatelySnapshot, wasSent: boolean): void {
    const living = this.#roots.get(snapshot.rootId)?.get(snapshot.sessionId);
    if (living === undefined) return;
    living.latest = snapshot;
    // A viewer that knows of it has to hear of its end.
    const isOver = hasEnded(snapshot) && (wasSent || !living.isKnown);
    if (isOver) this.#forget(living.actor);
    else if (!wasSent) this.#untold.add(living);
  }

  #forget({ rootId, sessionId }: StatelyActor): void {
    const root = this.#roots.get(rootId);
    const ended = sessionId === rootId ? [...(root?.keys() ?? [])] : [sessionId];
    for (const id of ended) {
      const living = root?.get(id);
      if (living === undefined) continue;
      root?.delete(id);
      this.#untold.delete(living);
      this.#count -= 1;
    }
    if (root?.size === 0) this.#roots.delete(rootId);
  }

  *#all(): Iterable<Living> {
    for (const root of this.#roots.values()) yield* root.values();
  }
}

const hasEnded = (latest: StatelySnapshot | undefined): boolean =>
  latest !== undefined && latest.snapshot['status'] !== 'active';
