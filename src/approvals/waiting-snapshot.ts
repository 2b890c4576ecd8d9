/**
 * A waiting approval as its machine would persist it, made of what is known of it anyway. XState
 * does not document what a persisted snapshot looks like: `package.json` takes patches of one minor
 * version alone, and a test compares with what XState itself persists.
 */
import type { Snapshot } from 'xstate';
import type { ApprovalChildren, ApprovalContext, ApprovalRequest } from '../../machines/index.ts';

export interface Waiting {
  readonly state: 'awaitingWS' | 'fallbackPolling';
  readonly request: ApprovalRequest;
  readonly approvalId: string;
}

type Service = {
  readonly [Id in keyof ApprovalChildren]: { readonly id: Id; readonly src: ApprovalChildren[Id] };
}[keyof ApprovalChildren];

/** The services of the two states, as the chart names them. */
const SERVICES = {
  awaitingWS: { id: 'liveDecision', src: 'awaitDecision' },
  fallbackPolling: { id: 'polledDecision', src: 'pollDecision' },
} as const satisfies Record<Waiting['state'], Service>;

/** @param deadlineAt in the wall time of now, which somebody may have set since the request began */
export function waitingSnapshot(waiting: Waiting, deadlineAt: number) {
  const { state, request, approvalId } = waiting;
  const { id, src } = SERVICES[state];
  return {
    ...ACTIVE,
    value: state,
    historyValue: {},
    context: waitingContext(waiting),
    children: {
      deadline: child('deadline', { deadlineAt }),
      [id]: child(src, { request, approvalId }),
    },
  };
}

export const waitingContext = ({ request, approvalId }: Waiting): ApprovalContext => ({
  request,
  approvalId,
  ending: null,
  conclusion: null,
});

/** Restoring looks for actors in the context and takes whatever has this mark for one. */
export const canBeRestored = ({ args }: ApprovalRequest): boolean =>
  args === null || !JSON.stringify(args).includes('xstate$$type');

const ACTIVE = {
  status: 'active',
  output: undefined,
  error: undefined,
} as const satisfies Snapshot<unknown>;

const child = (src: Service['src'], input: object) => ({
  snapshot: { ...ACTIVE, input },
  src,
  syncSnapshot: false,
});
