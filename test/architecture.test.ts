/** Who may import whom. The arrows of the house, read from the import lines. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** The longest prefix wins. `node:` stands for all of Node's own modules. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'machines/': ['machines/', 'xstate'],
  'src/errors.ts': ['machines/'],
  'src/protocol/': ['src/protocol/', 'src/errors.ts', 'machines/', 'zod', 'node:crypto'],
  'src/share-next.ts': [],
  'src/environment': ['src/environment', 'src/protocol/routes.ts', 'machines/', 'ws', 'node:'],
  'src/settings': [
    'src/settings',
    'src/environment/files.ts',
    'src/errors.ts',
    'src/protocol/',
    'node:',
  ],
  'src/rbac/': [
    'src/rbac/',
    'src/environment/files.ts',
    'src/errors.ts',
    'src/protocol/',
    'machines/',
    'zod',
    'yaml',
    'node:',
  ],
  'src/audit/': [
    'src/audit/',
    'src/environment/files.ts',
    'src/settings/make-folder.ts',
    'src/errors.ts',
    'src/protocol/',
    'machines/',
    'zod',
    'node:',
  ],
  'src/journal/': [
    'src/journal/',
    'src/share-next.ts',
    'src/environment',
    'src/protocol/',
    'zod',
    'src/settings',
    'src/errors.ts',
    'machines/',
    'node:',
  ],
  'src/client/': [
    'src/client/',
    'src/environment',
    'src/errors.ts',
    'src/protocol/',
    'src/settings',
    'machines/',
    'ky',
    'ws',
    'xstate',
    'node:',
  ],
  'src/http/': [
    'src/http/',
    'src/errors.ts',
    'src/protocol/',
    'machines/',
    'ws',
    'hono',
    '@hono/node-server',
    'node:',
  ],
  'src/platform/': [
    'src/platform/',
    'src/http/',
    'src/settings/make-folder.ts',
    'src/errors.ts',
    'src/protocol/',
    'machines/',
    'zod',
    'ws',
    'hono',
    '@hono/node-server',
    'kysely',
    'pino',
    'node:',
  ],
  'src/page/': ['src/page/', 'src/protocol/', 'preact'],
  'src/platform/page/': [
    'src/platform/page/',
    'src/inspect/charts/',
    'src/page/',
    'src/protocol/',
    'machines/',
    'preact',
    'zod',
  ],
  'src/inspect/page/': [
    'src/inspect/page/',
    'src/inspect/arrows.ts',
    'src/inspect/charts/',
    'src/inspect/graph.ts',
    'src/inspect/mermaid.ts',
    'src/inspect/wire.ts',
    'src/page/',
    'src/protocol/',
    'machines/',
    'preact',
    'xstate',
    'zod',
  ],
  'src/inspect/': ['src/inspect/', 'src/errors.ts', 'machines/', 'xstate', 'zod', 'ws', 'node:'],
  'src/inspect/link/': [
    'src/inspect/',
    'src/client/pause.ts',
    'machines/',
    'xstate',
    'ws',
    'node:',
  ],
  'src/inspect/server/': [
    'src/inspect/server/',
    'src/inspect/cadence.ts',
    'src/inspect/wire.ts',
    'src/http/',
    'src/errors.ts',
    'machines/',
    'hono',
    '@hono/node-server',
    'zod',
    'ws',
    'node:',
  ],
  'src/testing/': [
    'src/testing/',
    'src/inspect/graph.ts',
    'src/errors.ts',
    'src/protocol/',
    'machines/',
    'xstate',
    'ws',
    'zod',
    'node:',
  ],
  'src/adapters/': [
    'src/adapters/',
    'src/index.ts',
    'zod',
    '@langchain/core',
    '@modelcontextprotocol/server',
    'node:',
  ],
  'src/cli/': [
    'src/cli/',
    'src/index.ts',
    'src/approvals.ts',
    'src/approvals/events.ts',
    'src/audit/index.ts',
    'src/client/exchange.ts',
    'src/environment.ts',
    'src/inspect/graph.ts',
    'src/inspect/server/',
    'src/inspect/terminal.ts',
    'src/outcome.ts',
    'src/approvals/refusal.ts',
    'machines/',
    'src/errors.ts',
    'src/protocol/',
    'src/settings',
    'src/platform/index.ts',
    'src/adapters/',
    'src/approvals/request.ts',
    'zod',
    'pino',
    'node:',
  ],
  // The facade, and the public names.
  'src/': [
    'src/approvals/',
    'src/audit/',
    'src/environment',
    'src/settings',
    'src/protocol/',
    'src/approvals.ts',
    'src/errors.ts',
    'src/outcome.ts',
    'machines/',
    'pino',
    'node:',
  ],
  'src/approvals/': [
    'src/approvals/',
    'src/audit/',
    'src/client/',
    'src/environment',
    'src/inspect/link/',
    'src/journal/',
    'src/protocol/',
    'src/rbac/',
    'src/settings',
    'src/approvals.ts',
    'src/errors.ts',
    'src/outcome.ts',
    'src/share-next.ts',
    'machines/',
    'xstate',
    'pino',
    'node:',
  ],
  'examples/': ['examples/', 'countersign', 'node:'],
  'examples/embedding/': ['examples/embedding/', 'countersign', 'xstate', 'node:'],
  // What a user has, and what it is measured against.
  'bench/': [
    'bench/',
    'countersign',
    'zod',
    'ws',
    'ky',
    'xstate',
    'echarts',
    '@langchain/core',
    '@langchain/langgraph',
    '@openai/agents',
    'ai',
    'node:',
  ],
  // From a transition to the pixel: needs the view's own parts, and a browser.
  'bench/inspect-latency': [
    'bench/inspect-latency',
    'src/inspect/',
    'machines/',
    'test/support/',
    'playwright-core',
    'vite',
    'xstate',
    'zod',
    'node:',
  ],
};

const IMPORT =
  /^\s*(?:import|export)\s(?:[^'"]*?\sfrom\s)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm;

const files = ['machines', 'src', 'examples', 'bench'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => join(folder, name).replaceAll('\\', '/')),
);

function importsOf(file: string): string[] {
  const text = readFileSync(join(ROOT, file), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
  return [...text.matchAll(IMPORT)].map(([, static_, dynamic]) => {
    const specifier = static_ ?? dynamic ?? '';
    if (!specifier.startsWith('.')) return specifier;
    return relative(ROOT, join(ROOT, dirname(file), specifier)).replaceAll('\\', '/');
  });
}

function zoneOf(file: string): string {
  const zones = Object.keys(MAY_IMPORT).filter((zone) => file.startsWith(zone));
  return zones.sort((a, b) => b.length - a.length)[0] ?? '';
}

const isAllowed = (specifier: string, allowed: readonly string[]): boolean =>
  allowed.some(
    (prefix) =>
      specifier === prefix ||
      (/[/:]$|^src\/(settings|environment)$/.test(prefix)
        ? specifier.startsWith(prefix)
        : specifier.startsWith(`${prefix}/`)),
  );

/** Imports from one zone into another. */
const between = (from: string, to: string) =>
  files
    .filter((file) => file.startsWith(from))
    .flatMap(importsOf)
    .filter((name) => name.startsWith(to));

describe('the house', () => {
  it('has files to look at', () => {
    expect(files.length).toBeGreaterThan(50);
    expect(files.flatMap(importsOf).length).toBeGreaterThan(200);
  });

  it.each(files)('%s imports only what it may', (file) => {
    const allowed = MAY_IMPORT[zoneOf(file)] ?? [];
    expect(importsOf(file).filter((specifier) => !isAllowed(specifier, allowed))).toEqual([]);
  });

  it('reaches the machines from outside only through their one door', () => {
    const deep = files
      .filter((file) => !file.startsWith('machines/'))
      .flatMap((file) => importsOf(file).filter((name) => /^machines\/(?!index\.ts$)/.test(name)));
    expect(deep).toEqual([]);
  });

  it('keeps the two sides of the wire apart', () => {
    expect(between('src/platform/', 'src/client/')).toEqual([]);
    expect(between('src/client/', 'src/platform/')).toEqual([]);
  });
});
