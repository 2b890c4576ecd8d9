import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { describe, expect, it, vi } from 'vitest';
import { approvalMachine, channelMachine } from '../../machines/index.ts';
import { graphOf } from '../../src/inspect/graph.ts';
import { toMermaid } from '../../src/inspect/mermaid.ts';
import { shown } from '../support/browser-page.ts';
import { allActors, aRow, changes, manyRows } from '../support/view-messages.ts';
import { arrow, granted, state, viewPages, waiting } from '../support/view-page.ts';

const views = await viewPages();

const GRANT = arrow('awaitingWS', 'awaitingWS:decision.received:0');

const namesOf = (page: Page, selector: string, attribute: string): Promise<unknown> =>
  page.evaluate(
    `[...document.querySelectorAll('${selector}')].map((e) => e.getAttribute('${attribute}'))`,
  );

/** Notes when an arrow begins to flow and ends, so that nothing that is over soon is missed. */
const watchFlows = (page: Page): Promise<unknown> =>
  page.evaluate(`
    window.flows = [];
    const flowing = new Set();
    new MutationObserver((changes) => {
      for (const { target } of changes) {
        const is = target.classList.contains('flowing');
        if (flowing.has(target) === is || !target.classList.contains('arrow')) continue;
        flowing[is ? 'add' : 'delete'](target);
        const moves = target.querySelector('.flow').getAnimations().length;
        window.flows.push([is ? 'begins' : 'ends', target.dataset.to, moves].join(' '));
      }
    }).observe(document.querySelector('svg.chart'), {
      subtree: true, attributes: true, attributeFilter: ['class'],
    });`);

const flowsOf = (page: Page): Promise<string> => page.evaluate<string>("window.flows.join(', ')");

describe.skipIf(!views.available).concurrent('the chart', () => {
  it.for([approvalMachine, channelMachine])(
    'is drawn with every state of the $id machine',
    async (machine, test) => {
      const { page, misdeeds } = await views.open(test);
      if (machine.id === 'channel') await page.keyboard.press('t');
      await shown(page, `svg[data-machine="${machine.id}"]`);
      const states = graphOf(machine)
        .states.map(({ id }) => id)
        .filter((id) => id !== '');
      const drawn = await namesOf(page, 'svg.chart [data-state]', 'data-state');
      expect(new Set(Array.isArray(drawn) ? drawn : [])).toEqual(new Set(states));
      const pane = await page.locator('#chart').boundingBox();
      expect((await page.locator('svg.chart').boundingBox())?.width).toBeLessThanOrEqual(
        pane?.width ?? 0,
      );
      expect(misdeeds).toEqual([]);
    },
  );

  it('lights where the chosen actor is, how it came there, and the way so far', async (test) => {
    const { page, misdeeds } = await views.open(test, waiting);
    await page.keyboard.press('j');
    await shown(page, '#timeline .row');
    expect(await namesOf(page, '.state.current', 'data-state')).toEqual(['awaitingWS']);
    expect(await namesOf(page, '.arrow.taken', 'data-from')).toEqual(['fallbackPolling']);
    expect(await namesOf(page, '.label.why', 'data-transition')).toEqual([
      'fallbackPolling:channel.live:0',
    ]);
    expect(await namesOf(page, '.service.running', 'data-service')).toEqual(['liveDecision']);
    expect(await namesOf(page, '.state.visited', 'data-state')).toEqual([
      'rbacCheck',
      'submitting',
      'awaitingWS',
      'fallbackPolling',
    ]);
    expect(await page.locator('.arrow.visited').count()).toBe(4);
    expect(misdeeds).toEqual([]);
  });

  it('shows an arrow being taken: once along it, and lit afterwards', async (test) => {
    const { page, view } = await views.open(test, waiting);
    await page.keyboard.press('j');
    await shown(page, '#timeline .row');
    await watchFlows(page);
    expect(await page.locator('.flowing').count()).toBe(0);
    view.send(granted());
    await shown(page, `${state('granted')}.current`);
    await shown(page, `${GRANT}.taken`);
    await vi.waitUntil(async () => (await flowsOf(page)).includes('ends'));
    expect(await flowsOf(page)).toBe('begins granted 1, ends granted 0');
    expect(await page.locator('.flowing').count()).toBe(0);
    expect(await namesOf(page, '.arrow.taken', 'data-to')).toEqual(['granted']);
  });

  it('moves nothing for those who want no motion, and lights the arrow all the same', async (test) => {
    const { page, view } = await views.open(test, { ...waiting, reducedMotion: 'reduce' });
    await page.keyboard.press('j');
    await shown(page, '#timeline .row');
    view.send(granted());
    await shown(page, `${GRANT}.taken`);
    const offsets: unknown = await page.evaluate(
      `document.querySelector('${GRANT} .flow').getAnimations().flatMap((a) => a.effect.getKeyframes()).map((k) => k.strokeDashoffset)`,
    );
    expect(new Set(Array.isArray(offsets) ? offsets : [])).toEqual(new Set(['0']));
    const all: unknown = await page.evaluate(
      `getComputedStyle(document.querySelector('${GRANT} .flow')).strokeDasharray`,
    );
    expect(all).toBe('none');
  });

  it('shows how many are in each state while all are shown, and who takes which arrow', async (test) => {
    const rows = manyRows(9, ['awaitingWS', 'granted', 'awaitingWS']);
    const { page, view } = await views.open(test, { actors: rows });
    const count = (name: string) =>
      page.locator(`${state(name)}.peopled .count text`).textContent();
    expect([await count('awaitingWS'), await count('granted')]).toEqual(['6', '3']);
    expect(await page.locator(`${state('denied')}.peopled`).count()).toBe(0);
    await watchFlows(page);
    const [first] = rows;
    const next = {
      ...first,
      ...aRow({
        state: 'denied',
        from: 'awaitingWS',
        transition: 'awaitingWS:decision.received:2',
      }),
    };
    view.send(changes({ actors: [{ ...next, id: first?.id ?? '', changedAt: Date.now() }] }));
    await vi.waitUntil(
      async () => (await count('awaitingWS')) === '5' && (await count('denied')) === '1',
    );
    await vi.waitUntil(async () => (await flowsOf(page)).startsWith('begins denied 1'));
    await page.keyboard.press('j');
    await shown(page, '.actor-head');
    expect(await page.locator('.peopled').count()).toBe(0);
  });

  it('finds arrows of the machine itself, and of states inside a state', async (test) => {
    const { page, view } = await views.open(test, { actors: [aRow({ state: 'submitting' })] });
    await page.keyboard.press('j');
    view.send(
      changes({
        actors: [
          aRow({
            state: 'withdrawing',
            from: 'submitting',
            transition: ':deadline.passed:0',
            changedAt: 7,
          }),
        ],
      }),
    );
    await shown(page, `${arrow('submitting', ':deadline.passed:0')}.taken`);
    await page.keyboard.press('a');
    const channel = aRow({
      id: 'p1/c',
      machine: 'channel',
      state: 'open.live',
      from: 'open.connecting',
      transition: 'open.connecting:socket.opened:0',
    });
    view.send(changes({ actors: [channel] }));
    await page.getByRole('tab', { name: 'channel 1' }).waitFor();
    await page.keyboard.press('t');
    await page.keyboard.press('j');
    await shown(page, `${state('open.live')}.current`);
    await page.locator(`${state('open')}.around`).waitFor();
    view.send(
      changes({
        actors: [
          {
            ...channel,
            state: 'closed',
            from: 'open.live',
            transition: ':channel.close:0',
            changedAt: 8,
          },
        ],
      }),
    );
    await page.locator(`${state('closed')}.current`).waitFor();
  });

  it('is put into the page once, whatever happens', async (test) => {
    const { page, view } = await views.open(test, waiting);
    await page.evaluate("window.drawing = document.querySelector('svg.chart')");
    await page.keyboard.press('j');
    await shown(page, '#timeline .row');
    view.send(granted());
    await shown(page, `${state('granted')}.current`);
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('a');
    await page.locator('.all-pane').waitFor();
    expect(await page.evaluate("document.querySelector('svg.chart') === window.drawing")).toBe(
      true,
    );
  });

  it('says in words what it shows', async (test) => {
    const { page, view } = await views.open(test, waiting);
    await page.keyboard.press('j');
    const chart = page.getByRole('img', {
      name: 'Chart of the approval machine. refund order 1017: in awaitingWS',
    });
    await chart.waitFor();
    const said = page.locator('[aria-live="polite"]');
    await vi.waitUntil(
      async () => (await said.textContent()) === 'refund order 1017: in awaitingWS',
    );
    view.send(granted());
    await page.getByRole('img', { name: 'in granted' }).waitFor();
    await vi.waitUntil(async () => (await said.textContent()) === 'refund order 1017: in granted');
  });

  it('is copied as Mermaid, and saved as a picture that stands alone', async (test) => {
    const { page } = await views.open(test, {
      ...waiting,
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    await page.keyboard.press('m');
    await page.getByText('The approval machine is copied as Mermaid.').waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(toMermaid(approvalMachine));
    await page.keyboard.press('j');
    await shown(page, `${state('awaitingWS')}.current`);
    const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('s')]);
    expect(download.suggestedFilename()).toBe('approval-18-awaitingWS.svg');
    const svg = await readFile(await download.path(), 'utf8');
    expect(svg).toMatch(/class="state[^"]*current[^"]*"[^>]*data-state="awaitingWS"/);
    expect(svg).not.toMatch(/var\(|@media|<script|href=|url\((?!#)|style="/);
    const alone = await page.context().newPage();
    test.onTestFinished(() => alone.close());
    await alone.setContent(svg);
    const fill = (name: string): Promise<unknown> =>
      alone.evaluate(
        `getComputedStyle(document.querySelector('[data-state="${name}"] .body')).fill`,
      );
    expect(await fill('awaitingWS')).not.toBe(await fill('granted'));
    expect(await fill('awaitingWS')).toMatch(/^rgb/);
  });

  it('keeps the current state in sight where there is little room', async (test) => {
    const { page, view } = await views.open(test, {
      ...waiting,
      viewport: { width: 900, height: 600 },
    });
    const isInSight = async (name: string): Promise<boolean> => {
      const [pane, box] = [
        await page.locator('#chart').boundingBox(),
        await page.locator(`${state(name)} > .body`).boundingBox(),
      ];
      if (!pane || !box) return false;
      const isBeside = box.x >= pane.x && box.x + box.width <= pane.x + pane.width;
      return isBeside && box.y >= pane.y && box.y + box.height <= pane.y + pane.height;
    };
    await page.keyboard.press('j');
    await vi.waitUntil(() => isInSight('awaitingWS'));
    view.send(granted());
    await vi.waitUntil(() => isInSight('granted'));
    await page.keyboard.press('Home');
    await vi.waitUntil(() => isInSight('rbacCheck'));
  });

  it('grows, shrinks and fits by keys', async (test) => {
    const { page } = await views.open(test, { viewport: { width: 900, height: 700 } });
    const width = async (): Promise<number> =>
      (await page.locator('svg.chart').boundingBox())?.width ?? 0;
    const before = await width();
    await page.keyboard.press('+');
    await vi.waitUntil(async () => (await width()) > before * 1.2);
    await page.keyboard.press('-');
    await vi.waitUntil(async () => Math.abs((await width()) - before) < 3);
    await page.keyboard.press('0');
    const pane = await page.locator('#chart').boundingBox();
    await vi.waitUntil(async () => {
      const box = await page.locator('svg.chart').boundingBox();
      return box && pane && box.width <= pane.width && box.height <= pane.height;
    });
  });
});

describe.skipIf(!views.available).concurrent('a machine without a chart', () => {
  it('is listed, and says so', async (test) => {
    const deadline = aRow({
      id: 'p1/d',
      machine: 'deadline',
      state: undefined,
      parent: 'p1/a1',
      name: 'deadline',
    });
    const { page, misdeeds } = await views.open(test, {
      messages: [allActors([aRow(), deadline])],
    });
    await page.getByRole('tab', { name: 'deadline 1' }).click();
    await page.getByText('There is no chart of these').waitFor();
    await page.locator('#actors .row').click();
    await page.locator('.actor-head').waitFor();
    await page.keyboard.press('s');
    await page.keyboard.press('m');
    expect(misdeeds).toEqual([]);
  });
});
