/** The approver's page in a real browser, signed in at a real platform. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContextOptions, Page } from 'playwright-core';
import type { JsonValue } from '../../machines/index.ts';
import { createPlatform, type Platform } from '../../src/platform/index.ts';
import {
  type BuiltPage,
  builtPage,
  type ForTest,
  freshPage,
  shown,
  watched,
} from './browser-page.ts';
import { type Call, caller } from './platform.ts';
import type { TcpSwitch } from './tcp-switch.ts';

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

export interface Desks {
  /** False where there is no browser: skip. */
  readonly available: boolean;
  /** A platform of its own, and the page in a fresh profile. */
  readonly open: (test: ForTest, options?: DeskOptions) => Promise<Desk>;
}

/** Call it once in a test file, at its top. The page is built from the source as it stands. */
export async function approverDesks(): Promise<Desks> {
  const built = await builtPage('vite.config.ts');
  return built === null
    ? { available: false, open: () => Promise.reject(new Error('no browser')) }
    : { available: true, open: (test, options) => openDesk(built, test, options) };
}

async function openDesk(
  { browser, pageDir }: BuiltPage,
  test: ForTest,
  { before, signedOut = false, awaitLive = !signedOut, through, ...more }: DeskOptions = {},
): Promise<Desk> {
  const origin = through && `http://127.0.0.1:${through.port}`;
  const platform = await listening(test, pageDir, origin ? [origin] : []);
  const { url, signInUrl } = platform;
  through?.leadTo(Number(new URL(url).port));
  const page = await freshPage(browser, test, more);
  const misdeeds = await watched(page, origin ?? url);
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

/** The dead time is over: Approve takes clicks. */
export const armed = (page: Page): Promise<void> => shown(page, '.approve[aria-disabled="false"]');
