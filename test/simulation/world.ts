/** One world: a machine with one or two processes on it, a network, a platform, a person. */
import type { ApprovalsOptions } from '../../src/index.ts';
import { Agent } from './agent.ts';
import { AuditView } from './audit-view.ts';
import { Crashes } from './crashes.ts';
import { Disk } from './disk.ts';
import { planDisturbances, put, TOKEN_PATH } from './disturbances.ts';
import { FaultMix } from './fault-mix.ts';
import { Judge } from './judge.ts';
import { Ledger } from './ledger.ts';
import { LiveNetwork } from './live-network.ts';
import { Lives } from './lives.ts';
import { MachineTime } from './machine-time.ts';
import type { ModelPlatform } from './model-platform.ts';
import { Network } from './network.ts';
import { peopledPlatform } from './peopled-platform.ts';
import { Politeness } from './politeness.ts';
import { settingsOf } from './process-settings.ts';
import { questionsOf } from './question.ts';
import { Random } from './random.ts';
import { Scheduler } from './scheduler.ts';
import { SecondPosts } from './second-posts.ts';
import { Trace } from './trace.ts';

export const WORKSPACE = 'agents of this world';
/**
 * Worlds from this seed on are small: little is asked in them, and they heal soon. Many more of them
 * can be run in the same time.
 */
const SMALL_FROM = 1_000_000;

export class World {
  readonly scheduler: Scheduler;
  readonly trace: Trace;
  readonly faults: FaultMix;
  readonly ledger = new Ledger();
  readonly disk: Disk;
  readonly audit: AuditView;
  readonly platform: ModelPlatform;
  readonly judge: Judge;
  readonly agents: Agent[];
  /** When everything that fails stops failing, true time. */
  readonly healsAt: number;
  violation: string | undefined;
  readonly #random: Random;
  readonly #isSmall: boolean;
  readonly #settings: ApprovalsOptions;
  readonly #time: MachineTime;
  readonly #network: Network;
  readonly #live: LiveNetwork;
  readonly #crashes: Crashes;
  readonly #lives: Lives;

  constructor(seed: number, keepLines: boolean) {
    const random = new Random(seed);
    this.#random = random;
    this.scheduler = new Scheduler(seed);
    this.trace = new Trace(this.scheduler, keepLines);
    this.faults = new FaultMix(random.fork('faults'));
    this.#settings = settingsOf(random.fork('settings'), WORKSPACE);
    this.#time = new MachineTime(this.scheduler);
    this.disk = new Disk(() => this.#time.wall);
    this.audit = new AuditView(this.disk);
    this.#isSmall = seed >= SMALL_FROM;
    this.healsAt = this.#isSmall
      ? random.pick([5_000, 5_000, 15_000])
      : random.pick([5_000, 20_000, 40_000, 70_000]);
    this.platform = this.#makePlatform();
    this.#network = this.#makeNetwork();
    this.#live = this.#makeLive();
    this.judge = this.#makeJudge();
    this.agents = this.#makeAgents();
    this.#crashes = new Crashes({ ...this.#parts(), disk: this.disk, agents: this.agents });
    this.#lives = this.#makeLives();
    this.#prepare();
  }

  /** From now on nothing fails, and everybody is there. */
  heal(): void {
    this.trace.add('world', 'heals');
    this.faults.heal();
    this.platform.isDown = false;
    this.platform.cutOff.clear();
    this.platform.quirks.rateLimit = 100_000;
    if (this.platform.quirks.requireToken !== undefined)
      put(this.disk, TOKEN_PATH, this.platform.quirks.requireToken);
    for (const agent of this.agents) agent.settle();
  }

  fail(violation: string): void {
    if (this.violation !== undefined) return;
    this.violation = violation;
    this.trace.add('judge', violation);
  }

  #parts() {
    const { scheduler, faults, trace, ledger } = this;
    return { scheduler, faults, trace, ledger };
  }

  #makePlatform(): ModelPlatform {
    return peopledPlatform({
      ...this.#parts(),
      random: this.#random.fork('platform'),
      announce: (frame) => this.#live.announce(frame),
    });
  }

  #makeNetwork(): Network {
    const secondPosts = new SecondPosts(this.scheduler, (violation) => this.fail(violation));
    return new Network({
      ...this.#parts(),
      random: this.#random.fork('network'),
      platform: this.platform,
      onSent: (exchange) => this.judge.politeness.sent(exchange),
      onPosted: (exchange, key) => secondPosts.posted(exchange, key),
      onSettled: (record) => {
        secondPosts.settled(record);
        this.judge.politeness.settled(record);
        this.judge.heard(record);
      },
    });
  }

  #makeLive(): LiveNetwork {
    return new LiveNetwork({
      ...this.#parts(),
      random: this.#random.fork('live'),
      platform: this.platform,
      onConnect: (life) => this.judge.politeness.connects(life),
      onLost: (life, frame) => {
        const id = /"approval_id":"([^"]*)"/.exec(frame)?.[1];
        this.ledger.lostFrames.add(`${life.name} ${id}`);
      },
    });
  }

  #makeJudge(): Judge {
    const fail = (violation: string): void => this.fail(violation);
    const politeness = new Politeness({
      ...this.#parts(),
      pollIntervalMs: 1000 * Number(this.#settings.pollInterval),
      reachable: (life) => this.platform.reachable(life),
      network: () => this.#network,
      live: () => this.#live,
      fail,
    });
    return new Judge({ ...this.#parts(), audit: this.audit, politeness, fail });
  }

  #makeAgents(): Agent[] {
    const random = this.#random.fork('agents');
    const slots = this.faults.has('process.second') ? ['A', 'B'] : ['A'];
    if (slots.length > 1) this.trace.hit('process.second_on_same_folder');
    return slots.map(
      (slot) =>
        new Agent({
          slot,
          questions: questionsOf(random, this.faults, {
            ms: Math.floor(this.healsAt * 0.8),
            slot,
            ownKeys: true,
            isSmall: this.#isSmall,
          }),
          settings: this.#settings,
          judge: this.judge,
          now: () => this.scheduler.now,
          bear: () => this.#lives.bear(slot),
        }),
    );
  }

  #makeLives(): Lives {
    return new Lives({
      ...this.#parts(),
      random: this.#random,
      time: this.#time,
      disk: this.disk,
      network: this.#network,
      live: this.#live,
      crashes: this.#crashes,
    });
  }

  #prepare(): void {
    const random = this.#random.fork('prepared');
    if (random.chance(0.03))
      put(this.disk, '/configs/config.yaml', 'rbac:\n  roles: [read-only]\n');
    if (this.platform.quirks.requireToken !== undefined)
      put(this.disk, TOKEN_PATH, this.platform.quirks.requireToken);
    planDisturbances({
      ...this.#parts(),
      random: this.#random.fork('disturbances'),
      platform: this.platform,
      live: this.#live,
      time: this.#time,
      disk: this.disk,
      slots: this.agents.map(({ slot }) => slot),
      workspaceId: WORKSPACE,
      untilMs: this.healsAt,
    });
    this.#crashes.planCloses(random);
    for (const agent of this.agents)
      this.scheduler.after(random.between(0, 200), 1_000_003, () => agent.start());
  }
}
