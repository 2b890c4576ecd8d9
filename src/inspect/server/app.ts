/** The HTTP side of the view: its page, and who may have which socket. */
import { Hono } from 'hono';
import { messageOf } from '../../errors.ts';
import { answerAlways } from '../../http/answers.ts';
import { pageRoutes } from '../../http/page-routes.ts';
import { Refusal } from '../../http/refusal.ts';

/** Who asks for a socket. */
export type Visitor = { readonly kind: 'process' | 'page' };

interface ViewEnv {
  Bindings: {
    /** Set where the request asks for a socket. */
    readonly grant?: (visitor: Visitor) => void;
  };
}

export type ViewApp = Hono<ViewEnv>;

export interface AppOptions {
  readonly port: number;
  /** The folder of the built page. */
  readonly pageDir: string;
  /** Whether there is room for one more. */
  readonly hasRoomFor: (visitor: Visitor) => boolean;
  readonly onProblem: (problem: string) => void;
}

/** The address is fixed: a name that somebody else points to this machine is refused. */
const NAMES = ['127.0.0.1', 'localhost'] as const;

export function createApp({ port, pageDir, hasRoomFor, onProblem }: AppOptions): ViewApp {
  // As browsers write them: without the port where it is the scheme's own.
  const addresses = NAMES.map((name) => new URL(`http://${name}:${port}`));
  const app = new Hono<ViewEnv>();
  answerAlways(app, {
    served: {
      hosts: new Set(addresses.map(({ host }) => host)),
      origins: new Set(addresses.map(({ origin }) => origin)),
    },
    now: Date.now,
    internal: 'the view failed',
    onInternal: (error) => onProblem(`a request failed: ${messageOf(error)}`),
  });
  app.get('/health', (c) => c.json({ status: 'ok' }));
  app.route('/', pageRoutes(pageDir));

  const letIn = (grant: ViewEnv['Bindings']['grant'], visitor: Visitor): Response => {
    if (grant === undefined)
      throw new Refusal(426, 'upgrade_required', 'this address speaks WebSocket only');
    if (!hasRoomFor(visitor))
      throw new Refusal(503, 'too_many', 'the view has as many connections as it takes');
    grant(visitor);
    return new Response(null, { status: 204 });
  };
  app.get('/processes', (c) => {
    // Browsers always send one, and no page has anything to tell here.
    if (c.req.header('origin') !== undefined)
      throw new Refusal(403, 'forbidden_origin', 'this address is for processes, not for pages');
    return letIn(c.env?.grant, { kind: 'process' });
  });
  app.get('/watch', (c) => {
    if (c.req.header('origin') === undefined)
      throw new Refusal(403, 'forbidden_origin', "this address is for the view's own page");
    return letIn(c.env?.grant, { kind: 'page' });
  });
  return app;
}
