/** What is loaded when, seen in fresh processes. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { MAY_LOAD, SERVER } from './support/may-load.ts';

const ROOT = join(import.meta.dirname, '..');
const MAIN = join(ROOT, 'src', 'cli', 'main.ts');
const HOOKS = [
  import.meta.resolve('./support/source-entries.mjs'),
  import.meta.resolve('./support/loaded-modules.ts'),
].flatMap((hook) => ['--import', hook]);

const loadedSchema = z.object({ ours: z.array(z.string()), all: z.array(z.string()) });

async function loadedBy(...args: string[]): Promise<z.infer<typeof loadedSchema>> {
  const run = promisify(execFile)(process.execPath, [...HOOKS, ...args], { cwd: ROOT });
  // Help of a command whose status is an answer ends with another status than 0.
  const { stderr } = await run.catch((error: unknown) =>
    z.object({ stderr: z.string() }).parse(error),
  );
  return loadedSchema.parse(JSON.parse(stderr.trim().split('\n').at(-1) ?? ''));
}

const script = (text: string): string[] => ['--input-type=module', '--eval', text];

describe.concurrent('the start of a process', () => {
  it.each(Object.entries(MAY_LOAD))(
    'loads for %s what it needs at once, and no more',
    async (entry, most) => {
      const { ours, all } = await loadedBy(...script(`import '${entry}'`));
      expect(ours).toEqual(most);
      if (entry !== 'countersign/platform')
        expect(all.filter((name) => SERVER.includes(name))).toEqual([]);
    },
  );

  it('loads for a client what asks, and neither YAML nor a server nor an adapter', async () => {
    const made = `import { createApprovals } from 'countersign'; createApprovals({ workspaceId: 'w' })`;
    const { ours, all } = await loadedBy(...script(made));
    expect(ours.filter((name) => !name.startsWith('node:'))).toEqual(['ky', 'ws', 'xstate', 'zod']);
    expect(all.filter((name) => SERVER.includes(name))).toEqual([]);
  });

  it('loads no package for the help of a command', async () => {
    const { ours } = await loadedBy(MAIN, 'request', '--help');
    expect(ours).toEqual(['node:process']);
  });

  it('loads no package to say its version', async () => {
    const { ours } = await loadedBy(MAIN, '--version');
    expect(ours).toEqual(['node:fs', 'node:process']);
  });
});
