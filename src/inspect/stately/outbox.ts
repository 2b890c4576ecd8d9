/** Messages that wait to be sent, the oldest dropped where there are too many. */
import type { StatelyMessage } from './messages.ts';

export interface Waiting {
  readonly message: StatelyMessage;
  /** As it will be sent. */
  readonly text: string;
}

export interface OutboxLimits {
  readonly maxEvents: number;
  readonly maxBytes: number;
}

export class Outbox {
  readonly #limits: OutboxLimits;
  #waiting: Waiting[] = [];
  /** Where the oldest stands: taking it away must not move all the others. */
  #first = 0;
  #bytes = 0;

  constructor(limits: OutboxLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#waiting.length - this.#first;
  }

  /** Adds it at the end. @returns what was dropped for it, oldest first: perhaps itself */
  add(message: StatelyMessage): Waiting[] {
    const text = JSON.stringify(message);
    this.#waiting.push({ message, text });
    this.#bytes += Buffer.byteLength(text);
    const dropped: Waiting[] = [];
    while (this.size > this.#limits.maxEvents || this.#bytes > this.#limits.maxBytes) {
      const oldest = this.take();
      if (oldest === undefined) break;
      dropped.push(oldest);
    }
    return dropped;
  }

  take(): Waiting | undefined {
    const oldest = this.#waiting[this.#first];
    if (oldest === undefined) return undefined;
    this.#bytes -= Buffer.byteLength(oldest.text);
    this.#first += 1;
    if (this.#first * 2 > this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#first);
      this.#first = 0;
    }
    return oldest;
  }
}
