/** Plays one story: starts askers, lets them be killed, starts them again, and reads what is left. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Platform } from '../../src/platform/index.ts';
import { AskerProcess, type Ended } from './asker-process.ts';
import { type Evidence, type Journalled, journalledIn, readEvidence } from './evidence.ts';
import { judge } from './judge.ts';
import { Person } from './person.ts';
import type { Plan } from './plan.ts';
import { type CrashPlatform, fakeCrashPlatform, ownCrashPlatform } from './platform.ts';
import type { Life, Story } from './story.ts';

export interface Stage {
  /** Of the built asker. */
  readonly program: string;
  /** An empty folder of this story's own is made in it. */
  readonly folder: string;
  readonly ownPlatform: Platform;
}

export interface Told {
  readonly evidence: Evidence;
  readonly violations: readonly string[];
  /** Points at which a process was ended. */
  readonly reached: readonly string[];
}

/** A life that nobody kills takes no longer, and its process no longer after its client is closed. */
const LONGEST_LIFE_MS = 30_000;
const LONGEST_END_MS = 3_000;

export async function tellStory(story: Story, stage: Stage): Promise<Told> {
  const folder = join(stage.folder, String(story.seed));
  mkdirSync(folder);
  const telling = new Telling(story, { ...stage, folder });
  try {
    return await telling.tell();
  } finally {
    await telling.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

class Telling {
  readonly #story: Story;
  readonly #stage: Stage;
  readonly #workspaceId: string;
  readonly #lives: Ended[] = [];
  readonly #journalled = new Map<string, Journalled>();
  readonly #reached: string[] = [];
  readonly #violations: string[] = [];
  #platform: CrashPlatform | undefined;
  #person: Person | undefined;
  /** Who is to be killed at a point of the platform. */
  readonly #waitingForPoint = new Set<{
    readonly at: string;
    left: number;
    readonly kill: () => void;
  }>();

  constructor(story: Story, stage: Stage) {
    this.#story = story;
    this.#stage = stage;
    this.#workspaceId = `workspace-${story.seed}`;
  }

  async tell(): Promise<Told> {
    const { answers, lives } = this.#story;
    const platform = await this.#openPlatform();
    this.#platform = platform;
    const person = new Person(
      platform,
      (action) => answers.get(action) ?? { says: 'nothing', when: 0 },
    );
    this.#person = person;
    person.start();
    let last: readonly Ended[] = [];
    for (const [n, life] of lives.entries()) {
      const hasBegun = this.#journalled.size > 0 || (await platform.rows()).length > 0;
      // What was forgotten before anybody knew of it is asked anew.
      last = await this.#live(`life-${n + 1}`, hasBegun ? life : { ...life, asks: 'all' });
      this.#lookAtJournal();
      await person.decideWhileDead();
      if (this.#story.lateCreateMs === 0) await platform.settled();
      if (await this.#isOver()) break;
    }
    await platform.settled();
    person.keepNothing();
    const again = this.#story.asksAgain ? 'with a key' : 'nothing';
    // Whoever was killed may have left half a line, also where one beside it ended by itself.
    if (last.some(({ wasKilled }) => wasKilled) || this.#story.asksAgain)
      await this.#liveToTheEnd('last-life', again);
    // What may still arrive is left to the next process.
    if (journalledIn(this.#stage.folder).length > 0)
      await this.#liveToTheEnd('after-life', 'nothing');
    await person.stop();
    const rows = await platform.rows();
    const seen = { story: this.#story, rows, decided: person.decided, lives: this.#lives };
    const journalled = [...this.#journalled.values()];
    const evidence = await readEvidence(this.#stage.folder, { ...seen, journalled });
    const violations = [...this.#violations, ...judge(evidence)];
    return { evidence, violations, reached: this.#reached };
  }

  async close(): Promise<void> {
    await this.#person?.stop();
    await this.#platform?.close();
  }

  #openPlatform(): Promise<CrashPlatform> {
    const { platform, dialect, dropFrames, lateCreateMs } = this.#story;
    if (platform === 'own')
      return Promise.resolve(ownCrashPlatform(this.#stage.ownPlatform, this.#workspaceId));
    return fakeCrashPlatform(
      { dialect, dropFrames },
      {
        arrived: async (what) => {
          const wasKilled = this.#reach(`platform.before_${what}`);
          if (wasKilled && what === 'create') await delay(lateCreateMs);
        },
        stored: (what) => {
          this.#reach(`platform.after_${what}`);
        },
      },
    );
  }

  /** True where somebody is killed now. */
  #reach(at: string): boolean {
    let wasKilled = false;
    for (const waiting of this.#waitingForPoint) {
      if (waiting.at !== at) continue;
      waiting.left -= 1;
      if (waiting.left > 0) continue;
      this.#waitingForPoint.delete(waiting);
      this.#reached.push(at);
      waiting.kill();
      wasKilled = true;
    }
    return wasKilled;
  }

  #live(name: string, life: Life): Promise<Ended[]> {
    const { beside } = life;
    const all = [this.#liveOnce(name, life)];
    if (beside !== undefined) all.push(this.#liveOnce(`${name}-beside`, beside));
    return Promise.all(all);
  }

  async #liveOnce(name: string, life: Life): Promise<Ended> {
    const asker = new AskerProcess(this.#stage.program, name, this.#planOf(life));
    const kill = (): void => asker.kill();
    const { afterMs, on } = life.kill;
    if (on !== undefined) this.#waitingForPoint.add({ at: on.at, left: on.time, kill });
    await asker.begun;
    const timer = setTimeout(kill, afterMs);
    const ended = await asker.ended;
    clearTimeout(timer);
    for (const waiting of this.#waitingForPoint)
      if (waiting.kill === kill) this.#waitingForPoint.delete(waiting);
    if (
      life.crash !== undefined &&
      'at' in life.crash &&
      ended.said.some(({ type }) => type === 'dies')
    )
      this.#reached.push(life.crash.at);
    this.#lives.push(ended);
    return ended;
  }

  async #liveToTheEnd(name: string, asks: Life['asks']): Promise<void> {
    const plan = this.#planOf({ resumes: true, asks, kill: { afterMs: 0 } });
    const asker = new AskerProcess(this.#stage.program, name, plan);
    const limit = setTimeout(() => asker.kill(), LONGEST_LIFE_MS);
    await asker.closed;
    const isClosed = setTimeout(() => asker.kill(), LONGEST_END_MS);
    const ended = await asker.ended;
    clearTimeout(limit);
    clearTimeout(isClosed);
    const hasClosed = ended.said.some(({ type }) => type === 'closed');
    if (ended.wasKilled)
      this.#violations.push(
        hasClosed ? `${name} has closed and did not end` : `${name} waits for ever`,
      );
    this.#lives.push(ended);
  }

  #planOf({ resumes, asks, crash }: Life): Plan {
    const { questions, useWebSocket, auditHmacKey } = this.#story;
    return {
      platformUrl: this.#platform?.url ?? '',
      workspaceId: this.#workspaceId,
      folder: this.#stage.folder,
      useWebSocket,
      auditHmacKey,
      resumes,
      asks: questions.filter(
        ({ key }) => asks === 'all' || (asks === 'with a key' && key !== undefined),
      ),
      crash,
    };
  }

  /** Nothing is under way any more. */
  async #isOver(): Promise<boolean> {
    const rows = (await this.#platform?.rows()) ?? [];
    return rows.length > 0 && journalledIn(this.#stage.folder).length === 0;
  }

  /** Nobody writes to it now. */
  #lookAtJournal(): void {
    try {
      for (const each of journalledIn(this.#stage.folder)) this.#journalled.set(each.traceId, each);
    } catch (error) {
      this.#violations.push(`the journal holds what cannot be read: ${String(error)}`);
    }
  }
}
