/** Promises for what has not happened yet, looked at again after every change. */
export class Conditions {
  readonly #waiting = new Set<{ look: () => boolean; refuse: (error: Error) => void }>();

  /** Resolves with the first value that `look` finds, at once where it finds one now. */
  until<T extends {}>(look: () => T | undefined): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const attempt = () => {
      const found = look();
      if (found !== undefined) resolve(found);
      return found !== undefined;
    };
    if (!attempt()) this.#waiting.add({ look: attempt, refuse: reject });
    // One that nobody awaits any more must not end the process when it is refused.
    promise.catch(() => undefined);
    return promise;
  }

  changed(): void {
    for (const waiting of this.#waiting) if (waiting.look()) this.#waiting.delete(waiting);
  }

  refuseAll(error: Error): void {
    for (const { refuse } of this.#waiting) refuse(error);
    this.#waiting.clear();
  }
}
