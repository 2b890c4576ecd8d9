import type { ActorRow, ProcessRow, ViewMessage } from '../../wire.ts';

type ActorsMessage = Extract<ViewMessage, { type: 'actors' | 'changes' }>;

/**
 * What is known of all actors. Changed in place: ten thousand rows are not copied for one of them;
 * `version` grows with every change.
 */
export class Actors {
  readonly #rows = new Map<string, ActorRow>();
  readonly #processes = new Map<string, ProcessRow>();
  /** Ids, the one that began first first. */
  #order: string[] = [];
  #isSorted = true;
  #isStale = false;
  version = 0;

  /** The next message begins anew: what it does not name is gone. */
  expectAll(): void {
    this.#isStale = true;
  }

  /** @returns the rows that took a transition with this message, for showing that they did */
  apply(message: ActorsMessage): ActorRow[] {
    this.version++;
    if (message.type === 'actors' && this.#isStale) this.#clear();
    for (const process of message.processes) this.#processes.set(process.id, process);
    if (message.type === 'changes') this.#forget(message.gone);
    return message.actors.filter((row) => this.#put(row) && message.type === 'changes');
  }

  get(id: string): ActorRow | undefined {
    return this.#rows.get(id);
  }

  process(id: string): ProcessRow | undefined {
    return this.#processes.get(id);
  }

  processes(): ProcessRow[] {
    return [...this.#processes.values()];
  }

  /** The newest first. */
  *newestFirst(): Generator<ActorRow> {
    this.#sort();
    for (let index = this.#order.length - 1; index >= 0; index--) {
      const row = this.#rows.get(this.#order[index] ?? '');
      if (row !== undefined) yield row;
    }
  }

  #put(row: ActorRow): boolean {
    const known = this.#rows.get(row.id);
    this.#rows.set(row.id, row);
    if (known === undefined) this.#place(row);
    const isNews = known === undefined || known.changedAt !== row.changedAt;
    return row.transition !== undefined && (isNews || known.transition !== row.transition);
  }

  #place(row: ActorRow): void {
    const last = this.#rows.get(this.#order.at(-1) ?? '');
    if (last !== undefined && last.startedAt > row.startedAt) this.#isSorted = false;
    this.#order.push(row.id);
  }

  #sort(): void {
    if (this.#isSorted) return;
    const startOf = (id: string): number => this.#rows.get(id)?.startedAt ?? 0;
    this.#order.sort((a, b) => startOf(a) - startOf(b));
    this.#isSorted = true;
  }

  #forget(gone: readonly string[]): void {
    if (gone.length === 0) return;
    for (const id of gone) this.#rows.delete(id);
    this.#order = this.#order.filter((id) => this.#rows.has(id));
  }

  #clear(): void {
    this.#isStale = false;
    this.#isSorted = true;
    this.#rows.clear();
    this.#processes.clear();
    this.#order = [];
  }
}
