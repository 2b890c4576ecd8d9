/**
 * Which faults this run has, and how strong. Swarm testing: each run switches a random part of them
 * on, because a run with all of them gets nowhere and a run with a few gets deep.
 */
import type { Random } from './random.ts';

/** The strongest that each may be: the probability each time that it could happen. */
const STRONGEST = {
  'http.refused': 0.5,
  'http.request_lost': 0.4,
  'http.late': 0.4,
  'http.answer_lost': 0.5,
  'http.reset': 0.4,
  'http.stalled': 0.3,
  'http.dripped': 0.5,
  'http.garbled': 0.4,
  'http.error_before': 0.5,
  'http.error_after': 0.5,
  'http.limited': 0.4,
  'http.unauthorized': 0.4,
  'http.cached': 0.4,
  'http.slow': 1,
  'socket.refused': 0.8,
  'socket.silent_upgrade': 0.6,
  'socket.frame_lost': 1,
  'socket.half_open': 0.6,
  'socket.closed': 0.6,
  'socket.reset': 0.6,
  'socket.reordered': 1,
  'socket.duplicated': 1,
  'socket.garbage': 0.8,
  'socket.foreign': 0.8,
  'platform.outage': 1,
  'platform.partition': 1,
  'platform.unauthorized': 1,
  'platform.restored': 1,
  'platform.forgot': 1,
  'platform.window': 1,
  'platform.expires': 1,
  'platform.limit': 1,
  'disk.full': 0.1,
  'disk.io': 0.05,
  'disk.sync': 0.1,
  'disk.files': 0.1,
  'disk.slow': 0.5,
  'clock.stepped': 1,
  'machine.slept': 1,
  'process.killed': 1,
  'process.power': 1,
  'process.second': 1,
  'process.same_keys': 1,
  'process.aborts': 1,
  'process.closes': 1,
  'person.never': 0.5,
  'person.at_deadline': 0.6,
  'person.at_once': 0.6,
  'person.contradicts': 0.7,
} as const satisfies Readonly<Record<string, number>>;

export type FaultName = keyof typeof STRONGEST;

const NAMES = Object.keys(STRONGEST).filter((name): name is FaultName => name in STRONGEST);

/** What takes no request and no connection away. */
const HARMLESS = /^(person|clock)\.|^socket\.(frame_lost|reordered|duplicated|garbage|foreign)$/;
/** So many of the worlds have nothing else. */
const GENTLE = 0.12;

export class FaultMix {
  readonly #random: Random;
  readonly #strengths = new Map<FaultName, number>();
  #healed = false;

  constructor(random: Random) {
    this.#random = random;
    const share = random.pick([0.04, 0.12, 0.12, 0.25, 0.4]);
    for (const name of NAMES) {
      const isOn = random.chance(share);
      const strength = (0.1 + 0.9 * random.next()) * STRONGEST[name];
      if (isOn) this.#strengths.set(name, strength);
    }
    const gentle = random.fork('plain');
    if (gentle.chance(GENTLE)) this.#beGentle(gentle);
  }

  /** A world in which decisions must come quickly, because little stands in their way. */
  #beGentle(random: Random): void {
    this.#strengths.clear();
    for (const name of NAMES.filter((each) => HARMLESS.test(each)))
      if (random.chance(0.35))
        this.#strengths.set(name, (0.1 + 0.9 * random.next()) * STRONGEST[name]);
  }

  get names(): readonly FaultName[] {
    return [...this.#strengths.keys()];
  }

  get isHealed(): boolean {
    return this.#healed;
  }

  /** Whether this run has it at all. */
  has(name: FaultName): boolean {
    return this.#strengths.has(name);
  }

  /** Whether nothing ever gets lost here, and everybody is always there. */
  get isCalm(): boolean {
    return this.names.every((name) => /^(person|clock)\./.test(name));
  }

  /** Whether nothing but frames gets lost, while every connection stays as it is. */
  get losesFramesAlone(): boolean {
    return this.names.every((name) => HARMLESS.test(name));
  }

  /** Whether it happens this time. */
  strikes(name: FaultName): boolean {
    const strength = this.#strengths.get(name);
    if (strength === undefined || this.#healed) return false;
    return this.#random.chance(strength);
  }

  /** From now on nothing fails any more. */
  heal(): void {
    this.#healed = true;
  }
}
