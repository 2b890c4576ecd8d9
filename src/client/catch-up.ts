/**
 * One read for all who wait. Where the platform links to what changed, only that is read after the
 * first whole list; it shows whoever's end comes after the mark, the place in the platform's history
 * that the link stands for. For all others the list is read, as it is where there is no such link:
 * after a read that failed, and for who begins to wait for a row that may have ended before.
 *
 * Changes show no row that waits, so no twin of one. A platform that links to them honours
 * `Idempotency-Key`, and has none.
 */
import { LIST_WINDOW } from '../protocol/routes.ts';
import type { Row } from '../protocol/rows.ts';
import { type Page, ReadError } from './list.ts';
import { type Lists, MAX_PAGES } from './lists.ts';
import type { Waiters } from './waiters.ts';

export interface CatchUpOptions {
  readonly lists: Lists;
  readonly waiters: Waiters;
}

/** Rows of others that are remembered while somebody is about to wait. */
const MOST_PASSED = 10_000;
const GONE = 410;

export class CatchUp {
  readonly #options: CatchUpOptions;
  /** The link to what changed after the mark. */
  #mark: string | undefined;
  /** Ids that are waited for and whose end may have come before the mark. */
  #unseen = new Set<string>();
  /** Those of them that are looked for just now. */
  #sought = new Set<string>();
  /** Trace ids of those who will wait and whose end comes after the mark, or was passed. */
  readonly #covered = new Set<string>();
  /** Ids of ends that nobody waited for when they were read. */
  readonly #passed = new Set<string>();

  constructor(options: CatchUpOptions) {
    this.#options = options;
  }

  /** It is about to be asked, for the first time: its end comes later than any mark until now. */
  begins(traceId: string): void {
    if (this.#mark !== undefined) this.#covered.add(traceId);
  }

  joins(traceId: string, approvalId: string): void {
    const isCovered = this.#covered.has(traceId) && !this.#passed.has(approvalId);
    if (!isCovered) this.#unseen.add(approvalId);
    this.ends(traceId);
  }

  /** It may wait again, on the other transport. */
  leaves(traceId: string, approvalId: string): void {
    // Another one waits for it in its place.
    if (this.#options.waiters.get(approvalId) !== undefined) return;
    const wasSought = this.#sought.delete(approvalId);
    const wasUnseen = this.#unseen.delete(approvalId);
    if (!wasSought && !wasUnseen) this.begins(traceId);
  }

  /** It will not wait any more. */
  ends(traceId: string): void {
    this.#covered.delete(traceId);
    if (this.#covered.size === 0) this.#passed.clear();
  }

  /** The next read is a whole one. */
  forget(): void {
    this.#mark = undefined;
    this.#covered.clear();
    this.#passed.clear();
  }

  /** @throws NoAnswerError, ReadError */
  async read(signal: AbortSignal): Promise<void> {
    try {
      if (this.#mark !== undefined) await this.#readChanges(this.#mark, signal);
      if (this.#mark === undefined) await this.#readForAll(signal);
      else if (this.#unseen.size > 0) await this.#readForSome(signal);
    } catch (error) {
      this.forget();
      throw error;
    }
  }

  /** No mark is left where the platform does not know it, or changes could not be read. */
  async #readChanges(from: string, signal: AbortSignal): Promise<void> {
    let mark: string | undefined;
    const enough = (rows: readonly Row[], page: Page): boolean => {
      mark = page.isWhole ? page.monitor : undefined;
      this.#pass(rows);
      return mark === undefined;
    };
    try {
      await this.#options.lists.read({ from, enough, signal });
    } catch (error) {
      if (!(error instanceof ReadError) || error.status !== GONE) throw error;
      mark = undefined;
    }
    if (mark === undefined) this.forget();
    else this.#mark = mark;
  }

  #pass(rows: readonly Row[]): void {
    if (this.#covered.size === 0) return;
    for (const { id } of rows)
      if (this.#options.waiters.get(id) === undefined) this.#passed.add(id);
    if (this.#passed.size <= MOST_PASSED) return;
    this.#covered.clear();
    this.#passed.clear();
  }

  /** The mark is that of the first page: what ends while the others are read comes after it. */
  async #readForAll(signal: AbortSignal): Promise<void> {
    const { lists, waiters } = this.#options;
    let first: Page | undefined;
    let search: Search | undefined;
    const enough = (rows: readonly Row[], page: Page): boolean => {
      if (first === undefined) this.#unseen.clear();
      first ??= page;
      // One page without a mark, as from Molecule: there is nothing to look for.
      if (first.monitor === undefined && first.next === undefined) return true;
      search ??= new Search(new Set(idsOf(waiters)));
      for (const { id } of rows) this.#unseen.delete(id);
      return search.look(rows, page);
    };
    const maxPages = MAX_PAGES + Math.ceil(waiters.size / LIST_WINDOW);
    await lists.read({ enough, signal, maxPages });
    if (search?.isOver === true) this.#mark = first?.monitor;
  }

  /** Whoever else waits goes on from the mark. */
  async #readForSome(signal: AbortSignal): Promise<void> {
    this.#sought = this.#unseen;
    this.#unseen = new Set();
    const search = new Search(this.#sought);
    try {
      const enough = (rows: readonly Row[], page: Page): boolean => search.look(rows, page);
      await this.#options.lists.read({ enough, signal });
      if (!search.isOver) for (const id of this.#sought) this.#unseen.add(id);
    } finally {
      this.#sought = new Set();
    }
  }
}

function* idsOf(waiters: Waiters): Iterable<string> {
  for (const { approvalId } of waiters.values()) yield approvalId;
}

/** For ids, page by page. */
class Search {
  readonly #ids: Set<string>;
  #isWhole = true;
  #isLast = false;

  constructor(ids: Set<string>) {
    this.#ids = ids;
  }

  /** @returns whether all have been seen */
  look(rows: readonly Row[], { isWhole, next }: Page): boolean {
    for (const { id } of rows) this.#ids.delete(id);
    this.#isWhole &&= isWhole;
    this.#isLast = next === undefined;
    return this.#ids.size === 0;
  }

  /** Each was seen, or is certainly not there. */
  get isOver(): boolean {
    return this.#ids.size === 0 || (this.#isLast && this.#isWhole);
  }
}
