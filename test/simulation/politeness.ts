/** G10: how a process treats the platform, and what it leaves behind. */
import type { Exchange, ExchangeRecord } from './exchange.ts';
import type { Life } from './life.ts';
import type { LiveNetwork } from './live-network.ts';
import type { Network } from './network.ts';
import type { Scheduler } from './scheduler.ts';

export interface PolitenessOptions {
  readonly scheduler: Scheduler;
  /** At which nothing new is to be expected sooner. */
  readonly pollIntervalMs: number;
  readonly reachable: (life: Life) => boolean;
  readonly network: () => Network;
  readonly live: () => LiveNetwork;
  readonly fail: (violation: string) => void;
}

interface Manners {
  isClosed: boolean;
  /** List requests of the last minute in which nothing else happened. */
  quiet: number[];
  /** Requests since the platform was last there. */
  inVain: number;
  /** No list request before. */
  heldUntil: number;
  heldBecause: string;
}

/** Looks for what has ended, beside the reads of those who wait. */
const STRAY_LISTS = 4;
/** In an outage of ten minutes; none is longer here. */
const MOST_IN_VAIN = 60;
const MINUTE_MS = 60_000;
/** For what was due when it was closed. */
const AFTERMATH_MS = 2_000;
const JUDGE_LANE = 2_000_000;

export class Politeness {
  readonly #options: PolitenessOptions;
  readonly #manners = new Map<Life, Manners>();

  constructor(options: PolitenessOptions) {
    this.#options = options;
  }

  sent(exchange: Exchange): void {
    const { scheduler } = this.#options;
    const { life, kind } = exchange;
    const manners = this.#of(life);
    if (manners.isClosed) this.#fail(life, `sends ${kind} after close()`);
    manners.inVain = this.#options.reachable(life) ? 0 : manners.inVain + 1;
    if (manners.inVain > MOST_IN_VAIN) this.#fail(life, `sends ${manners.inVain} times in vain`);
    if (kind !== 'list') {
      manners.quiet = [];
      return;
    }
    this.#refuseSecondList(exchange);
    if (scheduler.now < manners.heldUntil)
      this.#fail(
        life,
        `reads ${manners.heldUntil - scheduler.now} ms too soon after ${manners.heldBecause}`,
      );
    manners.quiet = manners.quiet.filter((at) => at > scheduler.now - MINUTE_MS);
    manners.quiet.push(scheduler.now);
    if (manners.quiet.length > MINUTE_MS / this.#options.pollIntervalMs + STRAY_LISTS)
      this.#fail(life, `reads ${manners.quiet.length} times a minute with nothing new`);
  }

  settled({ life, kind, answer }: ExchangeRecord): void {
    const { scheduler } = this.#options;
    const manners = this.#of(life);
    if (kind !== 'list' || answer === undefined || answer.status !== 200) manners.quiet = [];
    const asked = answer?.headers['retry-after'];
    if (kind !== 'list' || answer?.status !== 429 || asked === undefined) return;
    const seconds = /^\d+$/.test(asked) ? Number(asked) : 0;
    manners.heldUntil = scheduler.now + Math.min(Math.max(seconds, 1), 60) * 1000;
    manners.heldBecause = `Retry-After: ${asked}`;
  }

  connects(life: Life): void {
    const manners = this.#of(life);
    if (manners.isClosed) this.#fail(life, 'connects after close()');
    const held = [...this.#options.live().held].filter((socket) => socket.life === life);
    if (held.length > 1) this.#fail(life, `holds ${held.length} sockets`);
    manners.quiet = [];
  }

  /** Something began that may need reads of its own. */
  disturbed(life: Life): void {
    this.#of(life).quiet = [];
  }

  isClosed(life: Life): boolean {
    return this.#of(life).isClosed;
  }

  closed(life: Life): void {
    const manners = this.#of(life);
    const { scheduler } = this.#options;
    manners.isClosed = true;
    scheduler.after(AFTERMATH_MS, JUDGE_LANE, () => this.#refuseLeftovers(life));
  }

  #refuseSecondList({ life }: Exchange): void {
    const open = [...this.#options.network().open].filter(
      (other) => other.life === life && other.kind === 'list',
    );
    if (open.length > 1) this.#fail(life, `has ${open.length} list requests in flight`);
  }

  #refuseLeftovers(life: Life): void {
    const { network, live } = this.#options;
    if (!life.isAlive) return;
    if (life.timers.size > 0) this.#fail(life, `left ${life.timers.size} timers after close()`);
    if ([...network().open].some((exchange) => exchange.life === life))
      this.#fail(life, 'left a request after close()');
    if ([...live().held].some((socket) => socket.life === life))
      this.#fail(life, 'left a socket after close()');
  }

  #of(life: Life): Manners {
    const known = this.#manners.get(life);
    if (known !== undefined) return known;
    const manners = {
      isClosed: false,
      quiet: [],
      inVain: 0,
      heldUntil: 0,
      heldBecause: '',
    };
    this.#manners.set(life, manners);
    return manners;
  }

  #fail(life: Life, what: string): void {
    this.#options.fail(`G10: ${life.name} ${what}`);
  }
}
