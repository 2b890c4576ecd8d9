/** The approver's page in a real browser, signed in at a real platform. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, type TestContext, vi } from 'vitest';
import type { JsonValue } from '../../machines/index.ts';
import { createPlatform, type Platform } from '../../src/platform/index.ts';
import { launchBrowser } from './browser.ts';
import { type Call, caller } from './platform.ts';
import type { TcpSwitch } from './tcp-switch.ts';

const CONFIG = fileURLToPath(new URL('../../vite.config.ts', import.meta.url));

export interface Desk {
  readonly page: Page;
  readonly platform: Platform;
  readonly call: Call;
  /** An approver's. */
  readonly token: string;
  /** Asks in the name of `w1`. @returns the id */
  readonly ask: (body?: Record<string, JsonValue>) => Promise<string>;
  /** What the page did that it must never do: errors, dialogs, requests to anybody else. */
  readonly misdeeds: string[];
}

export interface DeskOptions extends BrowserContextOptions {
  /** Called before the page is opened. */
  readonly before?: (page: Page) => Promise<void>;
  /** Opens the bare address instead of the one that signs in. */
  readonly signedOut?: boolean;
  /** Default: unless signed out. */
  readonly awaitLive?: boolean;
  /** Leads the page to the platform through this. */
  readonly through?: TcpSwitch;
}

/** The test that something is for: it is closed with it. */
export type ForTest = Pick<TestContext, 'onTestFinished'>;

export interface Desks {
  /** False where there is no browser: skip. */
  readonly available: boolean;
  /** A platform of its own, and the page in a fresh profile. */
  readonly open: (test: ForTest, options?: DeskOptions) => Promise<Desk>;
}

/** Call it once in a test file, at its top. The page is built from the source as it stands. */
export async function approverDesks(): Promise<Desks> {
  const browser = await launchBrowser();
  if (browser === null)
    return { available: false, open: () => Promise.reject(new Error('no browser')) };
  const pageDir = await mkdtemp(join(tmpdir(), 'countersign-page-'));
  afterAll(async () => {
    await browser.close();
    await rm(pageDir, { recursive: true, force: true });
  });
  await build({ configFile: CONFIG, logLevel: 'error', build: { outDir: pageDir } });
  return {
    available: true,
    open: (test, options) => openDesk(browser, pageDir, test, options),
  };
}

async function openDesk(
  browser: Browser,
  pageDir: string,
  test: ForTest,
  { before, signedOut = false, awaitLive = !signedOut, through, ...more }: DeskOptions = {},
): Promise<Desk> {
  const origin = through && `http://127.0.0.1:${through.port}`;
  const platform = await listening(test, pageDir, origin ? [origin] : []);
  const { url, signInUrl } = platform;
  through?.leadTo(Number(new URL(url).port));
  const context = await browser.newContext({ locale: 'en-GB', ...more });
  test.onTestFinished(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const misdeeds = watched(page, origin ?? url);
  await before?.(page);
  await page.goto((signedOut ? url : signInUrl).replace(url, origin ?? url));
  if (awaitLive) await shown(page, '.link-state.live');
  const call = caller((path, init) => fetch(url + path, init));
  return { page, platform, call, token: platform.approverToken, ask: asker(call), misdeeds };
}

async function listening(test: ForTest, pageDir: string, origins: string[]): Promise<Platform> {
  const dataDir = await mkdtemp(join(tmpdir(), 'countersign-desk-'));
  test.onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  const platform = createPlatform({ dataDir, port: 0, pageDir, origins });
  test.onTestFinished(() => platform.close());
  await platform.listen();
  return platform;
}

const asker =
  (call: Call): Desk['ask'] =>
  async (body = {}) => {
    const action = 'Drop table users';
    const answer = await call('POST', '/workspaces/w1/approvals', { body: { action, ...body } });
    if (answer.status !== 201) throw new Error(`asking was answered with ${answer.text}`);
    return String(answer.body['approval_id']);
  };

/** Looks more often than a locator does, which looks twice a second after a while. */
export async function shown(page: Page, selector: string): Promise<void> {
  const isVisible = () => page.locator(selector).first().isVisible();
  await vi.waitUntil(isVisible, { interval: 20, timeout: 10_000 });
}

/** The dead time is over: Approve takes clicks. */
export const armed = (page: Page): Promise<void> => shown(page, '.approve[aria-disabled="false"]');

function watched(page: Page, origin: string): string[] {
  const misdeeds: string[] = [];
  page.on('pageerror', (error) => misdeeds.push(`error: ${error.message}`));
  page.on('console', (message) => {
    const isRefused = /Content Security Policy/.test(message.text());
    if (isRefused) misdeeds.push(`console: ${message.text()}`);
  });
  page.on('dialog', (dialog) => {
    misdeeds.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('popup', (popup) => misdeeds.push(`popup: ${popup.url()}`));
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== origin) misdeeds.push(`request: ${request.url()}`);
  });
  return misdeeds;
}
