/** Runs one world from its start until everything in it is at rest. */
import 'yaml';
import { loadParts } from '../../src/approvals/lazy-parts.ts';
import '../../src/rbac/config-problem.ts';
import { disagreement, leftInJournal } from './at-rest.ts';
import type { FaultName } from './fault-mix.ts';
import type { InterestingEvent } from './interesting-events.ts';
import { turns } from './scheduler.ts';
import { WORKSPACE, World } from './world.ts';

export interface Run {
  readonly seed: number;
  /** What was not as it must be; `undefined` where all was. */
  readonly violation: string | undefined;
  /** SHA-256 of the trace, hex. */
  readonly digest: string;
  readonly lines: readonly string[];
  readonly faults: readonly FaultName[];
  readonly counts: ReadonlyMap<InterestingEvent, number>;
  readonly steps: number;
}

/** After everything healed, everything has to be at rest within this time. */
const REST_WITHIN_MS = 200_000;
/** A world that goes on longer goes round in circles. */
const MOST_STEPS = 60_000;
const TICK_LANE = 3_000_000;
/** What is left to happen when everybody has closed. */
const AFTERMATH_MS = 3_000;
/** How long the last process may take to take back what the others left. */
const LAST_MS = 100_000;

// Loading takes turns of the real world, which a simulated one cannot wait for.
await loadParts();

/** @param keepLines whether the lines of the trace are wanted */
export async function simulate(seed: number, keepLines = false): Promise<Run> {
  const { stackTraceLimit } = Error;
  // Errors are ordinary here, and their stacks are what costs most in them.
  Error.stackTraceLimit = 0;
  const world = new World(seed, keepLines);
  const course = new Course(world);
  await turns(() => course.step());
  if (world.violation === undefined) await course.lookAtRest();
  Error.stackTraceLimit = stackTraceLimit;
  return {
    seed,
    violation: world.violation,
    faults: world.faults.names,
    counts: world.trace.counts,
    lines: world.trace.lines,
    digest: world.trace.digest(),
    steps: course.steps,
  };
}

const RECORDS = [
  ['recovered', 'audit.recovered'],
  ['left', 'key.shared_and_left'],
  ['twin', 'twin.withdrawn'],
  ['resumed', 'resume.went_on'],
  ['platform_inconsistent', 'decision.contradiction_audited'],
] as const;

type Phase = 'faulty' | 'healed' | 'closing' | 'last' | 'ending' | 'over';

class Course {
  steps = 0;
  readonly #world: World;
  #phase: Phase = 'faulty';
  #overAt = Infinity;
  #lastUntil = Infinity;

  constructor(world: World) {
    this.#world = world;
    world.scheduler.at(world.healsAt, TICK_LANE, () => this.#heal());
  }

  /** Lets the next thing happen. @returns false where the run is over */
  step(): boolean {
    const { scheduler, violation } = this.#world;
    if (violation !== undefined) return false;
    this.#advance();
    if (scheduler.now >= this.#overAt) return false;
    this.steps += 1;
    if (this.steps > MOST_STEPS) this.#world.fail('it goes round in circles');
    if (scheduler.step()) return true;
    if (this.#phase !== 'over') this.#world.fail(`nothing is left to happen while ${this.#phase}`);
    return false;
  }

  async lookAtRest(): Promise<void> {
    const { ledger, audit, disk, platform } = this.#world;
    this.#countRecords();
    const found = await disagreement({
      workspaceId: WORKSPACE,
      ledger,
      audit,
      disk,
      platform,
    });
    if (found !== undefined) this.#world.fail(found);
  }

  #countRecords(): void {
    const { trace, audit } = this.#world;
    const lines = audit.all().filter(({ ended }) => ended === undefined);
    const outcomes = new Set(lines.map(({ outcome }) => outcome));
    for (const [outcome, event] of RECORDS) if (outcomes.has(outcome)) trace.hit(event);
    if (audit.segments > 1) trace.hit('audit.second_segment');
  }

  #advance(): void {
    if (this.#phase === 'healed' && this.#isQuiet()) this.#close();
  }

  #heal(): void {
    this.#world.heal();
    this.#phase = 'healed';
    this.#tick();
  }

  /** Something happens every second until it is over, also where nobody does anything. */
  #tick(): void {
    if (this.#phase === 'last') this.#last();
    if (this.#phase === 'healed') for (const agent of this.#world.agents) agent.settle();
    if (this.#phase !== 'over') this.#world.scheduler.after(1_000, TICK_LANE, () => this.#tick());
  }

  /** Everybody has an answer, or has waited long enough for one. */
  #isQuiet(): boolean {
    const { scheduler, ledger, healsAt, agents } = this.#world;
    const awakeAt = agents[0]?.life?.time.awakeAt ?? 0;
    if (scheduler.now < Math.max(healsAt, awakeAt) + 1_000) return false;
    if (!agents.every(({ isSettled }) => isSettled)) return false;
    return (
      ledger.waiting().length === 0 || scheduler.now > Math.max(healsAt, awakeAt) + REST_WITHIN_MS
    );
  }

  #close(): void {
    const { agents, scheduler } = this.#world;
    this.#phase = 'closing';
    const over = async (): Promise<void> => {
      await Promise.all(agents.map((agent) => agent.close()));
      for (const { life } of agents) life?.leave(AFTERMATH_MS);
      this.#lastUntil = scheduler.now + LAST_MS;
      this.#phase = 'last';
    };
    over().catch((error: unknown) => this.#world.fail(`close() rejects: ${String(error)}`));
  }

  /** What may still arrive when a process is closed is left to the next one. */
  #last(): void {
    const { agents, disk, scheduler } = this.#world;
    const [agent] = agents;
    if (agent === undefined || agents.some(({ isRunning, isClosing }) => isRunning && isClosing))
      return;
    agent.settle('only resumes');
    if (!agent.isSettled) return;
    if (leftInJournal(disk) !== undefined && scheduler.now < this.#lastUntil) return;
    this.#phase = 'ending';
    const over = async (): Promise<void> => {
      await agent.close();
      this.#phase = 'over';
      this.#overAt = scheduler.now + AFTERMATH_MS;
      scheduler.at(this.#overAt, 0, () => undefined);
    };
    over().catch((error: unknown) => this.#world.fail(`close() rejects: ${String(error)}`));
  }
}
