/** The HTTP side as one function from request to answer; needs no port. */
import { Hono, type MiddlewareHandler } from 'hono';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { messageOf } from '../errors.ts';
import { unauthorized } from './access.ts';
import type { Auth } from './auth.ts';
import type { PlatformEnv } from './environment.ts';
import { addHeaders } from './guards/headers.ts';
import { checkHostAndOrigin } from './guards/hosts.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { PlatformLogger } from './logger.ts';
import { answerOf, Refusal } from './refusal.ts';
import { approverRoutes } from './routes/approver-routes.ts';
import { liveRoute } from './routes/live-route.ts';
import { pageRoutes } from './routes/page-routes.ts';
import { sessionRoutes } from './routes/session-routes.ts';
import { workspaceRoutes } from './routes/workspace-routes.ts';
import type { Served } from './served.ts';
import type { Sessions } from './sessions.ts';
import type { ApprovalStore } from './storage/approvals.ts';

export interface AppOptions {
  readonly served: Served;
  readonly auth: Auth;
  readonly sessions: Sessions;
  readonly cookieName: string;
  readonly onSignOut: (sessionHash: string) => void;
  readonly lifecycle: Lifecycle;
  readonly approvals: ApprovalStore;
  readonly logger: PlatformLogger;
  readonly now: () => number;
  /** The folder of the built page; default the package's own. */
  readonly pageDir?: string | undefined;
}

export type PlatformApp = Hono<PlatformEnv>;

export function createApp(options: AppOptions): PlatformApp {
  const { auth, logger } = options;
  const app = new Hono<PlatformEnv>();
  app.onError((error) => answerOf(refusalOf(error, logger)));
  app.notFound(() => answerOf(new Refusal(404, 'not_found', 'there is nothing at this address')));
  app.use(addHeaders(options.now));
  app.use(checkHostAndOrigin(options.served));
  app.use(methodNotAllowed({ app, onMethodNotAllowed: (_, methods) => notAllowed(methods) }));

  app.get('/health', (c) => c.json({ status: 'ok' }));
  app.route('/', pageRoutes(options.pageDir));
  app.route('/session', sessionRoutes(options));
  for (const path of ['/approvals/*', '/workspaces/*', '/ws']) app.use(path, authenticate(auth));
  app.route('/approvals', approverRoutes(options));
  app.route('/workspaces/:workspace/approvals', workspaceRoutes(options));
  app.route('/ws', liveRoute());
  return app;
}

function authenticate(auth: Auth): MiddlewareHandler<PlatformEnv> {
  return async (c, next) => {
    const principal = await auth.identify(c.req.raw.headers);
    if (principal === undefined) throw unauthorized();
    c.set('principal', principal);
    await next();
  };
}

/** What went wrong unexpectedly is for the log; the answer says nothing about the inside. */
function refusalOf(error: unknown, logger: PlatformLogger): Refusal {
  if (error instanceof Refusal) return error;
  logger.error({ error: messageOf(error) }, 'a request failed');
  return new Refusal(500, 'internal', 'the platform failed; its log says why');
}

function notAllowed(methods: readonly string[]): Response {
  const answer = answerOf(
    new Refusal(405, 'method_not_allowed', `this address takes ${methods.join(', ')}`),
  );
  answer.headers.set('Allow', methods.join(', '));
  return answer;
}
