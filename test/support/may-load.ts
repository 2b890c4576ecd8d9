/**
 * What the files of this package load of others, and of Node's own modules, when an entry is
 * imported: exactly that, so that one more import is a decision. The rest is loaded when needed.
 */
const CLIENT = [
  'node:crypto',
  'node:fs',
  'node:fs/promises',
  'node:module',
  'node:os',
  'node:path',
];

export const MAY_LOAD: Readonly<Record<string, readonly string[]>> = {
  countersign: CLIENT,
  'countersign/machine': ['xstate'],
  'countersign/inspect': ['node:util', 'ws'],
  'countersign/langchain': ['@langchain/core', ...CLIENT, 'zod'],
  'countersign/mcp': ['@modelcontextprotocol/server', ...CLIENT, 'zod'],
  'countersign/testing': [
    'node:crypto',
    'node:http',
    'node:stream',
    'node:stream/consumers',
    'node:stream/promises',
    'node:timers/promises',
    'ws',
    'xstate',
    'zod',
  ],
  'countersign/platform': [
    '@hono/node-server',
    'hono',
    'kysely',
    'node:crypto',
    'node:fs',
    'node:fs/promises',
    'node:http',
    'node:os',
    'node:path',
    'node:sqlite',
    'node:timers/promises',
    'node:url',
    'ws',
    'zod',
  ],
};

/** Not one of these may be there, also where another package imports it. */
export const SERVER: readonly string[] = ['@hono/node-server', 'hono', 'kysely', 'node:sqlite'];
