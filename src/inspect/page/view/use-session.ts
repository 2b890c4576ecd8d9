import { useEffect, useReducer } from 'preact/hooks';
import type { Session } from '../session.ts';

/** How often a list that depends on the time is looked at again, milliseconds. */
const LOOK_MS = 1_000;

/** Draws again in every frame in which something changed, or may have with the time. */
export function useSession(session: Session): Session {
  const [, renew] = useReducer((n: number) => n + 1, 0);
  useEffect(() => {
    renew(undefined);
    return session.subscribe(() => renew(undefined));
  }, [session]);
  const { isTimed } = session.state.query;
  useEffect(() => {
    if (!isTimed) return;
    const timer = setInterval(() => renew(undefined), LOOK_MS);
    return () => clearInterval(timer);
  }, [isTimed]);
  return session;
}
