import type { OutgoingHttpHeaders } from 'node:http';

const WINDOW_MS = 60_000;

/** What one request did to the bucket. */
export interface Spent {
  /** `false`: it is over the limit. */
  readonly allowed: boolean;
  readonly headers: OutgoingHttpHeaders;
}

/** One bucket of requests a minute, for all callers together. */
export class RateBucket {
  #endsAtMs = 0;
  #used = 0;

  spend(limit: number, nowMs: number): Spent {
    if (nowMs >= this.#endsAtMs) {
      this.#endsAtMs = nowMs + WINDOW_MS;
      this.#used = 0;
    }
    this.#used += 1;
    const reset = Math.floor((this.#endsAtMs - nowMs) / 1_000);
    return { allowed: this.#used <= limit, headers: headersOf(limit, this.#used, reset) };
  }
}

const headersOf = (limit: number, used: number, reset: number): OutgoingHttpHeaders => ({
  'x-ratelimit-limit': String(limit),
  'x-ratelimit-remaining': String(Math.max(0, limit - used)),
  'x-ratelimit-reset': String(reset),
  ...(used > limit ? { 'retry-after': String(reset) } : {}),
});
