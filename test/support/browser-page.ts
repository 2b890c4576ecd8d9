/** A page of ours in a real browser: built from the source, and watched while it runs. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, type TestContext, vi } from 'vitest';
import { launchBrowser } from './browser.ts';

/** The test that something is for: it is closed with it. */
export type ForTest = Pick<TestContext, 'onTestFinished'>;

export interface BuiltPage {
  readonly browser: Browser;
  /** Where the built page is. */
  readonly pageDir: string;
}

/**
 * Call it once in a test file, at its top. The page is built from the source as it stands.
 * @param config the name of the file with the settings of the build
 * @returns `null` where there is no browser: skip
 */
export async function builtPage(config: string): Promise<BuiltPage | null> {
  const browser = await launchBrowser();
  if (browser === null) return null;
  const pageDir = await mkdtemp(join(tmpdir(), 'countersign-page-'));
  afterAll(async () => {
    await browser.close();
    await rm(pageDir, { recursive: true, force: true });
  });
  const configFile = fileURLToPath(new URL(`../../${config}`, import.meta.url));
  await build({ configFile, logLevel: 'error', build: { outDir: pageDir } });
  return { browser, pageDir };
}

/** A page in a fresh profile, closed with the test. */
export async function freshPage(
  browser: Browser,
  test: ForTest,
  options: BrowserContextOptions,
): Promise<Page> {
  const context = await browser.newContext({ locale: 'en-GB', ...options });
  test.onTestFinished(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  return page;
}

/** Looks more often than a locator does, which looks twice a second after a while. */
export async function shown(page: Page, selector: string): Promise<void> {
  const isVisible = () => page.locator(selector).first().isVisible();
  await vi.waitUntil(isVisible, { interval: 20, timeout: 10_000 });
}

/** A violation whose error was caught is not told on the console by itself. */
const TELL_VIOLATIONS = `document.addEventListener('securitypolicyviolation', (event) =>
  console.error('Content Security Policy:', event.violatedDirective, event.blockedURI));`;

/** What a page does that it must never do: errors, dialogs, requests to anybody but `origin`. */
export async function watched(page: Page, origin: string): Promise<string[]> {
  const misdeeds: string[] = [];
  await page.addInitScript(TELL_VIOLATIONS);
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
