/** The graph of the approval machine under everything that can happen to it. */
import type { AnyEventObject, SnapshotFrom } from 'xstate';
import { type AdjacencyMap, getAdjacencyMap, TestModel } from 'xstate/graph';
import { type ApprovalRequest, approvalMachine } from '../../machines/index.ts';
import { APPROVAL_EVENTS, nameOfEvent } from './approval-events.ts';
import { approvalRequest } from './approval-request.ts';

export type ApprovalState = SnapshotFrom<typeof approvalMachine>;

export const modelRequest = approvalRequest();

/** `undefined` for events that anybody may send; else the service that must be running for it. */
const serviceOf = ({ type }: AnyEventObject): string | undefined =>
  /^xstate\.\w+\.actor\.(\w+)$/.exec(type)?.[1];

/** A service that does not run cannot settle. */
export function canHappen(state: ApprovalState, event: AnyEventObject): boolean {
  const service = serviceOf(event);
  return (
    state.status === 'active' && (service === undefined || Object.hasOwn(state.children, service))
  );
}

export const isHandled = (state: ApprovalState, event: AnyEventObject): boolean =>
  canHappen(state, event) && state.can(event as never);

/** What two situations must share to be the same one. */
export const keyOfState = ({ value, context }: ApprovalState): string =>
  JSON.stringify([value, context.approvalId, context.ending?.by, context.conclusion]);

interface Adjacent {
  readonly state: ApprovalState;
  readonly next: readonly ApprovalState[];
}

/** `createTestModel` refuses machines with `invoke`; the class takes them. */
const approvalModel = new TestModel<ApprovalState, AnyEventObject, ApprovalRequest>(
  approvalMachine as never,
  {
    events: Object.values(APPROVAL_EVENTS),
    filterEvents: isHandled,
    serializeState: keyOfState,
    serializeEvent: nameOfEvent,
  },
);

/** Every situation, and the ones that can follow it. */
const adjacency: AdjacencyMap<ApprovalState, AnyEventObject> = getAdjacencyMap<
  ApprovalState,
  AnyEventObject,
  ApprovalRequest
>(approvalMachine as never, {
  input: modelRequest,
  events: Object.values(APPROVAL_EVENTS),
  filterEvents: isHandled,
  serializeState: keyOfState,
});
export const situations: readonly Adjacent[] = Object.values(adjacency).map(
  ({ state, transitions }) => ({
    state,
    next: Object.values<Pick<Adjacent, 'state'>>(transitions).map((step) => step.state),
  }),
);

export const shortestPaths = approvalModel.getShortestPaths({ input: modelRequest });
export const simplePaths = approvalModel.getSimplePaths({ input: modelRequest });

/** What happens on a path, as a sentence. */
export const storyOf = (path: (typeof simplePaths)[number]): string =>
  path.steps
    .slice(1)
    .map(({ event }) => nameOfEvent(event))
    .join(' → ');
