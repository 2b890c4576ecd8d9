/** So many at once; who comes beyond that waits in line. */
export class Turns {
  #free: number;
  readonly #line = new Set<() => void>();

  /** @param atOnce whole, at least 1 */
  constructor(atOnce: number) {
    this.#free = atOnce;
  }

  /** Does the work when its turn has come. @throws what the work throws */
  async take<Value>(work: () => Promise<Value>): Promise<Value> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#line.add(resolve));
    try {
      return await work();
    } finally {
      this.#next();
    }
  }

  /** The turn goes on to the first in line. */
  #next(): void {
    for (const first of this.#line) {
      this.#line.delete(first);
      first();
      return;
    }
    this.#free += 1;
  }
}
