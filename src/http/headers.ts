import type { MiddlewareHandler } from 'hono';

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const ON_EVERY_ANSWER = Object.entries({
  'Content-Security-Policy': POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
});

/** The server's clock, milliseconds since the epoch, for showing the time that is left. */
const TIME_HEADER = 'X-Server-Time';

/** Sets the headers that every answer has, refusals included. Nothing is cached unless it says so. */
export function addHeaders(now: () => number): MiddlewareHandler {
  return async (c, next) => {
    await next();
    // Not `c.header`: once there is an answer, that makes it anew for every single header.
    const { headers } = c.res;
    for (const [name, value] of ON_EVERY_ANSWER) headers.set(name, value);
    headers.set(TIME_HEADER, String(now()));
    if (!headers.has('cache-control')) headers.set('Cache-Control', 'no-store');
  };
}
