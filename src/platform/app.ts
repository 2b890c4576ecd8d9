/** The HTTP side as one function from request to answer; needs no port. */
import { Hono, type MiddlewareHandler } from 'hono';
import { messageOf } from '../errors.ts';
import { answerAlways } from '../http/answers.ts';
import { builtPage, pageRoutes } from '../http/page-routes.ts';
import type { Served } from '../http/served.ts';
import { unauthorized } from './access.ts';
import type { AskerState, AskerStates } from './asker-states.ts';
import type { Auth } from './auth.ts';
import type { PlatformEnv } from './environment.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { PlatformLogger } from './logger.ts';
import { approverRoutes } from './routes/approver-routes.ts';
import { liveRoute } from './routes/live-route.ts';
import { sessionRoutes } from './routes/session-routes.ts';
import { workspaceRoutes } from './routes/workspace-routes.ts';
import type { Sessions } from './sessions.ts';
import type { ApprovalStore } from './storage/approvals.ts';
import type { ChangeStore } from './storage/changes.ts';
import type { ApprovalRow } from './storage/schema.ts';

export interface AppOptions {
  readonly served: Served;
  readonly auth: Auth;
  readonly sessions: Sessions;
  readonly cookieName: string;
  readonly onSignOut: (sessionHash: string) => void;
  readonly lifecycle: Lifecycle;
  readonly approvals: ApprovalStore;
  readonly changes: ChangeStore;
  readonly askerStates: AskerStates;
  readonly onAskerState: (row: ApprovalRow, state: AskerState) => void;
  readonly logger: PlatformLogger;
  readonly now: () => number;
  /** The folder of the built page; default the package's own. */
  readonly pageDir?: string | undefined;
}

export type PlatformApp = Hono<PlatformEnv>;

export function createApp(options: AppOptions): PlatformApp {
  const { auth, served, now, logger } = options;
  const app = new Hono<PlatformEnv>();
  answerAlways(app, {
    served,
    now,
    internal: 'the platform failed; its log says why',
    onInternal: (error) => logger.error({ error: messageOf(error) }, 'a request failed'),
  });

  app.get('/health', (c) => c.json({ status: 'ok' }));
  app.route('/', pageRoutes(options.pageDir ?? builtPage('page')));
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
