import type { Page } from 'playwright-core';
import { describe, expect, it, vi } from 'vitest';
import { shown } from '../support/browser-page.ts';
import { aRow } from '../support/view-messages.ts';
import { arrow, granted, type OpenView, state, viewPages, waiting } from '../support/view-page.ts';

const views = await viewPages();

type ForTest = Parameters<typeof views.open>[0];

async function chosen(test: ForTest, entries = waiting.entries): Promise<OpenView> {
  const open = await views.open(test, { ...waiting, entries });
  await open.page.keyboard.press('j');
  await shown(open.page, '#timeline .row');
  return open;
}

const position = (page: Page): Promise<string | null> => page.locator('.position').textContent();
/** The page draws when the browser does. */
const at = (page: Page, shownAt: string): Promise<void> =>
  vi.waitFor(async () => expect(await position(page)).toBe(shownAt));
const isCurrent = (page: Page, name: string): Promise<void> =>
  page.locator(`${state(name)}.current`).waitFor();

describe.skipIf(!views.available).concurrent('the timeline', () => {
  it('tells events, services and audit records in order, with the states they lead to', async (test) => {
    const { page, misdeeds } = await chosen(test);
    const lines = await page.locator('#timeline .row').allTextContents();
    expect(lines.slice(-4)).toEqual([
      '+31.050eventchannel.live→ awaitingWS',
      '+31.050servicepolledDecision stopped',
      '+31.050serviceliveDecision began',
      '+31.052auditreconnected',
    ]);
    expect(misdeeds).toEqual([]);
  });

  it('is scrubbed with the arrow keys: the chart, the context and the services follow', async (test) => {
    const { page } = await chosen(test);
    await at(page, '18 / 18');
    for (let step = 0; step < 6; step++) await page.keyboard.press('ArrowLeft');
    await isCurrent(page, 'fallbackPolling');
    await at(page, '12 / 18');
    expect(await page.locator('.row.ahead').count()).toBeGreaterThan(0);
    expect(await page.getByRole('button', { name: 'Live', pressed: true }).count()).toBe(0);
    await page.keyboard.press('Home');
    await isCurrent(page, 'rbacCheck');
    expect(await page.locator('.arrow.visited').count()).toBe(0);
    await page.keyboard.press('ArrowRight');
    await page.locator('.service.running[data-service="permission"]').waitFor();
    await page.keyboard.press('End');
    await isCurrent(page, 'awaitingWS');
    await at(page, '18 / 18');
  });

  it('stays where the reader is while more happens, and follows again when asked to', async (test) => {
    const { page, view } = await chosen(test);
    await page.keyboard.press('Home');
    view.send(granted());
    await vi.waitUntil(async () => (await position(page)) === '1 / 21');
    await isCurrent(page, 'rbacCheck');
    await page.keyboard.press('l');
    await isCurrent(page, 'granted');
    await at(page, '21 / 21');
  });

  it('is scrubbed with the slider and by a click on a line', async (test) => {
    const { page } = await chosen(test);
    const slider = page.getByRole('slider', { name: 'Position in the timeline' });
    await slider.fill('7');
    await isCurrent(page, 'awaitingWS');
    await at(page, '8 / 18');
    expect(await slider.getAttribute('aria-valuetext')).toBe('entry 8 of 18');
    await slider.press('ArrowLeft');
    await at(page, '7 / 18');
    await page.locator('#timeline .row', { hasText: 'permission done' }).last().click();
    await isCurrent(page, 'submitting');
    await page
      .locator(`${arrow('rbacCheck', 'rbacCheck:xstate.done.actor.permission:0')}.taken`)
      .waitFor();
  });

  it('is played to its end, and paused', async (test) => {
    // Each entry is shown for more than a second, so that a busy machine pauses in time.
    const entries = waiting.entries.map((entry) => ({ ...entry, at: entry.n * 5_000 }));
    const { page } = await chosen(test, entries);
    await page.keyboard.press('Space');
    await vi.waitUntil(async () => (await position(page)) === '2 / 18', { interval: 20 });
    await page.keyboard.press('Space');
    await page.getByRole('button', { name: 'Play' }).waitFor();
    const paused = await position(page);
    expect(paused).not.toBe('18 / 18');
    await page.getByRole('slider').fill('16');
    await page.keyboard.press('Space');
    await page.getByRole('button', { name: 'Live', pressed: true }).waitFor();
    await at(page, '18 / 18');
    await page.getByRole('button', { name: 'Play' }).waitFor();
  });

  it('shows the event and the redacted context of the entry as a tree', async (test) => {
    const { page } = await chosen(test);
    await page.keyboard.press('Home');
    const moment = page.locator('.moment');
    await moment.getByText('Context, redacted').waitFor();
    await moment.getByText('args:').click();
    await moment.getByText('"[redacted]"').waitFor();
    await page.keyboard.press('End');
    await moment.getByText('Audit record').waitFor();
    await moment.getByText('"reconnected"').waitFor();
  });

  it('does not take keys from a field, a button or a dialog', async (test) => {
    const { page } = await chosen(test);
    await page.getByLabel(/^Find actors/).fill('x');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Home');
    await page.keyboard.type('als');
    await at(page, '18 / 18');
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await at(page, '18 / 18');
    await page.getByRole('button', { name: 'Entry before' }).focus();
    await page.keyboard.press('Space');
    await vi.waitUntil(async () => (await position(page)) === '17 / 18');
    expect(await page.getByRole('button', { name: 'Play' }).count()).toBe(1);
  });
});

describe.skipIf(!views.available).concurrent('what agents wrote', () => {
  const markup = '<img src=x onerror=alert(1)><script>alert(2)</script>';
  const hidden = 'pay\u202Egpj.exe \u200Bnow';
  const hostile = aRow({
    action: `${hidden} ${markup} ${'W'.repeat(200)}`,
    workspaceId: `ש${'ש'.repeat(290)}`,
    traceId: 'T'.repeat(290),
    state: 'x'.repeat(200),
    transition: `"><b>${'y'.repeat(150)}`,
    from: ']"x',
  });
  const entries = [
    {
      n: 1,
      at: 5,
      kind: 'began' as const,
      label: markup,
      state: 'x'.repeat(200),
      context: { [markup]: hidden, long: 'z'.repeat(5_000) },
    },
  ];

  it('is text, shown with what cannot be seen, in its own direction', async (test) => {
    const { page, misdeeds } = await views.open(test, { actors: [hostile], entries });
    await page.keyboard.press('j');
    await shown(page, '#timeline .row');
    expect(await page.locator('.actor-title').textContent()).toContain(
      'pay⟦U+202E⟧gpj.exe ⟦U+200B⟧now <img src=x',
    );
    await page.locator('.moment').getByText('⟦U+202E⟧').waitFor();
    await page.locator('.moment').getByText('4400 characters more').waitFor();
    expect(await page.locator('main :is(img, script, b, iframe, a)').count()).toBe(0);
    const everything = (await page.content()) + (await page.title());
    expect(everything).not.toMatch(/[\u202e\u200b]/);
    const isolated: unknown = await page.evaluate(
      "[...document.querySelectorAll('.said')].every((e) => getComputedStyle(e).unicodeBidi === 'isolate')",
    );
    expect(isolated).toBe(true);
    expect(misdeeds).toEqual([]);
  });

  it.for([1440, 900, 400])('keeps to its place at %i px', async (width, test) => {
    const { page } = await views.open(test, {
      actors: [hostile],
      entries,
      viewport: { width, height: 800 },
    });
    await page.keyboard.press('j');
    await shown(page, '#timeline .row');
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    const spilt: unknown = await page.evaluate(`
      [...document.querySelectorAll('.side, .stage, .beside, .actor-head, .row, .chips')]
        .filter((e) => e.scrollWidth > e.clientWidth + 1).map((e) => e.className)`);
    expect(spilt).toEqual([]);
  });
});
