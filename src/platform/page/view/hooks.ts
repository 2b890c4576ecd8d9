import { useEffect, useState } from 'preact/hooks';
import type { PageState } from '../model/state.ts';
import { type Store, uptime } from '../store.ts';

export function useStore(store: Store): PageState {
  const [state, setState] = useState(store.get());
  useEffect(() => {
    setState(store.get());
    return store.subscribe(() => setState(store.get()));
  }, [store]);
  return state;
}

const TICK_MS = 250;
const ticking = new Set<() => void>();
let ticker: ReturnType<typeof setInterval> | undefined;

/** One timer for the whole page: hundreds of requests may be counting down. */
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

/** Draws again when the dead time is over. */
export function useRearmed(armedAt: number): void {
  const [, renew] = useState(0);
  useEffect(() => {
    const timer = setTimeout(() => renew((n) => n + 1), Math.max(0, armedAt - uptime()) + 1);
    return () => clearTimeout(timer);
  }, [armedAt]);
}

export function useMedia(query: string): boolean {
  const [matches, setMatches] = useState(() => window.matchMedia(query).matches);
  useEffect(() => {
    const list = window.matchMedia(query);
    const listener = () => setMatches(list.matches);
    list.addEventListener('change', listener);
    return () => list.removeEventListener('change', listener);
  }, [query]);
  return matches;
}
