/**
 * How long it takes from a transition in another process until it is drawn on the page of the live
 * view: `node bench/inspect-latency.ts [samples]`. Prints milliseconds; judges nothing.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { build } from 'vite';
import { z } from 'zod';
import { createView } from '../src/inspect/server/index.ts';
import { launchBrowser } from '../test/support/browser.ts';

const SAMPLES = Number(process.argv[2] ?? 100);
const AGENT = join(import.meta.dirname, 'inspect-latency', 'agent.ts');
const CONFIG = join(import.meta.dirname, '..', 'vite.inspect.config.ts');

interface Case {
  readonly live: number;
  /** Transitions of the others, a second. */
  readonly rate: number;
}

const CASES: readonly Case[] = [
  { live: 1, rate: 0 },
  { live: 1_000, rate: 0 },
  { live: 1_000, rate: 200 },
  { live: 10_000, rate: 0 },
  { live: 10_000, rate: 200 },
];

const answerSchema = z.object({ at: z.number() });

/**
 * Resolves with the instant at which the chart was drawn with another current state: the observer
 * is called in the frame that changes it, and a message is handled after that frame was drawn.
 */
const ARM = `
  window.drawn = new Promise((resolve) => {
    const observer = new MutationObserver(() => {
      const now = document.querySelector('.state.current')?.dataset.state;
      if (now === window.was) return;
      window.was = now;
      observer.disconnect();
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => resolve(performance.timeOrigin + performance.now());
      port2.postMessage(null);
    });
    window.was = document.querySelector('.state.current')?.dataset.state;
    observer.observe(document.querySelector('svg.chart'), { subtree: true, attributeFilter: ['class'] });
  });
  undefined`;

async function sample(page: Page, agent: ChildProcess): Promise<number> {
  await page.evaluate(ARM);
  const answer = once(agent, 'message');
  agent.send('go');
  const [message]: unknown[] = await answer;
  const drawn = await page.evaluate<number>('window.drawn');
  // At another moment of the frame and of the cadences each time.
  await pause(60 + Math.random() * 40);
  return drawn - answerSchema.parse(message).at;
}

async function measure(page: Page, url: string, { live, rate }: Case): Promise<number[]> {
  const agent = fork(AGENT, [url, String(live), String(rate)]);
  try {
    await page.goto(url);
    await page.locator('.list-foot', { hasText: `${live.toLocaleString('en')} actor` }).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('"the one that is watched"');
    await page.keyboard.press('Escape');
    await page.keyboard.press('j');
    await page.locator('.state.current').waitFor();
    await page.getByRole('button', { name: 'Show all' }).waitFor({ state: 'hidden' });
    await page.keyboard.press('/');
    await page.keyboard.press('Control+A');
    await page.keyboard.press('Delete');
    await page.keyboard.press('Escape');
    const took: number[] = [];
    for (let index = 0; index < SAMPLES; index += 1) took.push(await sample(page, agent));
    return took.sort((a, b) => a - b);
  } finally {
    agent.disconnect();
    await once(agent, 'exit');
  }
}

const at = (sorted: readonly number[], part: number): string =>
  (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN)
    .toFixed(1)
    .padStart(7);

const browser = await launchBrowser();
if (browser === null) throw new Error('there is no browser to measure with');
const pageDir = await mkdtemp(join(tmpdir(), 'countersign-bench-'));
try {
  await build({ configFile: CONFIG, logLevel: 'error', build: { outDir: pageDir } });
  process.stdout.write('live actors  others/s      p50      p95      max   (ms)\n');
  for (const each of CASES) {
    const view = createView({ port: 0, pageDir });
    await view.listen();
    const page = await browser.newPage();
    const took = await measure(page, view.url, each);
    process.stdout.write(
      `${String(each.live).padStart(11)}  ${String(each.rate).padStart(8)}  ${at(took, 0.5)}  ${at(took, 0.95)}  ${at(took, 1)}\n`,
    );
    await page.close();
    await view.close();
  }
} finally {
  await browser.close();
  await rm(pageDir, { recursive: true, force: true });
}
