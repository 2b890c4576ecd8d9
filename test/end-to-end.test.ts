/** All of it: a platform process, an asking process, a person in a browser, an audit log. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { armed } from './support/approver-page.ts';
import { launchBrowser } from './support/browser.ts';
import { cliWorld, serve } from './support/cli.ts';
import { readAudit } from './support/world.ts';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const browser = await launchBrowser();

beforeAll(() => {
  // The installation has built the page; a clone in which nothing was built yet has not.
  if (!existsSync(at('../dist/page/index.html')))
    spawnSync(process.execPath, [at('../scripts/build.mjs')], { stdio: 'inherit' });
});
afterAll(() => browser?.close());

describe.skipIf(browser === null)(
  'a person at the page decides for an agent on the command line',
  () => {
    it.each([
      ['a', 0, { approved: true, status: 'granted' }, 'granted'],
      ['d', 1, { approved: false, status: 'denied', message: 'Denied by human' }, 'denied'],
    ])('with the key "%s": exit status %i', async (key, status, answer, recorded) => {
      if (browser === null) throw new Error('no browser');
      const world = cliWorld({ WORKSPACE_ID: 'billing-agent' });
      const { url, sign_in_url: signInUrl, process: platform } = await serve(world);
      const asking = world.start(
        ['request', 'Refund order 4711', '--args', '{"cents":12500}', '--timeout', '30s', '--json'],
        { env: { PLATFORM_URL: url } },
      );
      const page = await browser.newPage();
      await page.goto(signInUrl);
      await page.getByText('billing-agent asks').waitFor();
      await page.getByText('12500').first().waitFor();
      // The keys are dead for a moment after the screen changed.
      await armed(page);
      await page.keyboard.press(key);
      const ended = await asking.ended;
      await page.close();
      expect({ status: ended.status, line: JSON.parse(ended.stdout) as unknown }).toMatchObject({
        status,
        line: { ...answer, approval_id: expect.any(String), decided_by: expect.any(String) },
      });
      expect(readAudit(world.auditPath).map(({ outcome }) => outcome)).toEqual([
        'allowed',
        'requested',
        recorded,
      ]);
      expect((await world.run(['audit', 'verify', world.auditPath])).status).toBe(0);
      platform.child.kill('SIGTERM');
      expect((await platform.ended).status).toBe(0);
    });
  },
);
