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

/** Draws again when the dead time is over. */
export function useRearmed(armedAt: number): void {
  const [, renew] = useState(0);
  useEffect(() => {
    const timer = setTimeout(() => renew((n) => n + 1), Math.max(0, armedAt - uptime()) + 1);
    return () => clearTimeout(timer);
  }, [armedAt]);
}
