/** What is wrong with one direction of every connection; switched while bytes flow. */

export interface Toxics {
  /** Everything that is read goes on so much later, in its order. Milliseconds. */
  readonly latency: { readonly ms: number; readonly jitterMs?: number } | undefined;
  /** At most so many bytes at a time. */
  readonly slice: number | undefined;
  /** Bytes a second. */
  readonly bandwidth: number | undefined;
  /** One byte, then so many milliseconds of nothing. */
  readonly dripEveryMs: number | undefined;
  /** So many bytes from now on, then the whole connection ends; 0: at the next byte. */
  readonly cut: { readonly afterBytes: number; readonly with: 'fin' | 'reset' } | undefined;
  /** Bytes are taken, and never arrive. */
  readonly blackHole: boolean;
  /** Nothing comes through any more, no byte and no end, until it is switched off. */
  readonly halfOpen: boolean;
}

const HEALTHY: Toxics = {
  latency: undefined,
  slice: undefined,
  bandwidth: undefined,
  dripEveryMs: undefined,
  cut: undefined,
  blackHole: false,
  halfOpen: false,
};

export class Direction {
  #now = HEALTHY;
  readonly #waiting = new Set<() => void>();

  get now(): Toxics {
    return this.#now;
  }

  /** Changes these and leaves the others, for connections that are open too. */
  set(toxics: Partial<Toxics>): void {
    this.#now = { ...this.#now, ...toxics };
    for (const look of this.#waiting) look();
  }

  /** Healthy again; what was held back comes through. */
  clear(): void {
    this.set(HEALTHY);
  }

  /** Resolves when bytes may go on; rejects when `ended` fires. */
  passable(ended: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (this.#now.halfOpen && !ended.aborted) return;
        this.#waiting.delete(look);
        ended.removeEventListener('abort', look);
        if (ended.aborted) reject(new Error('the proxy was closed'));
        else resolve();
      };
      this.#waiting.add(look);
      ended.addEventListener('abort', look);
      look();
    });
  }
}
