/** Looks at a system until it is where the model is. */
import { setTimeout as delay } from 'node:timers/promises';
import { type Difference, differencesOf, type ObservedApproval } from './observed.ts';
import { problemOf, within } from './patience.ts';
import { checkObservation } from './refusals.ts';
import type { ApprovalSystem, Observation } from './system.ts';

/** A system that is not where the model is. */
export interface Divergence {
  readonly expected: ObservedApproval;
  /** `undefined` where it could not be seen. */
  readonly seen: ObservedApproval | undefined;
  readonly differences: readonly Difference[];
  /** What was thrown, or took too long; `undefined` where it is only somewhere else. */
  readonly problem: string | undefined;
}

/**
 * Waits until the system is where the model is, and stays there.
 *
 * @param patienceMs how long it may take to be there, and each look, milliseconds
 * @param quietMs how long it must stay there, milliseconds
 * @throws Error where what is seen says nothing
 */
export async function together(
  system: ApprovalSystem,
  expected: ObservedApproval,
  { patienceMs, quietMs }: { readonly patienceMs: number; readonly quietMs: number },
): Promise<Divergence | undefined> {
  const look = () => divergenceOf(system, expected, patienceMs);
  const until = performance.now() + patienceMs;
  let pauseMs = 0;
  for (;;) {
    const divergence = await look();
    if (divergence === undefined) {
      await delay(quietMs);
      if ((await look()) === undefined) return undefined;
    } else if (performance.now() >= until) return divergence;
    await delay(pauseMs);
    pauseMs = Math.min(20, pauseMs + 2);
  }
}

async function divergenceOf(
  system: ApprovalSystem,
  expected: ObservedApproval,
  patienceMs: number,
): Promise<Divergence | undefined> {
  let observation: Observation;
  try {
    observation = await within(patienceMs, 'observe()', () => system.observe());
  } catch (error) {
    const problem = problemOf('observe()', error);
    return { expected, seen: undefined, differences: [], problem };
  }
  checkObservation(observation);
  for (const seen of [observation].flat()) {
    const differences = differencesOf(expected, seen, system.approver);
    if (differences.length > 0) return { expected, seen, differences, problem: undefined };
  }
  return undefined;
}
