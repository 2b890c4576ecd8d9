import { hashOf, newSecret } from './secrets.ts';

/** How long a browser stays signed in, milliseconds. */
export const SESSION_MS = 7 * 24 * 3_600_000;
/** Signing in needs a token, so that this many are never reached in earnest. */
const MAX_SESSIONS = 1_000;

interface Session {
  /** Of the token that signed in: revoked with it. */
  readonly tokenHash: string;
  readonly endsAt: number;
}

/** Who is signed in with a browser. Kept in memory: a restart signs everybody out. */
export interface Sessions {
  /** @returns the secret that the cookie holds */
  open(tokenHash: string): string;
  /** The hash of the token behind a session that is still open. */
  tokenHashOf(secret: string): string | undefined;
  close(secret: string): void;
}

export function createSessions(now: () => number): Sessions {
  /** By the hash of the secret, so that a lookup takes no longer for a better guess. */
  const sessions = new Map<string, Session>();
  const dropOldest = (): void => {
    const [oldest] = sessions.keys();
    if (oldest !== undefined && sessions.size >= MAX_SESSIONS) sessions.delete(oldest);
  };
  return {
    open: (tokenHash) => {
      const secret = newSecret();
      dropOldest();
      sessions.set(hashOf(secret), { tokenHash, endsAt: now() + SESSION_MS });
      return secret;
    },
    tokenHashOf: (secret) => {
      const session = sessions.get(hashOf(secret));
      if (session === undefined || session.endsAt > now()) return session?.tokenHash;
      sessions.delete(hashOf(secret));
      return undefined;
    },
    close: (secret) => {
      sessions.delete(hashOf(secret));
    },
  };
}
