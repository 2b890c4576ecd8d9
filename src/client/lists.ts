/**
 * Reading the list, for all who need it: one request at a time, whatever their number. Who asks while
 * a read is under way joins the next one, because a row may be newer than that read; every row that is
 * read is shown to everybody.
 */
import type { Environment } from '../environment.ts';
import { routes } from '../protocol/routes.ts';
import type { Row } from '../protocol/rows.ts';
import { type Answer, type Exchange, NoAnswerError } from './exchange.ts';
import { type Page, pageOf } from './list.ts';

export interface ListsOptions {
  readonly exchange: Exchange;
  readonly environment: Pick<Environment, 'clock'>;
  readonly workspaceId: string;
  /** Every page that was read, whoever asked for it. */
  readonly onRows: (rows: readonly Row[]) => void;
}

export interface Look {
  /** Where to begin. Default: the list itself. */
  readonly from?: string;
  /** Called with each page, newest first, until it is true or there are no more. */
  readonly enough: (rows: readonly Row[], page: Page) => boolean;
  /** Default 200: a platform that links in a circle must not keep us for ever. */
  readonly maxPages?: number;
  /** How long this may take, the wait for its turn included, milliseconds. Default: no limit. */
  readonly withinMs?: number;
  /** Whether a list with rows that cannot be read says nothing about what is not in it. */
  readonly needsAll?: boolean;
  /** Gives up. */
  readonly signal?: AbortSignal;
}

interface Reader extends Look {
  readonly settle: (error?: unknown) => void;
  pagesLeft: number;
}

const UNREADABLE = new NoAnswerError('the list holds rows that cannot be read', true);
export const MAX_PAGES = 200;

export class Lists {
  readonly #options: ListsOptions;
  readonly #waiting = new Set<Reader>();
  readonly #reading = new Set<Reader>();
  #pass: Promise<void> | undefined;
  #abort = new AbortController();
  #isClosed = false;

  constructor(options: ListsOptions) {
    this.#options = options;
  }

  /** @throws NoAnswerError, also when the time is up or it was given up; ReadError */
  read(look: Look): Promise<void> {
    const { clock } = this.#options.environment;
    return new Promise((resolve, reject) => {
      let timer: unknown;
      const settle = (error?: unknown): void => {
        clock.clearTimeout(timer);
        look.signal?.removeEventListener('abort', giveUp);
        this.#leave(reader);
        if (error === undefined) resolve();
        else reject(error);
      };
      const reader = { ...look, settle, pagesLeft: look.maxPages ?? MAX_PAGES };
      const giveUp = (): void => settle(new NoAnswerError('the read was given up', false));
      const late = (): void =>
        settle(new NoAnswerError('there was no time left to read the list', false));
      if (this.#isClosed || look.signal?.aborted === true) return giveUp();
      if (look.withinMs !== undefined) {
        if (look.withinMs <= 0) return late();
        timer = clock.setTimeout(late, look.withinMs);
      }
      look.signal?.addEventListener('abort', giveUp, { once: true });
      this.#waiting.add(reader);
      this.#start();
    });
  }

  /** Nothing is read any more; resolves when no read is under way. */
  async close(): Promise<void> {
    this.#isClosed = true;
    while (this.#pass !== undefined) await this.#pass;
  }

  /** A read that nobody waits for any more is given up. */
  #leave(reader: Reader): void {
    this.#waiting.delete(reader);
    if (this.#reading.delete(reader) && this.#reading.size === 0) this.#abort.abort();
  }

  /** In the next turn, so that all who ask in this one share the read. */
  #start(): void {
    this.#pass ??= Promise.resolve().then(() => this.#passes());
  }

  async #passes(): Promise<void> {
    while (this.#waiting.size > 0) {
      const from = this.#take();
      this.#abort = new AbortController();
      await this.#readPages(from, this.#abort.signal);
    }
    // In the turn of the last look at who waits: who asks in the next one starts another pass.
    this.#pass = undefined;
  }

  /** All who begin where the first one does. @returns where that is */
  #take(): string | undefined {
    const [first] = this.#waiting;
    for (const reader of this.#waiting) {
      if (reader.from !== first?.from) continue;
      this.#reading.add(reader);
      this.#waiting.delete(reader);
    }
    return first?.from;
  }

  async #readPages(from: string | undefined, signal: AbortSignal): Promise<void> {
    try {
      let path: string | undefined = from ?? routes.approvals(this.#options.workspaceId);
      while (path !== undefined && this.#reading.size > 0) {
        const answer: Answer = await this.#options.exchange({ method: 'GET', path, signal });
        path = this.#show(pageOf(answer));
      }
      this.#settleAll();
    } catch (error) {
      this.#settleAll(error);
    }
  }

  /** @returns where the next page is, if there is one */
  #show(page: Page): string | undefined {
    const { rows, isWhole, next } = page;
    this.#options.onRows(rows);
    for (const reader of Array.from(this.#reading)) {
      reader.pagesLeft -= 1;
      if (reader.enough(rows, page)) reader.settle();
      else if (!isWhole && reader.needsAll === true) reader.settle(UNREADABLE);
      else if (reader.pagesLeft === 0) reader.settle();
    }
    return next;
  }

  #settleAll(error?: unknown): void {
    for (const reader of Array.from(this.#reading)) reader.settle(error);
  }
}
