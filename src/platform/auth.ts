/** Who sends this request? What they may do is decided in the routes, from the principal alone. */
import { userInfo } from 'node:os';
import { parse as parseCookies } from 'hono/utils/cookie';
import { equalHashes, hashOf } from './secrets.ts';
import type { Sessions } from './sessions.ts';
import type { TokenStore } from './storage/tokens.ts';

/** A requester can never decide: only `approver` can, and nothing turns the others into one. */
export type Principal =
  | {
      readonly kind: 'approver';
      readonly name: string;
      readonly tokenHash: string;
      /** Where the credential is the session of a browser. */
      readonly sessionHash?: string;
    }
  | { readonly kind: 'workspace'; readonly workspaceId: string; readonly tokenHash: string }
  /** Any program on this machine; speaks for the workspace that it names. */
  | { readonly kind: 'anonymous' };

type Named = Exclude<Principal, { kind: 'anonymous' }>;

export interface Auth {
  /** `undefined` where credentials are needed, or the ones sent are not (or no longer) good. */
  identify(headers: Headers): Promise<Principal | undefined>;
  /** Whose token has this hash. */
  holderOf(tokenHash: string): Promise<Named | undefined>;
  /** Whose session has this hash and is still open. */
  signedIn(sessionHash: string): Promise<Named | undefined>;
}

export interface AuthOptions {
  readonly tokens: TokenStore;
  readonly sessions: Sessions;
  /** The token of the data folder's owner, and the name that decisions made with it bear. */
  readonly owner: { readonly token: string; readonly name: string };
  readonly cookieName: string;
  /** Whether requesters may be anonymous. */
  readonly anonymous: boolean;
}

export function createAuth(options: AuthOptions): Auth {
  const { tokens, sessions, cookieName } = options;
  const ownerHash = hashOf(options.owner.token);

  const holderOf = async (tokenHash: string): Promise<Named | undefined> => {
    if (equalHashes(tokenHash, ownerHash))
      return { kind: 'approver', name: options.owner.name, tokenHash };
    const token = await tokens.findActive(tokenHash);
    if (token === undefined) return undefined;
    return token.kind === 'approver'
      ? { kind: 'approver', name: token.name, tokenHash }
      : { kind: 'workspace', workspaceId: token.name, tokenHash };
  };

  const signedIn = async (sessionHash: string): Promise<Named | undefined> => {
    const tokenHash = await sessions.tokenHashOf(sessionHash);
    const holder = tokenHash === undefined ? undefined : await holderOf(tokenHash);
    return holder?.kind === 'approver' ? { ...holder, sessionHash } : undefined;
  };

  const identify = async (headers: Headers): Promise<Principal | undefined> => {
    const authorization = headers.get('authorization');
    if (authorization !== null) {
      const token = /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
      return token === undefined ? undefined : holderOf(hashOf(token));
    }
    const sessionHash = sessionOf(headers, cookieName);
    if (sessionHash !== undefined) return signedIn(sessionHash);
    return options.anonymous && !isBrowser(headers) ? { kind: 'anonymous' } : undefined;
  };

  return { identify, holderOf, signedIn };
}

/** The hash of the secret in the session cookie. */
export function sessionOf(headers: Headers, cookieName: string): string | undefined {
  const secret = parseCookies(headers.get('cookie') ?? '', cookieName)[cookieName];
  return secret === undefined ? undefined : hashOf(secret);
}

/** Cookies are shared by all ports of a host; the port in the name keeps two servers apart. */
export const cookieNameOf = (port: number): string => `countersign_session_${port}`;

/**
 * Only browsers send this header, and no page can forge it. A browser is never an anonymous
 * requester: the "deny" of a person whose session has ended must not be taken for a withdrawal.
 */
const isBrowser = (headers: Headers): boolean => headers.has('sec-fetch-site');

/** Who owns the data folder: the user of the operating system that runs the server. */
export function ownerName(): string {
  try {
    return userInfo().username || 'approver';
  } catch {
    // A user id without an entry, as in containers.
    return 'approver';
  }
}
