/** Who listens to what: found by workspace, so that what many others wait for costs nothing. */
import type { Listener } from './feed.ts';

export class Audience {
  /** By workspace; those who listen to all are under `null`. */
  readonly #listeners = new Map<string | null, Set<Listener>>();
  readonly #workspaces = new Map<Listener, string | null>();

  get size(): number {
    return this.#workspaces.size;
  }

  /** @param workspaceId `null` for all */
  add(listener: Listener, workspaceId: string | null): void {
    const others = this.#listeners.get(workspaceId) ?? new Set();
    this.#listeners.set(workspaceId, others.add(listener));
    this.#workspaces.set(listener, workspaceId);
  }

  delete(listener: Listener): void {
    const workspaceId = this.#workspaces.get(listener);
    if (workspaceId === undefined) return;
    this.#workspaces.delete(listener);
    const others = this.#listeners.get(workspaceId);
    others?.delete(listener);
    if (others?.size === 0) this.#listeners.delete(workspaceId);
  }

  /** All that are to be told what happened in a workspace, as they are now. */
  of(workspaceId: string): readonly Listener[] {
    return [null, workspaceId].flatMap((key) => [...(this.#listeners.get(key) ?? [])]);
  }

  clear(): void {
    this.#listeners.clear();
    this.#workspaces.clear();
  }
}
