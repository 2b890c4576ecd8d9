/** Ids of actors, by the process in which they are: found without a look at those of the others. */
export class IdsByProcess {
  readonly #ids = new Map<string, Set<string>>();

  add(process: string, id: string): void {
    const ids = this.#ids.get(process);
    if (ids === undefined) this.#ids.set(process, new Set([id]));
    else ids.add(id);
  }

  delete(process: string, id: string): void {
    const ids = this.#ids.get(process);
    ids?.delete(id);
    if (ids?.size === 0) this.#ids.delete(process);
  }

  /** A copy: it may be changed meanwhile. */
  of(process: string): string[] {
    return [...(this.#ids.get(process) ?? [])];
  }
}
