import { describe, expect, it } from 'vitest';
import { digestOf } from '../../src/protocol/digest.ts';
import { approverDesks, armed } from '../support/approver-page.ts';

const desks = await approverDesks();

const withArgs = (action: string, args: Record<string, string | number>) => ({
  action,
  context: { args, digest: digestOf({ action, args, workspaceId: 'w1' }) },
});

describe.skipIf(!desks.available).concurrent('what an agent wrote', () => {
  it('is text, whatever it looks like', async (test) => {
    const { page, ask, misdeeds, platform } = await desks.open(test);
    const markup =
      '<img src=x onerror=alert(1)><script>alert(2)</script> [x](javascript:alert(3)) https://example.com';
    await ask(withArgs(`${markup} Approved ✔`, { html: markup, url: 'javascript:alert(4)' }));
    const frame = page.locator('.frame');
    await frame.locator('.action', { hasText: markup }).waitFor();
    expect(await frame.locator('.argument', { hasText: 'html' }).textContent()).toContain(markup);
    expect(await page.locator('main :is(a, img, script, iframe)').count()).toBe(0);
    expect(new URL(page.url()).origin).toBe(platform.url);
    expect(misdeeds).toEqual([]);
  });

  it('shows what cannot be seen, and which words mix alphabets', async (test) => {
    const { page, ask } = await desks.open(test);
    await ask(withArgs('Pay pаypal\u202Eexe.txt', { 'ke\u200By': 'a\u2066b' }));
    const frame = page.locator('.frame');
    await frame.locator('.action .code-point').waitFor();
    expect(await frame.locator('.code-point').allTextContents()).toEqual([
      '⟦U+202E⟧',
      '⟦U+200B⟧',
      '⟦U+2066⟧',
    ]);
    expect(await frame.textContent()).not.toMatch(/[\u202e\u200b\u2066]/);
    expect(await frame.locator('.mixed-note').textContent()).toContain('Latin and Cyrillic');
    expect(await frame.locator('.mixed b').first().getAttribute('title')).toBe('U+0430');
  });

  it('cannot be approved while a part of it is hidden', async (test) => {
    const { page, ask } = await desks.open(test);
    const script = Array.from({ length: 900 }, (_, n) => `step ${n}`).join('\n');
    await ask(withArgs('Run it', { script, name: 'x' }));
    const approve = page.getByRole('button', { name: 'Approve' });
    await page.getByText('Approve stays off until the hidden text has been shown.').waitFor();
    await page.locator('.deny[aria-disabled="false"]').waitFor();
    expect(await page.locator('.frame').textContent()).not.toContain('step 450');
    await page.keyboard.press('a');
    await page.getByRole('button', { name: 'Show all' }).click();
    await page.getByText('step 450').waitFor();
    await armed(page);
    await approve.click();
    await page.locator('.saying', { hasText: 'Granted by' }).waitFor();
  });

  it('is compared where two requests read the same', async (test) => {
    const { page, ask } = await desks.open(test);
    await ask(withArgs('Deploy', { app: 'api', to: 'eu' }));
    await ask(withArgs('Deploy', { app: 'api', to: 'us' }));
    await page.getByText('Another waiting request has exactly these words.').waitFor();
    expect(await page.locator('.argument.differs').textContent()).toMatch(/^todifferseu$/);
    expect(await page.locator('.row-difference').allTextContents()).toEqual(['to: eu', 'to: us']);
  });

  it.for([390, 1280])('keeps to its column at %i px, whoever asks', async (width, test) => {
    const { page, call } = await desks.open(test, { viewport: { width, height: 700 } });
    const who = 'W'.repeat(200);
    const path = `/workspaces/${who}/approvals`;
    for (const action of ['One', 'Two']) await call('POST', path, { body: { action } });
    await page.locator('.row', { hasText: 'Two' }).waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    const list = await page.locator('.rows').first().boundingBox();
    for (const row of await page.locator('.row').all()) {
      expect((await row.boundingBox())?.width).toBeLessThanOrEqual(list?.width ?? 0);
      expect(await row.locator('.time-left').isVisible()).toBe(true);
    }
    expect(await page.locator('.request h2').first().textContent()).toContain(who);
  });

  it('fits a narrow phone', async (test) => {
    const width = 320;
    const { page, ask } = await desks.open(test, {
      viewport: { width, height: 700 },
      isMobile: true,
      hasTouch: true,
    });
    await ask({
      ...withArgs(`x${'W'.repeat(400)}`, { ['k'.repeat(80)]: 'v'.repeat(1_000), n: 1 }),
      reason: '='.repeat(1_500),
    });
    await ask({ action: 'Deploy' });
    const row = page.locator('.row', { hasText: 'Deploy' });
    await row.waitFor();
    await armed(page);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    await row.tap();
    await page.locator('.action', { hasText: 'Deploy' }).waitFor();
    await armed(page);
    await page.locator('.approve').tap();
    await page.locator('.saying', { hasText: 'Granted by' }).waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
  });
});
