import { describe, expect, it } from 'vitest';
import { approverDesks, armed } from '../support/approver-page.ts';
import { tcpSwitch } from '../support/tcp-switch.ts';

const desks = await approverDesks();

describe.skipIf(!desks.available).concurrent('the connection', () => {
  it('is shown as it is: lost, and back with what was missed', async (test) => {
    const cable = await tcpSwitch(test);
    const { page, ask, misdeeds } = await desks.open(test, { through: cable });
    await ask({ action: 'first' });
    await armed(page);
    cable.cut();

    const notice = page.locator('.notice');
    await notice
      .getByText(/Cannot reach the platform since \d\d:\d\d\. What you see may be old\./)
      .waitFor();
    await page.locator('.approve[aria-disabled="true"]').waitFor();
    await page.locator('.deny[aria-disabled="true"]').waitFor();

    await ask({ action: 'second' });
    cable.mend();
    await page.getByRole('button', { name: 'Unreachable' }).click();
    await page.getByRole('button', { name: 'Live', exact: true }).waitFor();
    await page.locator('.row', { hasText: 'second' }).waitFor();
    await armed(page);
    expect(await notice.count()).toBe(0);
    expect(misdeeds).toEqual([]);
  });

  it('F61 is not needed to say the truth about a list that cannot be read', async (test) => {
    const { page } = await desks.open(test, {
      awaitLive: false,
      before: async (fresh) => {
        await fresh.route('**/approvals/pending', (route) =>
          route.fulfill({ status: 500, body: '{}' }),
        );
      },
    });
    await page.getByText('What is waiting is not known', { exact: true }).waitFor();
    expect(await page.getByText(/nothing (is|was) waiting/i).count()).toBe(0);
  });

  it('F61 shows how many that wait cannot be read, and never that nothing is waiting', async (test) => {
    const { page } = await desks.open(test, {
      before: async (fresh) => {
        await fresh.route('**/approvals/pending', (route) =>
          route.fulfill({ json: [{ id: 'from a newer platform' }, 7] }),
        );
      },
    });
    await page.getByText('2 waiting cannot be shown', { exact: true }).waitFor();
    await page.locator('.notice', { hasText: '2 waiting requests cannot be shown' }).waitFor();
    expect(await page.getByText(/nothing (is|was) waiting/i).count()).toBe(0);
  });

  it('is replaced by reading the list where sockets do not get through', async (test) => {
    const { page, ask } = await desks.open(test, {
      awaitLive: false,
      before: async (fresh) => {
        await fresh.routeWebSocket(/\/ws/, (socket) => socket.close({ code: 1011 }));
      },
    });
    await page.getByText('The live channel is down.').waitFor();
    await ask({ action: 'seen anyway' });
    await page.locator('.row', { hasText: 'seen anyway' }).waitFor({ timeout: 10_000 });
    await armed(page);
  });

  it('ends with the session, and shows nothing of it any more', async (test) => {
    const { page, ask } = await desks.open(test);
    await ask({ action: 'private' });
    await page.locator('.action', { hasText: 'private' }).waitFor();
    await page.context().clearCookies();
    await page.getByRole('button', { name: 'Live', exact: true }).click();
    await page.getByText('You have been signed out.').waitFor();
    expect(await page.getByText('private').count()).toBe(0);
  });

  it('is not needed for the time to run out', async (test) => {
    const { page, ask } = await desks.open(test, {
      before: async (fresh) => {
        await fresh.routeWebSocket(/\/ws/, (socket) => {
          const server = socket.connectToServer();
          server.onMessage((message) => {
            if (String(message).includes('APPROVAL_REQUESTED')) socket.send(message);
          });
        });
      },
    });
    await ask({ action: 'soon over', timeout_seconds: 2 });
    await page.locator('.request .time-left', { hasText: '1 s left' }).waitFor();
    await page.getByText('Time is up. Nothing can be decided here any more.').waitFor();
    await page.locator('.request .time-left', { hasText: 'time is up' }).first().waitFor();
    expect(await page.locator('.decision[aria-disabled="true"]').count()).toBe(2);
  });

  it('tells that nobody answered, and calls that nobody’s denial', async (test) => {
    const { page, ask } = await desks.open(test);
    await ask({ action: 'soon over', timeout_seconds: 0.5 });
    await page.locator('.saying', { hasText: 'Nobody answered' }).waitFor();
    expect(await page.getByText(/denied/i).count()).toBe(0);
  });
});
