import { type Files, systemEnvironment } from '../../src/index.ts';

/**
 * The disk, and how much of it is under way: a simulated clock must wait for what is real. Nothing is
 * flushed, because no power fails here.
 */
export class CountedFiles {
  busy = 0;
  readonly files: Files = this.#counted(systemEnvironment.files);

  /** The same object, each of its calls counted; so are those of the files that it opens. */
  #counted<Target extends object>(target: Target): Target {
    return new Proxy(target, {
      get: (_, name) => {
        const method: unknown = Reflect.get(target, name);
        if (typeof method !== 'function') return method;
        if (name === 'sync' || name === 'datasync') return () => Promise.resolve();
        return (...args: unknown[]) => this.#count(Reflect.apply(method, target, args));
      },
    });
  }

  async #count(result: unknown): Promise<unknown> {
    this.busy += 1;
    try {
      const value = await result;
      const isFile = typeof value === 'object' && value !== null && 'datasync' in value;
      return isFile ? this.#counted(value) : value;
    } finally {
      this.busy -= 1;
    }
  }
}
