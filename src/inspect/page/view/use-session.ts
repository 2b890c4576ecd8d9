import { useEffect, useReducer } from 'preact/hooks';
import type { Session } from '../session.ts';

/** Draws again in every frame in which something changed. */
export function useSession(session: Session): Session {
  const [, renew] = useReducer((n: number) => n + 1, 0);
  useEffect(() => {
    renew(undefined);
    return session.subscribe(() => renew(undefined));
  }, [session]);
  return session;
}
