/** One world: a machine with one or two processes on it, a network, a platform, a person. */
import type { ApprovalsOptions } from '../../src/index.ts';
import { Agent } from './agent.ts';
import { STATE_FOLDER } from './at-rest.ts';
import { AUDIT_PATH, AuditView } from './audit-view.ts';
import { Crashes } from './crashes.ts';
import { Disk } from './disk.ts';
import { planDisturbances, put, TOKEN_PATH } from './disturbances.ts';
import { environmentOf } from './environment-of.ts';
import { FaultMix } from './fault-mix.ts';
import { Judge } from './judge.ts';
import { Ledger } from './ledger.ts';
import { Life } from './life.ts';
import { LiveNetwork } from './live-network.ts';
import { MachineTime } from './machine-time.ts';
import { ModelPlatform } from './model-platform.ts';
import { Network } from './network.ts';
import { Person } from './person.ts';
import { Politeness } from './politeness.ts';
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
const ORIGIN = 'http://agents.example';

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
  readonly #lives: Life[] = [];

  constructor(seed: number, keepLines: boolean) {
    const random = new Random(seed);
    this.#random = random;
    this.scheduler = new Scheduler(seed);
    this.trace = new Trace(this.scheduler, keepLines);
    this.faults = new FaultMix(random.fork('faults'));
    this.#settings = settingsOf(random.fork('settings'));
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
    const { faults } = this;
    const random = this.#random.fork('platform');
    const person = random.fork('person');
    const platform: ModelPlatform = new ModelPlatform({
      ...this.#parts(),
      random,
      isOwn: random.chance(0.3),
      skewMs: random.pick([0, 0, 86_400_000, -86_400_000]),
      quirks: {
        dialect: random.pick(['enveloped', 'flat']),
        requireToken: random.chance(0.3) ? 'token-0' : undefined,
        requireOrigin: random.pick([undefined, undefined, ORIGIN, 'http://other.example']),
        rateLimit: faults.has('platform.limit') ? random.between(8, 60) : 100_000,
        expireAfterMs: faults.has('platform.expires') ? random.between(3_000, 40_000) : 600_000,
      },
      announce: (frame) => this.#live.announce(frame),
      onCreate: (row) => {
        if (this.ledger.rowsOfKey(row.task_id).length > 0)
          this.trace.hit('post.second_row_of_a_key');
        this.ledger.created(row, this.scheduler.now);
        this.trace.add('platform', `stores ${row.id} of ${row.task_id}`);
        new Person({ ...this.#parts(), platform, random: person }).sees(row);
      },
    });
    return platform;
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
    const settings = this.#settings;
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
          settings,
          judge: this.judge,
          now: () => this.scheduler.now,
          bear: (agent) => this.#bear(agent),
        }),
    );
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

  #bear(agent: Agent) {
    const number = this.#lives.filter(({ name }) => name.startsWith(agent.slot)).length + 1;
    const random = this.#random.fork(`${agent.slot}${number}`);
    const time = this.#time;
    // A pid is used again soon on a small machine.
    const identity = {
      pid: 100 + random.between(0, 3),
      startedAt: `${this.scheduler.now}`,
      host: 'machine',
    };
    const life = new Life({
      name: `${agent.slot}${number}`,
      number,
      identity,
      isAlive: (other) =>
        this.#lives.some(
          ({ isAlive, process }) =>
            isAlive && process.pid === other.pid && process.startedAt === other.startedAt,
        ),
      lanes: this.#lives.length,
      time,
      random,
      trace: this.trace,
      crash: this.#crashes.planFor(random, number),
      mayCrash: () => !this.faults.isHealed,
      onCrash: (dead, during) => this.#crashes.happened(dead, during),
      onEnd: (dead) => {
        this.#network.forget(dead);
        this.#live.forget(dead);
      },
    });
    this.#lives.push(life);
    if (number > 1) this.trace.hit('process.restarted');
    const { disk, faults } = this;
    const environment = environmentOf(life, {
      disk,
      faults,
      network: this.#network,
      live: this.#live,
    });
    return { life, environment };
  }
}

function settingsOf(random: Random): ApprovalsOptions {
  return {
    platformUrl: 'http://platform.example/',
    workspaceId: WORKSPACE,
    pollInterval: random.pick([5, 5, 5, 2]),
    origin: ORIGIN,
    token: '',
    configDir: '/configs',
    auditLogPath: AUDIT_PATH,
    auditHmacKey: '',
    stateDir: STATE_FOLDER,
    confirmGrants: random.chance(0.2),
    useWebSocket: !random.chance(0.15),
  };
}
