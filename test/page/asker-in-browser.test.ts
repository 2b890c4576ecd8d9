/** The picture of where the asker is, on the approver's page. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { approverDesks, armed, type Desk } from '../support/approver-page.ts';
import { shown } from '../support/browser-page.ts';

const desks = await approverDesks();

const tell = ({ call }: Desk, id: string, state: string, from?: string) =>
  call('POST', `/workspaces/w1/approvals/${id}/state`, {
    body: from === undefined ? { state } : { state, from },
  });
const told = (page: Page) => page.locator('.asker summary');
const classesOf = (page: Page, selector: string) =>
  page.locator(`.asker-chart ${selector}`).first().getAttribute('class');

describe.skipIf(!desks.available).concurrent('an asker that tells where it is', () => {
  it('is shown in one line, and opened in the picture of its machine', async (test) => {
    const desk = await desks.open(test);
    const { page, ask, misdeeds } = desk;
    const id = await ask();
    await shown(page, '.request');
    expect(await told(page).count()).toBe(0);
    await tell(desk, id, 'awaitingWS', 'submitting');
    await shown(page, '.asker summary');
    expect(await told(page).textContent()).toContain('The agent says that it is in awaitingWS');
    await told(page).click();
    await shown(page, '.asker-chart .current');
    expect(await classesOf(page, '[data-state="awaitingWS"]')).toContain('current');
    expect(await classesOf(page, '[data-state="submitting"]')).toContain('visited');
    await tell(desk, id, 'fallbackPolling', 'awaitingWS');
    await shown(page, '.asker-chart [data-state="fallbackPolling"].current');
    const arrow = '.arrow[data-from="awaitingWS"][data-to="fallbackPolling"]';
    expect(await classesOf(page, arrow)).toContain('taken');
    // Which of the reasons it was is not known.
    expect(await page.locator('.asker-chart .why').count()).toBe(0);
    expect(await page.getByRole('img', { name: /way so far/ }).getAttribute('aria-label')).toBe(
      "The agent's way so far: awaitingWS, then fallbackPolling",
    );
    expect(misdeeds).toEqual([]);
  });

  it('moves nothing that is decided on', async (test) => {
    const desk = await desks.open(test);
    const { page, ask } = desk;
    const id = await ask();
    await armed(page);
    const before = await page.locator('.decide').boundingBox();
    for (let n = 0; n < 5; n += 1) await tell(desk, id, n % 2 ? 'awaitingWS' : 'fallbackPolling');
    await shown(page, '.asker summary');
    expect(await page.locator('.decide').boundingBox()).toEqual(before);
    expect(await page.locator('.approve').getAttribute('aria-disabled')).toBe('false');
  });

  it('is seen when the page is opened later', async (test) => {
    const desk = await desks.open(test);
    const { page, ask } = desk;
    await tell(desk, await ask(), 'awaitingWS', 'submitting');
    await page.reload();
    await shown(page, '.asker summary');
    expect(await told(page).textContent()).toContain('awaitingWS');
  });

  it('is not believed where it says more than where it waits', async (test) => {
    const desk = await desks.open(test);
    const { page, ask } = desk;
    const id = await ask();
    await tell(desk, id, 'granted.by.alice_already', 'awaitingWS');
    await tell(desk, id, 'granted', 'awaitingWS');
    await tell(desk, id, 'fallbackPolling', 'awaitingWS');
    await shown(page, '.asker summary');
    await told(page).click();
    await shown(page, '.asker-chart .current');
    expect(await page.locator('.asker-chart .current').getAttribute('data-state')).toBe(
      'fallbackPolling',
    );
    expect(await page.locator('.asker-chart [data-state="granted"].visited').count()).toBe(0);
    expect(await page.getByRole('img', { name: /way so far/ }).getAttribute('aria-label')).toBe(
      "The agent's way so far: fallbackPolling",
    );
  });
});
