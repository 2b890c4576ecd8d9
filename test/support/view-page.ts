/** The page of the live view in a real browser, told what a test wants it to be told. */
import type { BrowserContextOptions, Page } from 'playwright-core';
import { createView, type View } from '../../src/inspect/server/index.ts';
import type { ActorRow, Entry, ViewMessage } from '../../src/inspect/wire.ts';
import {
  type BuiltPage,
  builtPage,
  type ForTest,
  freshPage,
  shown,
  watched,
} from './browser-page.ts';
import { type ToldView, toldView } from './told-view.ts';
import { aLife, allActors, aRow, changes, theGrant } from './view-messages.ts';

export interface OpenView {
  readonly page: Page;
  readonly view: ToldView;
  /** What the page did that it must never do: errors, dialogs, requests to anybody else. */
  readonly misdeeds: string[];
}

export interface RealView {
  readonly page: Page;
  readonly view: View;
  readonly misdeeds: string[];
}

export interface OpenViewOptions extends BrowserContextOptions {
  /** What the view knows when the page comes. */
  readonly actors?: readonly ActorRow[];
  readonly messages?: readonly ViewMessage[];
  /** The timeline of every actor. */
  readonly entries?: readonly Entry[];
  /** Called before the page is opened. */
  readonly before?: (page: Page) => Promise<void>;
}

/** Call it once in a test file, at its top. */
export async function viewPages() {
  const built = await builtPage('vite.inspect.config.ts');
  return {
    /** False where there is no browser: skip. */
    available: built !== null,
    open: (test: ForTest, options: OpenViewOptions = {}): Promise<OpenView> =>
      built === null ? NO_BROWSER() : openView(built, test, options),
    /** The same page, of a real view. */
    openReal: (test: ForTest): Promise<RealView> =>
      built === null ? NO_BROWSER() : openReal(built, test),
  };
}

const NO_BROWSER = (): Promise<never> => Promise.reject(new Error('no browser'));

async function openReal({ browser, pageDir }: BuiltPage, test: ForTest): Promise<RealView> {
  const view = createView({ port: 0, pageDir });
  test.onTestFinished(() => view.close());
  await view.listen();
  const page = await freshPage(browser, test, { viewport: { width: 1440, height: 900 } });
  const misdeeds = await watched(page, view.url);
  await page.goto(view.url);
  await shown(page, '.link-state.live');
  await shown(page, '.list-foot:text("actor")');
  return { page, view, misdeeds };
}

async function openView(
  { browser, pageDir }: BuiltPage,
  test: ForTest,
  { actors = [], messages, entries = [], before, ...more }: OpenViewOptions,
): Promise<OpenView> {
  const view = await toldView(test, pageDir);
  view.greet = [...(messages ?? [allActors(actors)])];
  view.historyOf = (actor) => ({ type: 'history', actor, entries: [...entries], forgotten: 0 });
  const page = await freshPage(browser, test, { viewport: { width: 1440, height: 900 }, ...more });
  const misdeeds = await watched(page, view.url);
  await before?.(page);
  await page.goto(view.url);
  await shown(page, '.link-state.live');
  await shown(page, '.list-foot:text("actor")');
  return { page, view, misdeeds };
}

const BEGAN = Date.UTC(2026, 0, 1);

/** One approval that has fallen back, come back and waits, chosen in the list. */
export const waiting = { actors: [aRow({ startedAt: BEGAN })], entries: aLife(BEGAN) };

/** The approval of {@link waiting} is granted. */
export const granted = (): ViewMessage =>
  changes({
    actors: [
      aRow({
        startedAt: BEGAN,
        changedAt: BEGAN + 58_212,
        state: 'granted',
        status: 'done',
        from: 'awaitingWS',
        transition: 'awaitingWS:decision.received:0',
      }),
    ],
    entries: theGrant(BEGAN),
  });

/** The arrow with a transition: its line and what flows along it. */
export const arrow = (from: string, transition: string): string =>
  `.arrow[data-from="${from}"][data-transitions~="${transition}"]`;

export const state = (name: string): string => `.state[data-state="${name}"]`;
