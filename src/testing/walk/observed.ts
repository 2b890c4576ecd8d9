/** The one plain shape to which the model and every system are brought before they are compared. */
import type { Outcome, OutcomeStatus } from '../../../machines/index.ts';
import type { Model, StateName } from './model.ts';
import { APPROVER } from './sample.ts';

/**
 * What can be seen of an approval from outside. Only what a system gives is compared: leave out
 * what yours cannot know.
 */
export interface ObservedApproval {
  /** `waiting` until the asker has an answer, then how it ended. */
  readonly status: 'waiting' | OutcomeStatus;
  /** The state of the machine. */
  readonly state?: StateName | undefined;
  /** Whether the asker knows the platform's id. */
  readonly knowsId?: boolean | undefined;
  /** Who decided, as the outcome names them; `null` for nobody, and while it waits. */
  readonly decidedBy?: string | null | undefined;
  /** `cause` of the outcome; `null` for none, and while it waits. */
  readonly cause?: string | null | undefined;
  /** `outcome` of every audit record of this approval, in order. */
  readonly audit?: readonly string[] | undefined;
  /** Rows of this approval on the platform that still wait for a person. */
  readonly pending?: number | undefined;
  /** Open sockets of the whole asking process, whatever the number of its approvals. */
  readonly sockets?: number | undefined;
  /** The most list requests of the asking process that were under way at the same moment, so far. */
  readonly readsAtOnce?: number | undefined;
}

/** What must be seen where the model stands. A field that is not there may be anything. */
export const expectedOf = ({ state, audit, pending }: Model): ObservedApproval => ({
  status: state.output?.status ?? 'waiting',
  state: state.value,
  knowsId: state.context.approvalId !== null,
  ...endOf(state.output),
  audit,
  pending,
  sockets: SOCKETS[state.value],
  readsAtOnce: 1,
});

/** What an outcome says about its end; nobody and nothing while there is none. */
export function endOf(outcome: Outcome | undefined) {
  const decidedBy = outcome !== undefined && 'decidedBy' in outcome ? outcome.decidedBy : undefined;
  const cause = outcome !== undefined && 'cause' in outcome ? outcome.cause : undefined;
  return { decidedBy: decidedBy ?? null, cause: cause ?? null };
}

/** One channel for all who wait. Where it is being opened, or somebody may still need it: anything. */
const SOCKETS: Partial<Record<StateName, number>> = {
  rbacCheck: 0,
  awaitingWS: 1,
  fallbackPolling: 0,
  granted: 0,
  denied: 0,
  timeout: 0,
  withdrawn: 0,
  failed: 0,
};

export const FIELDS = [
  'status',
  'state',
  'knowsId',
  'decidedBy',
  'cause',
  'audit',
  'pending',
  'sockets',
  'readsAtOnce',
] as const satisfies readonly (keyof ObservedApproval)[];

/** One field in which a system is not where the model is. */
export interface Difference {
  readonly field: (typeof FIELDS)[number];
  readonly expected: string;
  readonly seen: string;
}

/** @param approver who decides in the system that was seen */
export function differencesOf(
  expected: ObservedApproval,
  seen: ObservedApproval,
  approver = APPROVER,
): Difference[] {
  const named = expected.decidedBy === APPROVER ? { ...expected, decidedBy: approver } : expected;
  return FIELDS.filter((field) => !isSame(field, named, seen)).map((field) => ({
    field,
    expected: `${field === 'readsAtOnce' ? 'at most ' : ''}${shown(named[field])}`,
    seen: shown(seen[field]),
  }));
}

function isSame(
  field: (typeof FIELDS)[number],
  expected: ObservedApproval,
  seen: ObservedApproval,
): boolean {
  if (expected[field] === undefined || seen[field] === undefined) return true;
  if (field === 'readsAtOnce') return (seen.readsAtOnce ?? 0) <= (expected.readsAtOnce ?? 0);
  return shown(expected[field]) === shown(seen[field]);
}

export function shown(value: ObservedApproval[(typeof FIELDS)[number]]): string {
  if (value === null) return 'none';
  return typeof value === 'object' ? value.join(', ') || 'nothing' : String(value);
}
