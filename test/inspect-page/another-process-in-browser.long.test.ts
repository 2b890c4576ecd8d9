import { describe, expect, it, vi } from 'vitest';
import { shown } from '../support/browser-page.ts';
import { cliWorld } from '../support/cli.ts';
import { state, viewPages } from '../support/view-page.ts';
import { fakePlatform, WORKSPACE } from '../support/world.ts';

const views = await viewPages();

describe.skipIf(!views.available)('an approval of another process', () => {
  it('is shown from its question to its end, and so is that its process has left', async (test) => {
    const { page, view, misdeeds } = await views.openReal(test);
    await page.getByText('Waiting for processes').waitFor();
    const platform = await fakePlatform();
    const world = cliWorld({ PLATFORM_URL: platform.url, WORKSPACE_ID: WORKSPACE });
    const asker = world.start(['request', 'Refund order 4711', '--args', '{"token":"hunter2"}'], {
      env: { COUNTERSIGN_INSPECT: view.url },
    });

    const row = page.locator('#actors .row', { hasText: 'Refund order 4711' });
    await row.waitFor();
    await page.locator(`${state('awaitingWS')}.peopled`).waitFor();
    await page.getByRole('tab', { name: 'channel 1' }).waitFor();
    await row.click();
    await shown(page, `${state('awaitingWS')}.current`);
    expect(await page.locator('.service.running').getAttribute('data-service')).toBe(
      'liveDecision',
    );

    const { id } = await platform.waitForRow();
    expect(platform.decide(id, 'approved')).not.toBe(false);
    await shown(page, `${state('granted')}.current`);
    await page.locator('.arrow.taken[data-from="awaitingWS"][data-to="granted"]').waitFor();
    expect((await asker.ended).status).toBe(0);
    await vi.waitUntil(
      async () => (await page.locator('.connected').textContent()) === '0 processes, 1 gone',
    );
    await page.locator('#timeline .row.ended').waitFor();

    const records = page.locator('#timeline .row.audit .entry-label');
    expect(await records.allTextContents()).toEqual(['allowed', 'requested', 'granted']);
    await page.keyboard.press('Home');
    await shown(page, `${state('rbacCheck')}.current`);
    await page.locator('.moment').getByText('args:').click();
    expect(await page.locator('.moment').textContent()).toContain('token: ');
    expect(await page.content()).not.toContain('hunter2');
    expect(misdeeds).toEqual([]);
  });
});
