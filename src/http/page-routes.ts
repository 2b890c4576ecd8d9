/** A web page, as it was built. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serveStatic } from '@hono/node-server/serve-static';
import { Hono, type MiddlewareHandler } from 'hono';
import { Refusal } from './refusal.ts';

/** @param pageDir the folder of the built page */
export function pageRoutes(pageDir: string): Hono {
  const app = new Hono();
  if (!existsSync(join(pageDir, 'index.html')))
    return app.get('/', () => {
      throw new Refusal(503, 'page_not_built', 'the web page is not built; run "npm run build"');
    });
  return app
    .get('/', serveStatic({ root: pageDir, path: 'index.html' }))
    .get('/assets/*', keepForEver, serveStatic({ root: pageDir }));
}

/** Names of assets hold a hash of what is in them. */
const keepForEver: MiddlewareHandler = async (c, next) => {
  await next();
  if (c.res.ok) c.header('Cache-Control', 'public, max-age=31536000, immutable');
};

/** A page of this package, in `dist`; from the source and from the compiled code alike. */
export function builtPage(name: 'page' | 'inspect-page'): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json')) && folder !== dirname(folder))
    folder = dirname(folder);
  return join(folder, 'dist', name);
}
