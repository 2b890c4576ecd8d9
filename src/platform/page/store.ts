import type { Action } from './model/actions.ts';
import { reduce } from './model/reduce.ts';
import { initialState, type PageState } from './model/state.ts';

export interface Store {
  readonly get: () => PageState;
  readonly dispatch: (action: Action) => void;
  /** Calls `listener` after every change; returns what ends that. */
  readonly subscribe: (listener: () => void) => () => void;
}

/** Milliseconds since the page was opened: a clock that nobody sets back. */
export const uptime = (): number => performance.now();

export function createStore(): Store {
  let state = initialState;
  const listeners = new Set<() => void>();
  return {
    get: () => state,
    dispatch(action) {
      const next = reduce(state, action, uptime());
      if (next === state) return;
      state = next;
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
