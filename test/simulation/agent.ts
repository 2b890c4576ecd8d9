/** A program that asks: its lives one after the other, on one machine. */

import type { Outcome } from '../../machines/index.ts';
import { type Approvals, type ApprovalsOptions, createApprovals } from '../../src/index.ts';
import type { Judge } from './judge.ts';
import type { Ask } from './ledger.ts';
import type { Life } from './life.ts';
import type { NewLife } from './lives.ts';
import type { Question } from './question.ts';

export interface AgentOptions {
  readonly slot: string;
  readonly questions: readonly Question[];
  readonly settings: ApprovalsOptions;
  readonly judge: Judge;
  /** Makes the next life of the process. */
  readonly bear: (agent: Agent) => NewLife;
  readonly now: () => number;
}

export class Agent {
  readonly slot: string;
  readonly #options: AgentOptions;
  /** Whether the life that is over left something to take up. */
  #lives = 0;
  #resuming = 0;
  #closing: Life | undefined;
  #settled: Life | undefined;
  readonly #asked = new Set<Question>();
  readonly #retried = new Set<Question>();
  life: Life | undefined;
  approvals: Approvals | undefined;

  constructor(options: AgentOptions) {
    this.#options = options;
    this.slot = options.slot;
  }

  /** Whether it runs, and has taken up all that earlier lives left since {@link settle}. */
  get isSettled(): boolean {
    return this.isRunning && this.#settled === this.life && this.#resuming === 0;
  }

  /** Whether it was told to close. */
  get isClosing(): boolean {
    return this.life !== undefined && this.#closing === this.life;
  }

  get isRunning(): boolean {
    return this.life?.isAlive === true;
  }

  /** Starts the process, again where it ran before. */
  start(asks: 'asks' | 'only resumes' = 'asks'): void {
    // What resumed in an earlier life never comes back.
    const { bear, settings, judge, questions, now } = this.#options;
    const { life, ...given } = bear(this);
    this.#lives += 1;
    this.life = life;
    this.#resuming = 0;
    life.say(`starts, pid ${life.process.pid}`);
    const approvals = createApprovals({ ...settings, ...given });
    this.approvals = approvals;
    judge.watch(life, approvals);
    // What was asked with a key of its own is asked again: the program does not know of journals.
    const again = asks === 'asks' && this.#lives > 1 && life.random.chance(0.6);
    if (this.#lives > 1 && (!again || life.random.chance(0.5))) this.#resume(life, approvals);
    if (asks === 'only resumes') return;
    for (const question of questions) {
      const isNew = !this.#asked.has(question);
      if (isNew || (again && question.key !== undefined))
        life.arrival(Math.max(0, question.at - now()), 'agent', () =>
          this.#ask(life, approvals, question),
        );
    }
  }

  /** Runs, and takes up what is left of all lives. */
  settle(asks: 'asks' | 'only resumes' = 'asks'): void {
    if (!this.isRunning) this.start(asks);
    const { life, approvals } = this;
    if (life === undefined || approvals === undefined) return;
    if (this.#closing === life || this.#settled === life) return;
    this.#settled = life;
    this.#resume(life, approvals);
  }

  /** Ends the process in the way that it should. */
  async close(): Promise<void> {
    const { life, approvals } = this;
    if (life?.isAlive !== true || approvals === undefined) return;
    life.say('closes');
    this.#closing = life;
    this.#options.judge.closing(life);
    await approvals.close();
    if (!life.isAlive) return;
    life.say('closed');
    this.#options.judge.closed(life);
  }

  #ask(life: Life, approvals: Approvals, question: Question): void {
    const { now } = this.#options;
    if (this.#closing === life) return;
    const { key, action, args, timeoutMs, abortAfterMs } = question;
    if (key !== undefined && life.number > 1 && this.#asked.has(question))
      life.trace.hit('key.asked_again_after_restart');
    this.#asked.add(question);
    life.say(`asks ${action}${key === undefined ? '' : ` (${key})`}, ${timeoutMs} ms`);
    const ask: Ask = {
      life,
      key,
      action,
      isResumed: false,
      at: now(),
      timeoutMs,
      outcome: undefined,
    };
    const controller = new AbortController();
    if (abortAfterMs !== undefined)
      life.arrival(abortAfterMs, 'agent', () => this.#giveUp(ask, controller));
    const outcome = approvals.request(
      {
        action,
        timeout: timeoutMs / 1000,
        ...(key === undefined ? {} : { key }),
        ...(args === undefined ? {} : { args }),
      },
      { signal: controller.signal },
    );
    this.#expect(ask, outcome);
    outcome.then(
      (ended) => this.#retry(ended, life, approvals, question),
      () => undefined,
    );
  }

  /** Who has a key asks with it again where the platform could not be asked, once. */
  #retry(ended: Outcome, life: Life, approvals: Approvals, question: Question): void {
    const { key, timeoutMs } = question;
    const isOver = ended.status !== 'failed' || ended.error.code !== 'transport';
    if (isOver || key === undefined || this.#retried.has(question)) return;
    this.#retried.add(question);
    life.trace.hit('key.asked_again_after_failure');
    life.arrival(1 + (timeoutMs % 5_000), 'agent', () => this.#ask(life, approvals, question));
  }

  #giveUp(ask: Ask, controller: AbortController): void {
    ask.life.say(`gives up ${ask.action}`);
    ask.life.trace.hit(ask.outcome === undefined ? 'abort.while_waiting' : 'abort.after_the_end');
    ask.gaveUp = true;
    controller.abort();
  }

  #resume(life: Life, approvals: Approvals): void {
    const { judge } = this.#options;
    life.say('resumes');
    this.#resuming += 1;
    const onSoundDisk = judge.resuming(life);
    this.#takeUp(life, approvals)
      .catch((error: unknown) => judge.resumeFailed(life, error, onSoundDisk))
      .finally(() => {
        if (this.life === life) this.#resuming -= 1;
      });
  }

  async #takeUp(life: Life, approvals: Approvals): Promise<void> {
    const { judge, now } = this.#options;
    const all = await approvals.resume();
    if (!life.isAlive) return;
    life.say(`resumed ${all.length}`);
    judge.resumed(life, all.length);
    for (const { action, key, outcome, traceId } of all) {
      const left = judge.deadlineOf(life, { traceId, action, key: key ?? '' }) - now();
      if (left <= 0) life.trace.hit('resume.after_deadline');
      const timeoutMs = Math.max(0, left);
      this.#expect(
        { life, key, action, isResumed: true, at: now(), timeoutMs, outcome: undefined },
        outcome,
      );
    }
  }

  /** Tells the judge of a wait that began, and how it ends. */
  #expect(ask: Ask, outcome: Promise<Outcome>): void {
    const { judge } = this.#options;
    judge.asked(ask);
    outcome.then(
      (ended) => judge.answered(ask, ended),
      (error: unknown) => judge.rejected(ask, error),
    );
  }
}
