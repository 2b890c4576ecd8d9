/** What the agents of a world ask, and when. */
import type { FaultMix } from './fault-mix.ts';
import type { Random } from './random.ts';

export interface Question {
  /** True time, milliseconds. */
  readonly at: number;
  /** The caller's own; `undefined`: a new one. */
  readonly key: string | undefined;
  readonly action: string;
  readonly args: { readonly amount: number } | undefined;
  readonly timeoutMs: number;
  /** When the caller gives up, after `at`. */
  readonly abortAfterMs: number | undefined;
}

const LONG_MS = [300_000, 3_600_000, 30 * 86_400_000] as const;

/** @param keys those that other processes use as well */
export function questionsOf(
  random: Random,
  faults: FaultMix,
  within: {
    readonly ms: number;
    readonly slot: string;
    readonly ownKeys: boolean;
    readonly isSmall: boolean;
  },
): Question[] {
  const count = within.isSmall ? random.pick([1, 1, 1, 2]) : random.pick([1, 1, 2, 2, 3, 5]);
  const questions: Question[] = [];
  const others = random.fork(within.slot);
  for (let number = 0; number < count; number += 1) {
    const shares = faults.has('process.same_keys') && random.chance(0.7);
    const name = shares ? `shared ${number % 2}` : `${within.slot}${number}`;
    const isOther = shares && others.chance(0.3);
    const isKeyed = within.ownKeys && (shares || random.chance(0.4));
    questions.push({
      at: random.chance(0.5) ? random.between(0, 500) : random.between(0, within.ms),
      key: isKeyed ? `key ${name}` : undefined,
      // The same key for something else is refused.
      action: isOther ? `act otherwise ${name}` : `act ${name}`,
      args: (isKeyed ? number % 2 === 0 : random.chance(0.5)) ? { amount: number % 2 } : undefined,
      timeoutMs: timeoutOf(random, within.isSmall),
      abortAfterMs: faults.strikes('process.aborts') ? abortOf(random) : undefined,
    });
  }
  return questions;
}

function timeoutOf(random: Random, isSmall: boolean): number {
  if (random.chance(0.04)) return random.pick([...LONG_MS]);
  const usual = isSmall
    ? random.pick([2_000, 5_000, 15_000])
    : random.pick([2_000, 5_000, 15_000, 30_000, 60_000]);
  return usual + random.between(0, 999);
}

const abortOf = (random: Random): number =>
  random.chance(0.3) ? random.between(0, 30) : random.between(30, 20_000);
