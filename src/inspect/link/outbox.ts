/**
 * What waits to be sent to the view, written already: bounded in number and bytes. Where it is full,
 * or there is nobody to send to, it keeps nothing and counts, until it is begun anew.
 */
import type { ProcessEvent } from '../wire.ts';

export const OUTBOX_LIMITS = {
  events: 10_000,
  /** Of all events together. */
  bytes: 8 * 1024 * 1024,
} as const;

export type OutboxLimits = { readonly [Name in keyof typeof OUTBOX_LIMITS]: number };

interface Item {
  readonly text: string;
  readonly bytes: number;
}

export class Outbox {
  readonly #limits: OutboxLimits;
  #items: Item[] = [];
  #bytes = 0;
  #isKeeping = true;
  /** Events that were never sent. */
  dropped = 0;

  constructor(limits: Partial<OutboxLimits> = {}) {
    this.#limits = { ...OUTBOX_LIMITS, ...limits };
  }

  /** False: what is told now is lost. */
  get isKeeping(): boolean {
    return this.#isKeeping;
  }

  get isEmpty(): boolean {
    return this.#items.length === 0;
  }

  add(event: ProcessEvent): void {
    if (!this.#isKeeping) {
      this.dropped += 1;
      return;
    }
    const text = JSON.stringify(event);
    const bytes = Buffer.byteLength(text);
    this.#items.push({ text, bytes });
    this.#bytes += bytes;
    const { events, bytes: most } = this.#limits;
    if (this.#items.length > events || this.#bytes > most) this.lose();
  }

  /** Drops everything. A gap in the middle would show states that are none any more. */
  lose(): void {
    this.dropped += this.#items.length;
    this.#items = [];
    this.#bytes = 0;
    this.#isKeeping = false;
  }

  beginAnew(): void {
    this.lose();
    this.#isKeeping = true;
  }

  /** Takes the oldest, up to so many events and bytes, but at least one; JSON, joined by commas. */
  take(events: number, bytes: number): string {
    let count = 0;
    let size = 0;
    for (const item of this.#items) {
      size += item.bytes;
      if (count >= events || (count > 0 && size > bytes)) break;
      count += 1;
    }
    const taken = this.#items.splice(0, count);
    for (const item of taken) this.#bytes -= item.bytes;
    return taken.map(({ text }) => text).join(',');
  }
}
