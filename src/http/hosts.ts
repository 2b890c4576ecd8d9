import type { MiddlewareHandler } from 'hono';
import { Refusal } from './refusal.ts';
import type { Served } from './served.ts';

/**
 * Before anything else: is this request for us, and from our own page? A page of another site can
 * make a browser send requests here, by our address or by a name of its own that it points here
 * (DNS rebinding); the first shows in `Origin`, the second in `Host`.
 */
export function checkHostAndOrigin(served: Pick<Served, 'hosts' | 'origins'>): MiddlewareHandler {
  return async (c, next) => {
    const host = c.req.header('host');
    if (host === undefined || !served.hosts.has(host.toLowerCase()))
      throw new Refusal(
        403,
        'forbidden_host',
        'this server does not answer to that Host; name it in the origins that it serves',
      );
    const origin = c.req.header('origin');
    if (origin !== undefined && !served.origins.has(origin.toLowerCase()))
      throw new Refusal(
        403,
        'forbidden_origin',
        'requests from that Origin are refused; name it in the origins that this server serves',
      );
    await next();
  };
}
