import type { Page, Route } from 'playwright-core';
import { describe, expect, it, vi } from 'vitest';
import { approverDesks, armed, type Desk } from '../support/approver-page.ts';

const desks = await approverDesks();

const button = (page: Page, name: RegExp) => page.getByRole('button', { name });
const said = (page: Page) => page.locator('.saying');
const shows = (page: Page, action: string) =>
  page.locator('.request .action', { hasText: action }).waitFor();
const stored = async ({ call, token }: Desk, id: string) =>
  (await call('GET', `/approvals/${id}`, { token })).body;
const decide = ({ call, token }: Pick<Desk, 'call' | 'token'>, id: string, decision: string) =>
  call('POST', `/workspaces/w1/approvals/${id}/decide`, { token, body: { decision } });

interface Gate {
  /** Decisions that have left the page. */
  sent: number;
  /** What becomes of them; default: they go on to the platform. */
  answer: (route: Route) => Promise<void>;
  readonly before: (page: Page) => Promise<void>;
}

/** Stands in the way of decisions from the start: put there later, it may come too late. */
function decisionGate(): Gate {
  const gate: Gate = {
    sent: 0,
    answer: (route) => route.continue(),
    before: async (page) => {
      await page.route('**/decide', (route) => {
        gate.sent++;
        return gate.answer(route);
      });
    },
  };
  return gate;
}

/** Frames that tell of an end get lost. */
async function withoutEnds(page: Page): Promise<void> {
  await page.routeWebSocket(/\/ws/, (socket) => {
    socket.connectToServer().onMessage((message) => {
      if (String(message).includes('APPROVAL_REQUESTED')) socket.send(message);
    });
  });
}

describe.skipIf(!desks.available).concurrent('the page', () => {
  it('signs in with the token of the address and takes it out of there', async (test) => {
    const { page, misdeeds } = await desks.open(test);
    expect(new URL(page.url()).hash).toBe('');
    expect(await page.getByText('Nothing is waiting', { exact: true }).count()).toBe(1);
    expect(await page.title()).toBe('Countersign');
    expect(misdeeds).toEqual([]);
  });

  it('says that a token is wrong, and takes a pasted sign-in address', async (test) => {
    const { page, platform } = await desks.open(test, { signedOut: true });
    const field = page.getByLabel('Your token');
    await field.fill('wrong');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('not known here').waitFor();
    await field.fill(platform.signInUrl);
    await page.keyboard.press('Enter');
    await button(page, /^Live$/).waitFor();
  });

  it('signs out only when the platform says so', async (test) => {
    let refusals = 1;
    const { page } = await desks.open(test, {
      before: async (fresh) => {
        await fresh.route('**/session', async (route) => {
          if (route.request().method() !== 'DELETE' || refusals === 0) return route.fallback();
          refusals -= 1;
          await route.fulfill({ status: 500 });
        });
      },
    });
    await button(page, /Sign out/).click();
    await page.getByText('You are still signed in. The platform failed (500).').waitFor();
    await button(page, /Sign out/).click();
    await page.getByLabel('Your token').waitFor();
  });

  it('shows a request as it comes in, without a reload', async (test) => {
    const { page, ask } = await desks.open(test);
    await ask({ action: 'Drop table users', reason: 'It is empty', task_id: 'T-1' });
    await shows(page, 'Drop table users');
    await page.getByText('w1 asks').waitFor();
    await page.getByText('It is empty').waitFor();
    await vi.waitUntil(async () => (await page.title()) === '(1) Countersign');
    expect(await page.locator('p[aria-live]').textContent()).toContain('New request from w1');
  });

  it('approves with one key, and says so when it is stored', async (test) => {
    const desk = await desks.open(test);
    const id = await desk.ask();
    await shows(desk.page, 'Drop table users');
    await armed(desk.page);
    await desk.page.keyboard.press('a');
    await said(desk.page).getByText('Granted by').waitFor();
    await said(desk.page).getByText('what the platform has stored').waitFor();
    expect(await stored(desk, id)).toMatchObject({ status: 'approved', outcome: 'granted' });
    expect(await desk.page.title()).toBe('Countersign');
  });

  it('denies with a note; nothing that is typed there decides', async (test) => {
    const desk = await desks.open(test);
    const id = await desk.ask();
    await armed(desk.page);
    await desk.page.keyboard.press('n');
    await desk.page.keyboard.type('bad idea: add a dad');
    await desk.page.keyboard.press('Control+Enter');
    await desk.page.keyboard.press('Enter');
    expect(await stored(desk, id)).toMatchObject({ status: 'pending' });
    await desk.page.keyboard.press('Escape');
    await desk.page.keyboard.press('d');
    await said(desk.page).getByText('Denied by').waitFor();
    expect(await stored(desk, id)).toMatchObject({
      outcome: 'denied',
      note: 'bad idea: add a dad',
    });
  });

  it('moves by keys, and an arrival takes nothing away from the reader', async (test) => {
    const { page, ask } = await desks.open(test);
    await ask({ action: 'first' });
    await ask({ action: 'second' });
    await shows(page, 'first');
    await page.getByRole('listitem').nth(1).waitFor();
    await page.keyboard.press('j');
    await shows(page, 'second');
    await ask({ action: 'third' });
    await page.getByRole('listitem').nth(2).waitFor();
    await shows(page, 'second');
    await page.keyboard.press('k');
    await shows(page, 'first');
    await page.keyboard.press('?');
    await page.getByRole('dialog').getByText('Nothing that you type').waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Escape');
    await shows(page, 'first');
  });

  it('F60 sends a decision once, however often it is clicked', async (test) => {
    const gate = decisionGate();
    const { page, ask } = await desks.open(test, gate);
    await ask();
    await armed(page);
    await button(page, /Approve/).dblclick();
    await said(page).getByText('Granted by').waitFor();
    expect(gate.sent).toBe(1);
  });

  it('F60 is bound to the digest that was on the screen', async (test) => {
    const gate = decisionGate();
    const { page, ask } = await desks.open(test, gate);
    const other = `sha256:${'0'.repeat(64)}`;
    gate.answer = (route) =>
      route.continue({ postData: JSON.stringify({ decision: 'approved', digest: other }) });
    await ask();
    await armed(page);
    await page.keyboard.press('a');
    await said(page).getByText('not what was on the screen').waitFor();
  });

  it('F60 says that somebody was quicker, and what is stored', async (test) => {
    const gate = decisionGate();
    const desk = await desks.open(test, gate);
    const id = await desk.ask();
    gate.answer = async (route) => {
      await decide(desk, id, 'denied');
      await route.continue();
    };
    await armed(desk.page);
    await desk.page.keyboard.press('a');
    await said(desk.page).getByText('Denied by').waitFor();
    await said(desk.page).getByText('Somebody was quicker').waitFor();
  });

  it('F60 says that the time was up before a click arrived, and calls it no decision', async (test) => {
    const gate = decisionGate();
    const desk = await desks.open(test, {
      before: async (page) => {
        await gate.before(page);
        await withoutEnds(page);
      },
    });
    const id = await desk.ask({ action: 'soon over', timeout_seconds: 1.5 });
    gate.answer = async (route) => {
      const expired = { outcome: 'timeout' };
      await vi.waitFor(async () => expect(await stored(desk, id)).toMatchObject(expired), 5_000);
      await route.continue();
    };
    await armed(desk.page);
    await desk.page.keyboard.press('a');
    await said(desk.page).getByText('Nobody answered').waitFor();
    await said(desk.page).getByText('time was up before your approval arrived').waitFor();
    expect(await desk.page.getByText(/granted/i).count()).toBe(0);
  });

  it('F60 learns in a stale tab, as soon as it is looked at again, what is stored', async (test) => {
    const desk = await desks.open(test, { before: withoutEnds });
    const id = await desk.ask();
    await armed(desk.page);
    await decide(desk, id, 'denied');
    await desk.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
    await said(desk.page).getByText('Denied by').waitFor();
    expect(await desk.page.locator('.decision').count()).toBe(0);
  });

  it('F60 rests when the list moves the buttons away from under the pointer', async (test) => {
    const gate = decisionGate();
    const decided: string[] = [];
    gate.answer = (route) => {
      decided.push(new URL(route.request().url()).pathname.split('/').at(-2) ?? '');
      return route.continue();
    };
    const desk = await desks.open(test, {
      viewport: { width: 390, height: 900 },
      before: async (page) => {
        await gate.before(page);
        await page.clock.install();
      },
    });
    const { page } = desk;
    const first = await desk.ask({ action: 'first' });
    const second = await desk.ask({ action: 'second' });
    await page.getByRole('listitem').nth(1).waitFor();
    await page.keyboard.press('j');
    await shows(page, 'second');
    await page.clock.pauseAt(Date.now() + 60_000);
    const before = await button(page, /Approve/).boundingBox();
    await decide(desk, first, 'denied');
    await page.locator('.row.denied', { hasText: 'first' }).waitFor();
    expect((await button(page, /Approve/).boundingBox())?.y).not.toBe(before?.y);
    await button(page, /Approve/).click({ force: true });
    await page.mouse.click((before?.x ?? 0) + 10, (before?.y ?? 0) + 10);
    await page.clock.runFor(450);
    await page.keyboard.press('a');
    expect(decided).toEqual([]);
    await page.clock.runFor(100);
    await page.keyboard.press('a');
    await said(page).getByText('Granted by').waitFor();
    expect(decided).toEqual([second]);
  });

  it('does not call a withdrawal a denial', async (test) => {
    const { page, ask, call } = await desks.open(test);
    const id = await ask();
    await armed(page);
    await call('POST', `/workspaces/w1/approvals/${id}/decide`, {
      body: { decision: 'denied', decided_by: 'withdrawn: changed my mind' },
    });
    await said(page).getByText('Withdrawn by its asker').waitFor();
    await page.getByText('changed my mind').waitFor();
    expect(await page.getByText(/denied/i).count()).toBe(0);
  });

  it('F60 says that it does not know whether a click counted, and finds out: it did', async (test) => {
    const gate = decisionGate();
    const { promise: asked, resolve: answer } = Promise.withResolvers<void>();
    const desk = await desks.open(test, {
      before: async (page) => {
        await gate.before(page);
        await withoutEnds(page);
        await page.route(/\/approvals\/[0-9a-f-]{36}$/, async (route) => {
          await asked;
          await route.continue();
        });
      },
    });
    const id = await desk.ask();
    gate.answer = async (route) => {
      await decide(desk, id, 'approved');
      await route.abort();
    };
    await armed(desk.page);
    await desk.page.keyboard.press('a');
    await said(desk.page).getByText('not known whether your approval counted').waitFor();
    expect(await desk.page.locator('.decision[aria-disabled="true"]').count()).toBe(2);
    answer();
    await said(desk.page).getByText('Granted by').waitFor();
    await said(desk.page).getByText('what the platform has stored').waitFor();
  });

  it('F60 says that it does not know whether a click counted, and finds out: it did not', async (test) => {
    const gate = decisionGate();
    const { page, ask } = await desks.open(test, gate);
    await ask();
    gate.answer = (route) => route.abort();
    await armed(page);
    await page.keyboard.press('d');
    await said(page).getByText('Your denial is not stored').waitFor();
    gate.answer = (route) => route.continue();
    await armed(page);
    await page.keyboard.press('d');
    await said(page).getByText('Denied by').waitFor();
    expect(gate.sent).toBe(2);
  });

  it('F60 rests for half a second after another request has come under the buttons', async (test) => {
    const gate = decisionGate();
    const { page, ask } = await desks.open(test, {
      before: async (fresh) => {
        await gate.before(fresh);
        await fresh.clock.install();
      },
    });
    await ask({ action: 'first' });
    await ask({ action: 'second' });
    await page.getByRole('listitem').nth(1).waitFor();
    await page.clock.pauseAt(Date.now() + 60_000);
    await page.keyboard.press('j');
    await page.keyboard.press('a');
    await button(page, /Approve/).click({ force: true });
    await page.clock.runFor(450);
    await page.keyboard.press('a');
    await shows(page, 'second');
    expect(gate.sent).toBe(0);
    await page.clock.runFor(100);
    await page.keyboard.press('a');
    await said(page).getByText('Granted by').waitFor();
    expect(gate.sent).toBe(1);
  });
});
