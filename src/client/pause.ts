import type { Environment } from '../environment.ts';

/** Resolves after `ms`, or at once when `signal` fires. */
export function pause({ clock }: Environment, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clock.clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = clock.setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
    if (signal.aborted) done();
  });
}

/**
 * Half of a ceiling that doubles with every attempt, and up to all of it: for pauses that must add up
 * to few tries in a long outage.
 */
export function equalJitterMs(random: () => number, attempt: number, pauses: Pauses): number {
  const ceiling = ceilingMs(attempt, pauses);
  return ceiling / 2 + random() * (ceiling / 2);
}

/** Full jitter: anything from nothing to a ceiling that doubles with every attempt. */
export function fullJitterMs(random: () => number, attempt: number, pauses: Pauses): number {
  return random() * ceilingMs(attempt, pauses);
}

/** Milliseconds: the ceiling of the first pause, and of any. */
export interface Pauses {
  readonly firstMs: number;
  readonly mostMs: number;
}

const ceilingMs = (attempt: number, { firstMs, mostMs }: Pauses): number =>
  Math.min(mostMs, firstMs * 2 ** Math.min(attempt - 1, 16));

/** What the promise resolves to, or `undefined` when that takes longer than `ms`. */
export function settledWithin<Value>(
  { clock }: Environment,
  ms: number,
  promise: Promise<Value>,
): Promise<Value | undefined> {
  let timer: unknown;
  const late = new Promise<undefined>((resolve) => {
    timer = clock.setTimeout(() => resolve(undefined), ms);
  });
  return Promise.race([promise, late]).finally(() => clock.clearTimeout(timer));
}
