import { hashOf, newSecret } from './secrets.ts';
import type { SessionStore } from './storage/sessions.ts';

/** How long a browser stays signed in, milliseconds. */
export const SESSION_MS = 7 * 24 * 3_600_000;
/** Signing in needs a token, so that this many are never reached in earnest. */
const MAX_SESSIONS = 1_000;

/** Who is signed in with a browser. Found by the hash of the secret that the cookie holds. */
export interface Sessions {
  /**
   * @param tokenHash of the token that signs in: the session is revoked with it
   * @returns the secret
   */
  open(tokenHash: string): Promise<string>;
  /** The hash of the token behind a session that is still open. */
  tokenHashOf(sessionHash: string): Promise<string | undefined>;
  close(sessionHash: string): Promise<void>;
}

export function createSessions(store: SessionStore, now: () => number): Sessions {
  return {
    open: async (tokenHash) => {
      const secret = newSecret();
      const session = {
        hash: hashOf(secret),
        token_hash: tokenHash,
        ends_at: now() + SESSION_MS,
      };
      await store.add(session, now(), MAX_SESSIONS);
      return secret;
    },
    tokenHashOf: async (sessionHash) => (await store.find(sessionHash, now()))?.token_hash,
    close: async (sessionHash) => {
      await store.remove(sessionHash);
    },
  };
}
