import { existsSync, statfsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const MEMORY = '/dev/shm';
const LEAST_BYTES = 2 ** 30;

/** Temporary files in memory, where there is room: flushing thousands of them to a disk takes long. */
function inMemory(): Record<string, string> {
  if (!existsSync(MEMORY)) return {};
  const { bavail, bsize } = statfsSync(MEMORY);
  return bavail * bsize < LEAST_BYTES ? {} : { TMPDIR: MEMORY };
}

export default defineConfig({
  // The public entries by their names, over the source: examples in the pages run without a build.
  resolve: {
    alias: [
      { find: /^countersign$/, replacement: source('src/index.ts') },
      { find: /^countersign\/machine$/, replacement: source('machines/index.ts') },
      { find: /^countersign\/(langchain|mcp)$/, replacement: source('src/adapters/$1.ts') },
      { find: /^countersign\/(inspect|platform|testing)$/, replacement: source('src/$1/index.ts') },
    ],
  },
  test: {
    // Most tests wait for sockets, not for the processor.
    maxWorkers: Math.max(4, availableParallelism()),
    // A new process for each file costs a third of the time; no test changes what others import.
    isolate: false,
    include: ['test/**/*.test.ts'],
    // What takes longer: `npm run test:long`.
    exclude: ['**/node_modules/**', 'test/**/*.long.test.ts'],
    setupFiles: ['test/support/patience.ts'],
    testTimeout: 20_000,
    hookTimeout: 30_000,
    env: inMemory(),
    restoreMocks: true,
  },
});
