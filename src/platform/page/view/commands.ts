import type { Verdict } from '../model/approval.ts';
import { neighbour, onwardsFrom, waitingOf } from '../model/ordering.ts';
import { selectedOf } from '../model/state.ts';
import type { PageSession } from '../page-session.ts';
import type { Store } from '../store.ts';

/** What a person can do here. */
export interface Commands {
  readonly decide: (verdict: Verdict) => void;
  readonly select: (id: string) => void;
  /** To the next request that waits, or the one before. */
  readonly move: (steps: 1 | -1) => void;
  readonly open: (ids: readonly string[]) => void;
  readonly writeNote: (id: string, note: string) => void;
  readonly layoutMoved: () => void;
  readonly lookAgain: () => void;
  readonly signIn: (token: string) => Promise<void>;
  readonly signOut: () => void;
}

export function createCommands(store: Store, session: PageSession): Commands {
  return {
    decide: (verdict) => void session.decider.decide(verdict),
    select: (id) => store.dispatch({ type: 'approval.selected', id }),
    move: (steps) => {
      const { approvals, heldId, selectedId } = store.get();
      const id = neighbour(waitingOf(approvals, heldId), selectedId, steps);
      const ended = id === heldId ? selectedOf(store.get()) : null;
      const next = ended ? onwardsFrom(approvals, ended)?.id : id;
      if (next) store.dispatch({ type: 'approval.selected', id: next });
    },
    open: (ids) => store.dispatch({ type: 'text.opened', ids }),
    writeNote: (id, note) => store.dispatch({ type: 'note.written', id, note }),
    layoutMoved: () => store.dispatch({ type: 'layout.moved' }),
    lookAgain: () => session.nudge(),
    signIn: (token) => session.signIn(token),
    signOut: () => void session.signOut(),
  };
}
