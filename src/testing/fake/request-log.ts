import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

/** One request as it came, WebSocket upgrades included. */
export interface LoggedRequest {
  readonly method: string;
  /** Below the base path, still encoded, without the query: `/workspaces/w1/approvals`. */
  readonly path: string;
  /** `false` for an address outside of the base path: `path` is then the whole one, the answer 404. */
  readonly belowBase: boolean;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: IncomingHttpHeaders;
  /** The body's text; empty where there was none. */
  readonly body: string;
  /** When its body was complete: milliseconds since the epoch, by this machine's clock. */
  readonly at: number;
  readonly upgrade: boolean;
}

/**
 * `METHOD /path`; a `*` stands for any method, or for any one segment of the path.
 * {@link fakeRoutes} has those of the platform.
 */
export type RoutePattern = `${string} /${string}`;

/** Which requests are meant. */
export type RequestMatch = RoutePattern | ((request: LoggedRequest) => boolean);

/** The platform's routes, as patterns. */
export const fakeRoutes = {
  create: 'POST /workspaces/*/approvals',
  list: 'GET /workspaces/*/approvals',
  read: 'GET /workspaces/*/approvals/*',
  decide: 'POST /workspaces/*/approvals/*/decide',
  pending: 'GET /approvals/pending',
  live: 'GET /ws',
} as const satisfies Record<string, RoutePattern>;

export function matcherOf(match: RequestMatch): (request: LoggedRequest) => boolean {
  if (typeof match === 'function') return match;
  const wanted = partsOf(match);
  return ({ method, path }) => {
    const parts = partsOf(`${method} ${path}`);
    return (
      parts.length === wanted.length &&
      wanted.every((part, index) => part === '*' || part === parts[index])
    );
  };
}

const partsOf = (pattern: string): string[] => pattern.replace(' ', '').split('/');

/** @param basePath what the platform's address has before its routes; empty, or `/base` */
export function logged(req: IncomingMessage, body: string, basePath: string): LoggedRequest {
  const { pathname, searchParams } = new URL(req.url ?? '/', 'http://fake.invalid');
  const belowBase = pathname.startsWith(`${basePath}/`);
  return {
    method: req.method ?? '',
    path: belowBase ? pathname.slice(basePath.length) : pathname,
    belowBase,
    query: searchParams,
    headers: req.headers,
    body,
    at: Date.now(),
    upgrade: req.headers.upgrade !== undefined,
  };
}
