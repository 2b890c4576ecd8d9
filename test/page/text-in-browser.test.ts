import { describe, expect, it } from 'vitest';
import { digestOf } from '../../src/protocol/digest.ts';
import { approverDesks, armed } from '../support/approver-page.ts';

const desks = await approverDesks();

const withArgs = (action: string, args: Record<string, string | number>) => ({
  action,
  context: { args, digest: digestOf({ action, args, workspaceId: 'w1' }) },
});

describe.skipIf(!desks.available).concurrent('what an agent wrote', () => {
  it('F37 is text, whatever it looks like', async (test) => {
    const { page, ask, misdeeds, platform } = await desks.open(test);
    const markup =
      '<img src=x onerror=alert(1)><script>alert(2)</script> [x](javascript:alert(3)) https://example.com ' +
      '![](data:image/svg+xml,<svg/>) # Approved ✔ <dialog open><button>Approve</button></dialog>';
    const dialog = '┌──────────────┐\n│ Approved ✔   │\n└──────────────┘\n**Nothing to do**';
    await ask({
      ...withArgs(`${markup} Approved ✔`, { html: markup, url: 'javascript:alert(4)' }),
      reason: dialog,
    });
    const frame = page.locator('.frame');
    await frame.locator('.action', { hasText: markup }).waitFor();
    await frame.getByText('**Nothing to do**').waitFor();
    await frame.getByText('Written by the agent', { exact: true }).waitFor();
    const fonts: unknown = await page.evaluate(
      "[...document.querySelectorAll('.frame .agent-text')].map((e) => getComputedStyle(e).fontFamily)",
    );
    expect(fonts).toEqual(Array.from({ length: 4 }, () => expect.stringMatching(/monospace/)));
    expect(await page.getByRole('button', { name: 'Approve', exact: false }).count()).toBe(1);
    expect(await page.getByRole('dialog').count()).toBe(0);
    expect(await page.locator('.saying').count()).toBe(0);
    expect(await frame.locator('.argument', { hasText: 'html' }).textContent()).toContain(markup);
    expect(await page.locator('main :is(a, img, script, iframe)').count()).toBe(0);
    expect(new URL(page.url()).origin).toBe(platform.url);
    expect(misdeeds).toEqual([]);
  });

  it('F34 F35 shows what cannot be seen, and which words mix alphabets', async (test) => {
    const { page, ask } = await desks.open(test);
    const hidden = '\u200F\uFEFF\u{E0041}\u{E0080}';
    await ask({
      ...withArgs('Pay pаypal\u202Eexe.txt', { 'ke\u200By': 'a\u2066b' }),
      reason: `re${hidden}ason`,
      task_id: `T${hidden}1`,
    });
    const frame = page.locator('.frame');
    await frame.locator('.action .code-point').waitFor();
    expect(await frame.locator('.code-point').allTextContents()).toEqual([
      '⟦U+202E⟧',
      '⟦U+200F⟧',
      '⟦U+FEFF⟧',
      '⟦U+E0041⟧',
      '⟦U+E0080⟧',
      '⟦U+200B⟧',
      '⟦U+2066⟧',
    ]);
    expect(await frame.locator('.code-point').first().getAttribute('title')).toMatch(/seen/);
    const everything = (await page.content()) + (await page.title());
    expect(everything).not.toMatch(/[\u202e\u200b\u2066\u200f\ufeff\u{e0041}\u{e0080}]/u);
    expect(await frame.locator('.mixed-note').textContent()).toContain('Latin and Cyrillic');
    expect(await frame.locator('.mixed b').first().getAttribute('title')).toBe('U+0430');
    expect(await page.locator('.row .mixed').textContent()).toBe('pаypal');
  });

  it('F36 cannot be approved while a part of it is hidden', async (test) => {
    const { page, ask, call, token } = await desks.open(test);
    const script = Array.from({ length: 2_000 }, (_, n) => `step ${n}`).join('\n');
    const args = { script, line: 'x'.repeat(20_000), marks: `Z${'\u0301'.repeat(5_000)}` };
    const id = await ask(withArgs('Run it', args));
    const approve = page.getByRole('button', { name: 'Approve' });
    await page.getByText('Approve stays off until the hidden text has been shown.').waitFor();
    await page.locator('.deny[aria-disabled="false"]').waitFor();
    const shownAtFirst = await page.locator('.frame').textContent();
    expect(shownAtFirst?.length).toBeLessThan(6_000);
    expect(shownAtFirst).toContain('step 0');
    expect(shownAtFirst).toContain('step 1999');
    expect(shownAtFirst).not.toContain('step 450');
    expect(shownAtFirst).toMatch(/\d\d,\d{3} bytes hidden/);
    await page.keyboard.press('a');
    await page.getByRole('button', { name: 'Show all' }).first().click();
    await page.getByText('step 450').waitFor();
    await page.locator('.approve[aria-disabled="true"]').waitFor();
    await page.getByRole('button', { name: 'Show everything' }).click();
    await armed(page);
    await approve.click();
    await page.locator('.saying', { hasText: 'Granted by' }).waitFor();
    expect((await call('GET', `/approvals/${id}`, { token })).body).toMatchObject({
      outcome: 'granted',
      digest: digestOf({ action: 'Run it', args, workspaceId: 'w1' }),
    });
  });

  it('F39 is compared where two requests read the same', async (test) => {
    const { page, ask } = await desks.open(test);
    await ask(withArgs('Deploy', { app: 'api', to: 'eu' }));
    await ask(withArgs('Deploy', { app: 'api', to: 'us' }));
    await page.getByText('Another waiting request has exactly these words.').waitFor();
    expect(await page.locator('.argument.differs').textContent()).toMatch(/^todifferseu$/);
    expect(await page.locator('.row-difference').allTextContents()).toEqual(['to: eu', 'to: us']);
    const digests = [
      { app: 'api', to: 'eu' },
      { app: 'api', to: 'us' },
    ].map((args) => digestOf({ action: 'Deploy', args, workspaceId: 'w1' }));
    expect(await page.locator('.row-digest').allTextContents()).toEqual(
      digests.map((digest) => `${digest.slice(0, 19)}…`),
    );
    expect(await page.locator('.facts').textContent()).toContain(digests[0]?.slice(0, 19));
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
