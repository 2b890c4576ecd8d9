/** `/ws`: decides what a socket may be told. The socket itself is made outside (`upgrade.ts`). */
import { Hono } from 'hono';
import { Refusal } from '../../http/refusal.ts';
import { WORKSPACE_HEADER } from '../../protocol/routes.ts';
import { subscriptionOf } from '../access.ts';
import type { PlatformEnv } from '../environment.ts';
import { wholeNumber } from '../whole-number.ts';

export function liveRoute(): Hono<PlatformEnv> {
  return new Hono<PlatformEnv>().get('/', (c) => {
    const since = wholeNumber(c.req.query('since'), 'since');
    const subscription = subscriptionOf(c.var.principal, c.req.header(WORKSPACE_HEADER));
    if (c.env?.grant === undefined)
      throw new Refusal(426, 'upgrade_required', 'this address speaks WebSocket only');
    c.env.grant({ ...subscription, ...(since === undefined ? {} : { since }) });
    return c.body(null, 204);
  });
}
