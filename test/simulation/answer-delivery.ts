/** How answers of the platform reach the process that waits for them. */
import type { Exchange, WireAnswer } from './exchange.ts';
import { type Answering, garbage } from './http-plan.ts';
import type { Ledger } from './ledger.ts';
import type { Random } from './random.ts';
import type { Trace } from './trace.ts';

export interface AnswerDeliveryOptions {
  readonly ledger: Ledger;
  readonly random: Random;
  readonly trace: Trace;
}

const DRIP_EVERY_MS = 700;
const DRIP_PIECES = 20;

export class AnswerDelivery {
  readonly #options: AnswerDeliveryOptions;
  /** What a proxy may have kept. */
  #lastList: WireAnswer | undefined;

  constructor(options: AnswerDeliveryOptions) {
    this.#options = options;
  }

  deliver(exchange: Exchange, answer: WireAnswer, answering: Answering): void {
    const { trace } = this.#options;
    const name = exchange.kind === 'create' ? 'post' : 'http';
    switch (answering) {
      case 'lost':
        break;
      case 'reset':
        exchange.fail('ECONNRESET');
        break;
      case 'stalled':
        trace.hit(`${name}.stalled`);
        exchange.begin(answer);
        exchange.piece(answer.body.slice(0, 1));
        break;
      case 'dripped':
        trace.hit(`${name}.dripped`);
        this.#drip(exchange, answer);
        break;
      case 'garbled':
        trace.hit(`${name}.garbled`);
        this.#garble(exchange, answer);
        break;
      case 'cached':
        this.#deliverCached(exchange, answer);
        break;
      case 'whole':
        if (exchange.kind === 'list' && answer.status === 200) this.#lastList = answer;
        exchange.answer(answer);
        break;
    }
  }

  /** A list that says in good order that nothing is there cannot be told from the truth. */
  #garble(exchange: Exchange, answer: WireAnswer): void {
    const { random, ledger } = this.#options;
    const body = garbage(random);
    if (exchange.kind === 'list' && body === '[]') ledger.listLied = true;
    exchange.answer({ ...answer, body });
  }

  /** A proxy answers with what it heard some time ago. */
  #deliverCached(exchange: Exchange, answer: WireAnswer): void {
    const old = exchange.kind === 'list' ? this.#lastList : undefined;
    if (old === undefined) {
      exchange.answer(answer);
      return;
    }
    this.#options.trace.hit('http.cached');
    exchange.answer({ ...old, headers: { ...old.headers, age: '31' } });
  }

  #drip(exchange: Exchange, answer: WireAnswer): void {
    exchange.begin(answer);
    const size = Math.max(1, Math.ceil(answer.body.length / DRIP_PIECES));
    const next = (from: number): void => {
      exchange.piece(answer.body.slice(from, from + size));
      if (from + size >= answer.body.length) exchange.end(answer);
      else if (!exchange.isOver)
        exchange.life.arrival(DRIP_EVERY_MS, 'http', () => next(from + size));
    };
    next(0);
  }
}
