/** G5: what may have been stored is looked for before it is sent again. */
import type { Exchange, ExchangeRecord } from './exchange.ts';
import type { Life } from './life.ts';
import type { Scheduler } from './scheduler.ts';

export class SecondPosts {
  readonly #scheduler: Scheduler;
  readonly #fail: (violation: string) => void;
  /** The last create of each process and key. */
  readonly #posts = new Map<string, Exchange>();
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
    if (before !== undefined && isUnsure(before) && readAt < before.sentAt)
      this.#fail(
        `G5: ${life.name} sends ${key} again at ${this.#scheduler.now} and did not look for it`,
      );
    this.#posts.set(name, exchange);
  }

  settled({ life, kind, sentAt, answer }: ExchangeRecord): void {
    if (kind === 'list' && answer?.status === 200) this.#readAt.set(life, sentAt);
  }
}

/** Whether it may have been stored, as far as the process can know. */
const isUnsure = ({ wasUnsent, status }: Exchange): boolean =>
  !wasUnsent && status !== 401 && status !== 429;
