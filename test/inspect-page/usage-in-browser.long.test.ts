import type { Page } from 'playwright-core';
import { describe, expect, it, vi } from 'vitest';
import type { Entry } from '../../src/inspect/wire.ts';
import { shown } from '../support/browser-page.ts';
import { allActors, aRow, manyRows } from '../support/view-messages.ts';
import { granted, state, viewPages, waiting } from '../support/view-page.ts';

const views = await viewPages();

/** Rows of a list whose content is taller than they are, or runs out of them sideways. */
const spilt = (page: Page, list: string): Promise<unknown> =>
  page.evaluate(`
    [...document.querySelectorAll('${list} .row')].filter((row) => {
      const { height, right } = row.getBoundingClientRect();
      return [...row.querySelectorAll('*')].some((e) => {
        const box = e.getBoundingClientRect();
        return box.height > height || (e.matches('.entry-at') && e.scrollWidth > e.clientWidth);
      }) || row.scrollHeight > row.clientHeight;
    }).map((row) => row.textContent)`);

/** What of these is cut where it stands. */
const cut = (page: Page, selector: string): Promise<unknown> =>
  page.evaluate(`
    [...document.querySelectorAll('${selector}')]
      .filter((e) => e.scrollWidth > e.clientWidth + 1).map((e) => e.textContent)`);

/** The texts of those that can be seen in the box around them. */
const seen = (page: Page, selector: string, around: string): Promise<unknown> =>
  page.evaluate(`
    [...document.querySelectorAll('${selector}')].filter((e) => {
      const [is, room] = [e.getBoundingClientRect(), e.closest('${around}').getBoundingClientRect()];
      return is.top < room.bottom - 2 && is.left >= room.left - 1 && is.right <= room.right + 1;
    }).map((e) => e.textContent)`);

const slowly = (entries: readonly Entry[]): Entry[] =>
  entries.map((entry) => ({ ...entry, at: entry.at + (entry.n - 1) * 327_000 }));

const child = (id: string, status: 'active' | 'stopped') =>
  aRow({ id, machine: 'deadline', status, state: undefined, parent: 'p1/a1' });

describe.skipIf(!views.available).concurrent('the search box', () => {
  it('ends its filter at Escape, and is left', async (test) => {
    const { page } = await views.open(test, { actors: manyRows(30, ['awaitingWS']) });
    const field = page.getByLabel(/^Find actors/);
    await page.keyboard.press('/');
    await page.keyboard.type('zzz');
    await page.getByText('No actor fits.').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.list-foot', { hasText: /^30 actors$/ }).waitFor();
    expect(await field.inputValue()).toBe('');
    expect(await field.evaluate('document.activeElement.id')).not.toBe('search');
    await page.keyboard.press('j');
    await shown(page, '.actor-head');
    expect(await field.inputValue()).toBe('');
    expect(await page.locator('.list-foot').textContent()).toBe('30 actors');
  });
});

describe.skipIf(!views.available).concurrent('the room that things have', () => {
  it.for([
    [1440, 900],
    [1000, 700],
  ] as const)('is enough for times and targets in the timeline at %i x %i', async (size, test) => {
    const [width, height] = size;
    const { page } = await views.open(test, {
      ...waiting,
      entries: slowly(waiting.entries),
      viewport: { width, height },
    });
    await page.keyboard.press('j');
    await shown(page, '#timeline .row');
    await page.getByText('+1:33:10', { exact: true }).waitFor();
    expect(await spilt(page, '#timeline')).toEqual([]);
    expect(await cut(page, '#timeline :is(.entry-at, .entry-kind, .entry-move)')).toEqual([]);
    await page.keyboard.press('Home');
    await page.getByText('+5:27', { exact: true }).waitFor();
    expect(await spilt(page, '#timeline')).toEqual([]);
  });

  it('shows the beginning of ids whole or not at all, and states always', async (test) => {
    const rows = ['awaitingWS', 'fallbackPolling', 'granted', 'withdrawing'].map((name, index) =>
      aRow({
        id: `p1/a${index}`,
        state: name,
        approvalId: `${index}1b2c3d4-c227-4a5b-8c6d-7e8f90a1b2c3`,
        workspaceId: ['billing', 'the-workspace-of-the-billing-department'][index % 2],
      }),
    );
    const { page } = await views.open(test, { actors: rows });
    await shown(page, '#actors .row');
    const ids = ['01b2c3d4', '11b2c3d4', '21b2c3d4', '31b2c3d4'];
    const inSight = await seen(page, '.actor-id', '.actor-who');
    expect(new Set(Array.isArray(inSight) ? inSight : [])).toEqual(new Set(ids));
    expect(await cut(page, '#actors .actor-state')).toEqual([]);
    await page.evaluate("document.querySelector('#actors').style.width = '150px'");
    expect(await cut(page, '#actors .actor-state')).toEqual([]);
    expect(await seen(page, '.actor-workspace', '.actor-who')).toEqual([]);
  });

  it('is the chart’s, where there is little', async (test) => {
    const { page } = await views.open(test, {
      actors: manyRows(9, ['awaitingWS', 'granted']),
      viewport: { width: 1000, height: 700 },
    });
    const chart = await page.locator('#chart').boundingBox();
    expect(chart?.height).toBeGreaterThan(440);
    expect(chart?.width).toBeGreaterThan(760);
    const [heading, line] = [page.getByText('Another process'), page.locator('.paste')];
    for (const part of [heading, line]) {
      const box = await part.boundingBox();
      expect((box?.y ?? 999) + (box?.height ?? 0)).toBeLessThanOrEqual(700);
    }
  });

  it('keeps the last entry in sight when it becomes less', async (test) => {
    const { page } = await views.open(test, waiting);
    await page.keyboard.press('j');
    await shown(page, '#timeline .row');
    await page.setViewportSize({ width: 1000, height: 700 });
    await vi.waitUntil(async () => {
      const [list, row] = [
        await page.locator('#timeline').boundingBox(),
        await page.locator('#timeline .row[aria-selected="true"]').boundingBox(),
      ];
      if (!list || !row) return false;
      return row.y >= list.y - 1 && row.y + row.height <= list.y + list.height + 1;
    });
  });

  it('begins with the output, when the chosen actor ends', async (test) => {
    const { page, view } = await views.open(test, {
      ...waiting,
      viewport: { width: 1000, height: 500 },
    });
    await page.keyboard.press('j');
    await shown(page, '#timeline .row');
    const moment = page.locator('.moment');
    await page.evaluate("document.querySelector('.moment').scrollTop = 9_999");
    expect(await page.evaluate("document.querySelector('.moment').scrollTop")).toBeGreaterThan(0);
    view.send(granted());
    await moment.getByText('Output').waitFor();
    expect(await page.evaluate("document.querySelector('.moment').scrollTop")).toBe(0);
  });
});

describe.skipIf(!views.available).concurrent('a machine without states', () => {
  it('is reached by key, says who runs, and offers nothing to do with a chart', async (test) => {
    const { page } = await views.open(test, {
      messages: [allActors([aRow(), child('p1/d', 'active'), child('p1/e', 'stopped')])],
    });
    await page.keyboard.press('t');
    await page.keyboard.press('t');
    await page.getByRole('tab', { name: 'deadline 2', selected: true }).waitFor();
    const chips = await page.locator('.chip').allTextContents();
    expect(chips.toSorted()).toEqual(['ended 1', 'runs 1']);
    for (const name of ['Smaller', 'Larger', 'Copy Mermaid', 'Save SVG']) {
      const tool = page.getByRole('button', { name, disabled: true });
      expect(await tool.getAttribute('title')).toContain('There is no chart');
    }
    await page.keyboard.press('s');
    await page.locator('.feedback', { hasText: 'There is no chart' }).waitFor();
    await page.keyboard.press('t');
    await page.getByRole('tab', { name: 'approval 1', selected: true }).waitFor();
    await page.getByRole('button', { name: 'Save SVG', disabled: false }).waitFor();
  });
});

describe.skipIf(!views.available).concurrent('a service', () => {
  it('runs in no state that was left, though it is told later that it is done', async (test) => {
    const began = { n: 1, at: 0, kind: 'began', label: 'began', state: 'rbacCheck' } as const;
    const runs = { n: 2, at: 1, kind: 'service', label: 'permission began' } as const;
    const left = {
      n: 3,
      at: 2,
      kind: 'transition',
      label: 'permission done',
      from: 'rbacCheck',
      state: 'submitting',
      transition: 'rbacCheck:xstate.done.actor.permission:0',
    } as const;
    const { page } = await views.open(test, { ...waiting, entries: [began, runs, left] });
    await page.keyboard.press('j');
    await shown(page, `${state('submitting')}.current`);
    expect(await page.locator('.service.running').count()).toBe(0);
    await page.keyboard.press('ArrowLeft');
    await page.locator('.service.running[data-service="permission"]').waitFor();
  });
});

describe.skipIf(!views.available).concurrent('a saved chart', () => {
  it('is called after the entry that it shows, and its state', async (test) => {
    const { page } = await views.open(test, waiting);
    const saved = async (): Promise<string> => {
      const [file] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('s')]);
      return file.suggestedFilename();
    };
    expect(await saved()).toBe('approval.svg');
    await page.keyboard.press('j');
    await shown(page, '#timeline .row');
    await page.keyboard.press('Home');
    for (let step = 0; step < 6; step++) await page.keyboard.press('ArrowRight');
    await vi.waitUntil(async () => (await page.locator('.position').textContent()) === '7 / 18');
    expect(await saved()).toBe('approval-7-submitting.svg');
  });
});
