import type { Api } from './api.ts';
import { missingFrom } from './model/merging.ts';
import type { Store } from './store.ts';

/**
 * Reads both lists into the store, one read at a time. Who asks while one is under way gets the
 * next: what began earlier may not hold what he has to know.
 */
export class Reader {
  readonly #api: Api;
  readonly #store: Store;
  readonly #onSignedOut: () => void;
  readonly #onMissing: (id: string) => void;
  readonly #arrived = new Set<string>();
  #current: Promise<boolean> | null = null;
  #next: Promise<boolean> | null = null;

  constructor(input: {
    readonly api: Api;
    readonly store: Store;
    readonly onSignedOut: () => void;
    /** A request that waited is in no list any more. */
    readonly onMissing: (id: string) => void;
  }) {
    this.#api = input.api;
    this.#store = input.store;
    this.#onSignedOut = input.onSignedOut;
    this.#onMissing = input.onMissing;
  }

  /** A frame told of this request: a list that is being written may not hold it. */
  noteArrival(id: string): void {
    this.#arrived.add(id);
  }

  /** True when the lists were read. Never rejects. */
  read(): Promise<boolean> {
    if (this.#current === null) return this.#start();
    this.#next ??= this.#current.then(() => this.#start());
    return this.#next;
  }

  #start(): Promise<boolean> {
    this.#next = null;
    this.#arrived.clear();
    this.#current = this.#readLists().finally(() => {
      this.#current = null;
    });
    return this.#current;
  }

  async #readLists(): Promise<boolean> {
    const answer = await this.#api.lists();
    if (answer.kind === 'signedOut') this.#onSignedOut();
    else if (answer.kind !== 'ok') this.#store.dispatch({ type: 'lists.failed', why: answer.why });
    if (answer.kind !== 'ok') return false;
    const { snapshot, unreadable, more } = answer.value;
    const known = this.#store.get().approvals;
    // What is not in a part of the list may well be in the rest.
    const missing = more ? [] : missingFrom(known, snapshot, this.#arrived);
    this.#store.dispatch({ type: 'lists.read', snapshot, unreadable, more });
    for (const id of missing) this.#onMissing(id);
    return true;
  }
}
