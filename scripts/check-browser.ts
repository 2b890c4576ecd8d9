/** Makes sure that there is a Chromium for the page's tests: without one they would be skipped. */
import { spawnSync } from 'node:child_process';
import { launchBrowser } from '../test/support/browser.ts';

async function works(): Promise<boolean> {
  const browser = await launchBrowser();
  const version = browser?.version();
  await browser?.close();
  if (version !== undefined) process.stdout.write(`Chromium ${version}\n`);
  return version !== undefined;
}

/** Debian's own, where the packaged one lacks something of the machine. */
function install(): void {
  for (const args of [
    ['update', '-qq'],
    ['install', '-y', '-qq', 'chromium'],
  ])
    spawnSync('apt-get', args, { stdio: ['ignore', 'ignore', 'inherit'] });
}

if (!(await works())) {
  install();
  if (!(await works())) process.exitCode = 1;
}
