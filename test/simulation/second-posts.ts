/** G5: what may have been stored is looked for before it is sent again. */
import type { Exchange, ExchangeRecord } from './exchange.ts';
import type { Life } from './life.ts';
import type { Scheduler } from './scheduler.ts';

interface Post {
  readonly exchange: Exchange;
  /** Whether it may have been stored. */
  isUnsure: boolean;
}

export class SecondPosts {
  readonly #scheduler: Scheduler;
  readonly #fail: (violation: string) => void;
  /** The last create of each process and key. */
  readonly #posts = new Map<string, Post>();
  /** When the last read that came back was sent. */
  readonly #readAt = new Map<Life, number>();

  constructor(scheduler: Scheduler, fail: (violation: string) => void) {
    this.#scheduler = scheduler;
    this.#fail = fail;
  }

  /** A create leaves a process. */
  posted(exchange: Exchange, key: string): void {
    const { life } = exchange;
    const name = `${life.name} ${key}`;
    const before = this.#posts.get(name);
    const readAt = this.#readAt.get(life) ?? -1;
    if (before?.isUnsure === true && readAt < before.exchange.sentAt)
      this.#fail(
        `G5: ${life.name} sends ${key} again at ${this.#scheduler.now} and did not look for it`,
      );
    this.#posts.set(name, { exchange, isUnsure: true });
  }

  settled({ life, kind, sentAt, answer }: ExchangeRecord): void {
    if (kind === 'list' && answer?.status === 200) this.#readAt.set(life, sentAt);
    if (kind !== 'create') return;
    for (const post of this.#posts.values())
      if (post.exchange.life === life && post.exchange.sentAt === sentAt && post.exchange.isOver)
        post.isUnsure = !post.exchange.wasUnsent && !isRefusal(answer?.status);
  }
}

/** The platform says that it did not store it. */
const isRefusal = (status: number | undefined): boolean => status === 401 || status === 429;
