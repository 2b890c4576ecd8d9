/** How processes end before their time, and come back. */
import type { Agent } from './agent.ts';
import type { Disk } from './disk.ts';
import type { FaultMix } from './fault-mix.ts';
import type { Ledger } from './ledger.ts';
import type { CrashPlan, Life } from './life.ts';
import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';
import type { Trace } from './trace.ts';

export interface CrashesOptions {
  readonly scheduler: Scheduler;
  readonly faults: FaultMix;
  readonly trace: Trace;
  readonly ledger: Ledger;
  readonly disk: Disk;
  readonly agents: readonly Agent[];
}

const LANE = 1_000_003;
/** Lives of one process that may end in a crash. */
const CRASHING_LIVES = 3;

export class Crashes {
  readonly #options: CrashesOptions;

  constructor(options: CrashesOptions) {
    this.#options = options;
  }

  planFor(random: Random, life: number): CrashPlan | undefined {
    const { faults } = this.#options;
    if (!faults.has('process.killed') && !faults.has('process.power')) return undefined;
    if (life > CRASHING_LIVES || random.chance(0.15)) return undefined;
    return {
      atOperation: random.between(1, random.pick([40, 80, 160])),
      moment: random.pick(['before', 'after']),
    };
  }

  /** Processes that end as they should, and begin again. */
  planCloses(random: Random): void {
    const { faults, agents, scheduler } = this.#options;
    if (!faults.has('process.closes')) return;
    for (const agent of agents)
      scheduler.after(random.between(100, 30_000), LANE, () => {
        if (!faults.isHealed && agent.isRunning)
          void this.#closeAndRestart(agent, random.between(10, 5_000));
      });
  }

  async #closeAndRestart(agent: Agent, ms: number): Promise<void> {
    const { life } = agent;
    await agent.close();
    if (life?.wasCrashed !== false) return;
    life.end();
    this.#restart(agent, ms);
  }

  happened(life: Life, during: string): void {
    const { trace, faults } = this.#options;
    life.say(`dies at ${during}`);
    this.#count(life, during);
    const isPower =
      faults.has('process.power') && (!faults.has('process.killed') || life.random.chance(0.4));
    if (isPower) this.#cutPower(life);
    trace.add(life.name, isPower ? 'power cut' : 'kill -9');
    for (const agent of this.#options.agents)
      if (!agent.isRunning && agent.life?.wasCrashed === true)
        this.#restart(agent, life.random.between(20, life.random.pick([500, 20_000])));
  }

  #cutPower(life: Life): void {
    const { trace, disk, agents } = this.#options;
    trace.hit('crash.power_cut');
    for (const agent of agents) agent.life?.crashQuietly();
    const { namesLost, torn } = disk.powerCut(life.random);
    if (torn > 0) trace.hit('disk.torn_by_power_cut');
    if (namesLost > 0) trace.hit('disk.names_lost_by_power_cut');
  }

  #restart(agent: Agent, ms: number): void {
    this.#options.scheduler.after(ms, LANE, () => {
      if (!agent.isRunning && !this.#options.faults.isHealed) agent.start();
    });
  }

  #count(life: Life, during: string): void {
    const { trace, ledger } = this.#options;
    const watched = [...ledger.watched.values()].filter((each) => each.life === life);
    const asked = ledger.asks.filter((ask) => ask.life === life && ask.outcome === undefined);
    if (during === 'http create') trace.hit('crash.at_post');
    if (watched.some(({ state }) => state === 'submitting') && during.startsWith('disk'))
      trace.hit('crash.before_post');
    if (watched.some(({ state }) => state === 'awaitingWS' || state === 'fallbackPolling'))
      trace.hit('crash.while_waiting');
    if (watched.some(({ state }) => state === 'withdrawing')) trace.hit('crash.while_withdrawing');
    if (watched.some(({ ends }) => ends.length > 0) && asked.length > 0)
      trace.hit('crash.after_end_before_answer');
  }
}
