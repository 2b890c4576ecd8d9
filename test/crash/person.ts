/** The person who decides, as the story says it; looks at the platform's rows now and then. */
import type { CrashPlatform, Decision, Row } from './platform.ts';

/** What the person says to one question, and when. */
export interface Answer {
  readonly says: Decision | 'nothing';
  /** `dead`: while no asker lives, or at last when the final one does. Milliseconds after it is seen. */
  readonly when: 'dead' | number;
}

export interface Decided {
  readonly row: Row;
  readonly decision: Decision;
  readonly at: number;
}

const LOOK_EVERY_MS = 25;

export class Person {
  readonly decided: Decided[] = [];
  readonly #platform: CrashPlatform;
  readonly #answerTo: (action: string) => Answer;
  readonly #seen = new Map<string, number>();
  readonly #decidedIds = new Set<string>();
  #isDead = false;
  #wantsToStop = false;
  #looking: Promise<void> | undefined;

  constructor(platform: CrashPlatform, answerTo: (action: string) => Answer) {
    this.#platform = platform;
    this.#answerTo = answerTo;
  }

  start(): void {
    this.#looking ??= this.#lookOnAndOn();
  }

  async stop(): Promise<void> {
    this.#wantsToStop = true;
    await this.#looking;
  }

  /** No asker lives now: what was kept for this moment is said. */
  async decideWhileDead(): Promise<void> {
    this.#isDead = true;
    await this.look();
    this.#isDead = false;
  }

  /** The last asker has begun: nothing is kept any more. */
  keepNothing(): void {
    this.#isDead = true;
  }

  async look(): Promise<void> {
    const now = Date.now();
    for (const row of await this.#platform.rows()) {
      if (row.status !== 'pending' || this.#decidedIds.has(row.id)) continue;
      const { says, when } = this.#answerTo(row.action);
      const seenAt = this.#seen.get(row.id) ?? now;
      this.#seen.set(row.id, seenAt);
      const isTime = when === 'dead' ? this.#isDead : now - seenAt >= when;
      if (says === 'nothing' || !isTime) continue;
      this.#decidedIds.add(row.id);
      if (await this.#platform.decide(row, says))
        this.decided.push({ row, decision: says, at: Date.now() });
    }
  }

  async #lookOnAndOn(): Promise<void> {
    while (!this.#wantsToStop) {
      await this.look();
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }
}
