/** Signing in with a browser: the token of the sign-in address for a cookie. */
import { type Context, Hono } from 'hono';
import { deleteCookie, setCookie } from 'hono/cookie';
import type { Served } from '../../http/served.ts';
import { requireApprover, unauthorized } from '../access.ts';
import { type Auth, sessionOf } from '../auth.ts';
import { readBody } from '../body.ts';
import type { PlatformEnv } from '../environment.ts';
import { sessionSchema } from '../requests.ts';
import { hashOf } from '../secrets.ts';
import type { Sessions } from '../sessions.ts';

export interface SessionRoutesOptions {
  readonly auth: Auth;
  readonly sessions: Sessions;
  readonly served: Served;
  readonly cookieName: string;
  /** Called when a browser has signed out. */
  readonly onSignOut: (sessionHash: string) => void;
}

export function sessionRoutes(options: SessionRoutesOptions): Hono<PlatformEnv> {
  const { auth, sessions, served, cookieName } = options;
  const cookie = (c: Context) => ({
    httpOnly: true,
    sameSite: 'Strict' as const,
    path: '/',
    secure: served.originOf(c.req.header('host')).startsWith('https:'),
  });

  return new Hono<PlatformEnv>()
    .post('/', async (c) => {
      const { token } = await readBody(c, sessionSchema);
      const holder = await auth.holderOf(hashOf(token));
      if (holder === undefined) throw unauthorized();
      const approver = requireApprover(holder);
      setCookie(c, cookieName, await sessions.open(approver.tokenHash), cookie(c));
      return c.body(null, 204);
    })
    .get('/', async (c) => {
      const principal = await auth.identify(c.req.raw.headers);
      if (principal === undefined) throw unauthorized();
      return c.json({ approver: requireApprover(principal).name });
    })
    .delete('/', async (c) => {
      const sessionHash = sessionOf(c.req.raw.headers, cookieName);
      if (sessionHash !== undefined) {
        await sessions.close(sessionHash);
        options.onSignOut(sessionHash);
      }
      deleteCookie(c, cookieName, cookie(c));
      return c.body(null, 204);
    });
}
