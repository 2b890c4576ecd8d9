import type { Page } from 'playwright-core';
import { describe, expect, it, vi } from 'vitest';
import { shown } from '../support/browser-page.ts';
import { allActors, aProcess, aRow, changes, manyRows } from '../support/view-messages.ts';
import { state, viewPages } from '../support/view-page.ts';

const views = await viewPages();

const STATES = ['awaitingWS', 'awaitingWS', 'fallbackPolling', 'granted'];

const names = (page: Page): Promise<string[]> =>
  page.locator('#actors .actor-name').allTextContents();
const scroll = (page: Page, top: number): Promise<unknown> =>
  page.evaluate(`document.querySelector('#actors').scrollTop = ${top}`);
const foot = (page: Page, text: string): Promise<void> =>
  page.locator('.list-foot', { hasText: new RegExp(`^${text}$`) }).waitFor();

describe.skipIf(!views.available).concurrent('the list of actors', () => {
  it('draws only what can be seen of a thousand, and scrolls to all of them', async (test) => {
    const { page, misdeeds } = await views.open(test, { actors: manyRows(1_000, STATES) });
    await foot(page, '1,000 actors');
    expect(await page.locator('#actors .row').count()).toBeLessThan(50);
    expect((await names(page))[0]).toBe('refund order 1999');
    await scroll(page, 999_999);
    await page.getByText('refund order 1000', { exact: true }).waitFor();
    expect(await page.locator('#actors .row').count()).toBeLessThan(50);
    const last = page.locator('#actors [role="option"]').last();
    expect(await last.getAttribute('aria-posinset')).toBe('1000');
    expect(await last.getAttribute('aria-setsize')).toBe('1000');
    expect(misdeeds).toEqual([]);
  });

  it('is searched by words, and narrowed by states with how many they hold', async (test) => {
    const { page } = await views.open(test, { actors: manyRows(1_000, STATES) });
    await page.keyboard.press('/');
    await page.keyboard.type('fallback research');
    await foot(page, '84 actors');
    await page.keyboard.press('Control+A');
    await page.keyboard.type('ops');
    await foot(page, '333 actors');
    const chip = page.getByRole('button', { name: /^granted / });
    const inState = await chip.locator('.n').textContent();
    await chip.click();
    await foot(page, `${inState} actors`);
    expect(await chip.getAttribute('aria-pressed')).toBe('true');
    expect(await page.locator(`${state('granted')} .count text`).textContent()).toBe(inState);
    await page.getByLabel(/^Find actors/).fill('nothing like this');
    await page.getByText('No actor fits.').waitFor();
    await page.getByRole('button', { name: 'Show all' }).click();
    await foot(page, '1,000 actors');
  });

  it('finds by age, and says what it does not understand', async (test) => {
    const { page } = await views.open(test, { actors: manyRows(1_000, STATES) });
    const search = page.getByLabel(/^Find actors/);
    await search.fill('older:10m');
    await vi.waitUntil(async () =>
      /^40\d actors$/.test((await page.locator('.list-foot').textContent()) ?? ''),
    );
    await search.fill('older:soon');
    await page.getByText('“older:” takes a time such as 30s, 5m or 2h.').waitFor();
    await foot(page, '0 actors');
  });

  it('finds who has just become old enough, though nothing else happens', async (test) => {
    const { page, view } = await views.open(test);
    await page.getByLabel(/^Find actors/).fill('older:1m');
    view.send(changes({ actors: [aRow({ startedAt: Date.now() - 58_000 })] }));
    await page.getByRole('tab', { name: 'approval 1' }).waitFor();
    await foot(page, '1 actor');
  });

  it('keeps the reader’s place while new actors begin', async (test) => {
    const { page, view } = await views.open(test, { actors: manyRows(1_000, STATES) });
    await scroll(page, 4_600);
    const row = page.locator('#actors .row', { hasText: 'refund order 1895' });
    await row.waitFor();
    const before = await row.boundingBox();
    const fresh = manyRows(20, STATES).map((actor, index) => ({
      ...actor,
      id: `p1/new${index}`,
      startedAt: Date.now() + index,
    }));
    view.send(changes({ actors: fresh }));
    await foot(page, '1,020 actors');
    await vi.waitUntil(
      async () => Math.abs(((await row.boundingBox())?.y ?? 0) - (before?.y ?? 0)) < 1,
    );
    expect(await page.evaluate("document.querySelector('#actors').scrollTop")).toBe(
      4_600 + 20 * 46,
    );
  });

  it('is walked with the keyboard, far beyond what was drawn', async (test) => {
    const { page, view } = await views.open(test, { actors: manyRows(200, STATES) });
    await page.keyboard.press('j');
    await page
      .locator('#actors .row[aria-selected="true"]', { hasText: 'refund order 1199' })
      .waitFor();
    for (let step = 0; step < 5; step++) await page.keyboard.press('PageDown');
    await page.keyboard.press('ArrowDown');
    const chosen = page.locator('#actors .row[aria-selected="true"]', {
      hasText: 'refund order 1148',
    });
    await chosen.waitFor();
    const [list, box] = [await page.locator('#actors').boundingBox(), await chosen.boundingBox()];
    expect(box?.y).toBeGreaterThanOrEqual(list?.y ?? 0);
    expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(
      (list?.y ?? 0) + (list?.height ?? 0) + 1,
    );
    expect(await page.locator('#actors').getAttribute('aria-activedescendant')).toBe(
      await chosen.getAttribute('id'),
    );
    expect(view.asked.at(-1)).toEqual({ type: 'watch', actor: 'p1/a148' });
    await page.keyboard.press('k');
    await page.locator('.actor-head', { hasText: 'refund order 1149' }).waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.all-pane').waitFor();
    expect(view.asked.at(-1)).toEqual({ type: 'watch', actor: null });
  });

  it('reacts while ten thousand are there and many of them move', async (test) => {
    const rows = manyRows(10_000, STATES);
    const pieces = [0, 1, 2, 3, 4].map((piece) => {
      const part = rows.slice(piece * 2_000, (piece + 1) * 2_000);
      return { ...allActors(part), more: piece < 4 };
    });
    const { page, view, misdeeds } = await views.open(test, { messages: pieces });
    await foot(page, '10,000 actors');
    for (let round = 0; round < 10; round++)
      view.send(
        changes({
          actors: rows.slice(round * 100, round * 100 + 500).map((row) => ({
            ...row,
            state: 'denied',
            from: 'awaitingWS',
            transition: 'awaitingWS:decision.received:2',
            changedAt: Date.now() + round,
          })),
        }),
      );
    await page.getByRole('button', { name: /^denied 1,400$/ }).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('apr-10999');
    await foot(page, '1 actor');
    await page.keyboard.press('Escape');
    await page.keyboard.press('j');
    await page.locator('.actor-head', { hasText: 'refund order 10999' }).waitFor();
    expect(await page.locator('*').count()).toBeLessThan(1_000);
    expect(misdeeds).toEqual([]);
  });
});

describe.skipIf(!views.available).concurrent('the connection', () => {
  it('waits for processes with the line that connects one', async (test) => {
    const { page, view } = await views.open(test, {
      messages: [allActors([], [])],
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    await page.getByText('Waiting for processes').waitFor();
    const line = `COUNTERSIGN_INSPECT=${view.url} node agent.js`;
    await page.getByText(line).waitFor();
    await page.getByRole('button', { name: 'Copy', exact: true }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(line);
    view.send(changes({ processes: [aProcess()] }));
    await page.getByText('agent.js (pid 4711)').waitFor();
    expect(await page.getByText('Waiting for processes').count()).toBe(0);
    expect(await page.locator('.connected').textContent()).toBe('1 process');
  });

  it('says what was dropped, and whose actors are lost', async (test) => {
    const lost = aRow({ status: 'lost' });
    const processes = [
      aProcess({ isConnected: false, dropped: 312 }),
      aProcess({ id: 'p2', pid: 2 }),
    ];
    const { page } = await views.open(test, { messages: [allActors([lost], processes)] });
    await page
      .getByText('agent.js (pid 4711) could not send everything: 312 events were dropped.')
      .waitFor();
    expect(await page.locator('.connected').textContent()).toBe('1 process, 1 gone');
    expect(await page.locator('#actors .actor-state').textContent()).toBe('lost · awaitingWS');
    await page.keyboard.press('j');
    await page.getByText('Lost: its process is not connected any more.').waitFor();
  });

  it('is said to be lost, is made again, and takes up the actor that was looked at', async (test) => {
    const { page, view } = await views.open(test, { actors: [aRow()] });
    await page.keyboard.press('j');
    await page.locator('.actor-head').waitFor();
    view.cut();
    await page.getByText('Not connected: “countersign inspect” does not answer.').waitFor();
    await shown(page, '.link-state.lost');
    await page.locator('#actors .row').waitFor();
    const asked = view.asked.length;
    view.greet = [allActors([aRow(), aRow({ id: 'p1/b', action: 'came meanwhile' })])];
    view.mend();
    await shown(page, '.link-state.live');
    await page.locator('#actors .row', { hasText: 'came meanwhile' }).waitFor();
    expect(await page.locator('.notice').count()).toBe(0);
    await vi.waitUntil(() => view.asked.length > asked);
    expect(view.asked.at(-1)).toEqual({ type: 'watch', actor: 'p1/a1' });
  });

  it('leaves an actor that was forgotten, and says why', async (test) => {
    const { page, view } = await views.open(test, { actors: [aRow()] });
    await page.keyboard.press('j');
    await page.locator('.actor-head').waitFor();
    view.send(changes({ gone: ['p1/a1'] }));
    await page.getByText('The actor that you looked at was forgotten').waitFor();
    await page.locator('.all-pane').waitFor();
  });

  it('ignores what is no message of the view', async (test) => {
    const { page, view, misdeeds } = await views.open(test, { actors: [aRow()] });
    for (const text of ['[]', 'no json', '{"type":"actors"}', '{"type":"history","actor":7}', '1'])
      view.sendText(text);
    view.send(changes({ actors: [aRow({ id: 'p1/b' })] }));
    await foot(page, '2 actors');
    expect(misdeeds).toEqual([]);
  });
});
