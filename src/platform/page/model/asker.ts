/** Where askers say that they are: for the picture, and for nothing else. */
import type { Approval } from './approval.ts';

/** One step of an asker's machine, as it told it. */
export interface AskerStep {
  readonly state: string;
  /** `null` where it did not say. */
  readonly from: string | null;
  /** Milliseconds since the epoch, the server's clock. */
  readonly at: number;
}

/** The steps that this page has heard of, oldest first; at least one. */
export type AskerWay = readonly AskerStep[];

/** Where a machine can be that waits for a person, or is about to. */
const UNDER_WAY: ReadonlySet<string> = new Set([
  'rbacCheck',
  'submitting',
  'awaitingWS',
  'fallbackPolling',
  'withdrawing',
]);

/**
 * The part of a way that goes with what the platform knows: an agent may say anything, such as
 * that it was granted.
 */
export const believable = (way: AskerWay, { outcome }: Pick<Approval, 'outcome'>): AskerWay =>
  way.filter(
    ({ state, from }) =>
      (UNDER_WAY.has(state) || state === outcome) && (from === null || UNDER_WAY.has(from)),
  );

/** By the id of the approval. */
export type Askers = ReadonlyMap<string, AskerWay>;

/** More are not shown: an asker may go back and forth for days. */
const MOST = 50;

/** What is known after a step was heard of, be it for the second time or late. */
export function withStep(askers: Askers, id: string, step: AskerStep): Askers {
  const way = askers.get(id) ?? [];
  const last = way.at(-1);
  if (last !== undefined && (step.at < last.at || isSame(step, last))) return askers;
  return new Map(askers).set(id, [...way, step].slice(-MOST));
}

const isSame = (a: AskerStep, b: AskerStep): boolean =>
  a.at === b.at && a.state === b.state && a.from === b.from;
