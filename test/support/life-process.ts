/** A process that shows in a folder that it lives. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

const LIFE_FILE = join(import.meta.dirname, '..', '..', 'src/environment/process-life.ts');

/** Shows it when this resolves; killed at the end of the test, if not before. */
export async function livingIn(folder: string): Promise<{ readonly kill: () => Promise<void> }> {
  const text = `import { showLife } from ${JSON.stringify(LIFE_FILE)};
    await showLife(${JSON.stringify(folder)});
    console.log('shown');
    process.stdin.resume();`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', text], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = once(child, 'exit').then(() => Promise.reject(new Error('it has ended')));
  await Promise.race([once(child.stdout, 'data'), ended]);
  return {
    kill: async () => {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}
