import { useEffect, useState } from 'preact/hooks';

const TICK_MS = 250;
const ticking = new Set<() => void>();
let ticker: ReturnType<typeof setInterval> | undefined;

/** One timer for the whole page: hundreds of times may be counting. */
function onTick(listener: () => void): () => void {
  ticking.add(listener);
  ticker ??= setInterval(() => {
    for (const tick of ticking) tick();
  }, TICK_MS);
  return () => {
    ticking.delete(listener);
    if (ticking.size > 0) return;
    clearInterval(ticker);
    ticker = undefined;
  };
}

/** The server's clock, milliseconds since the epoch, renewed four times a second. */
export function useServerNow(aheadMs: number): number {
  const [, renew] = useState(0);
  useEffect(() => onTick(() => renew((n) => n + 1)), []);
  return Date.now() + aheadMs;
}
