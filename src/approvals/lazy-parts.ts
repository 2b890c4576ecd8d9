/**
 * The parts of a client, loaded in the background. With their packages they are most of what
 * loading this one costs, and nobody needs them before the first request.
 */
import { loadSockets } from '../environment.ts';
import type { assemble, Parts } from './parts.ts';

type Assemble = typeof assemble;

let loaded: Assemble | undefined;

/** Loads them once for the whole process. Clients that are made after it have theirs at once. */
export async function loadParts(): Promise<Assemble> {
  if (loaded === undefined) {
    const [parts] = await Promise.all([import('./parts.ts'), loadSockets()]);
    loaded = parts.assemble;
  }
  return loaded;
}

export class LazyParts {
  readonly #make: (assemble: Assemble) => Parts;
  #parts: Parts | undefined;

  constructor(make: (assemble: Assemble) => Parts) {
    this.#make = make;
    if (loaded !== undefined) this.#parts = make(loaded);
    // Who needs them is told what went wrong.
    else this.load().catch(() => undefined);
  }

  /** `undefined` until they are loaded. */
  get loaded(): Parts | undefined {
    return this.#parts;
  }

  /** Rejects where a module cannot be loaded. */
  async load(): Promise<Parts> {
    const assemble = await loadParts();
    this.#parts ??= this.#make(assemble);
    return this.#parts;
  }
}
