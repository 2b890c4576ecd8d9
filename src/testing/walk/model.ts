/** The approval machine as a model: where it stands after each step, without running a service. */
import { initialTransition, type SnapshotFrom, transition } from 'xstate';
import { type ApprovalEvent, approvalMachine } from '../../../machines/index.ts';
import { transitionId } from '../../inspect/graph.ts';
import {
  APPROVAL_EVENTS,
  type EventName,
  eventsOf,
  type StepName,
  serviceOf,
  type WalkEvent,
} from './catalogue.ts';
import { sampleRequest } from './sample.ts';

export type ApprovalState = SnapshotFrom<typeof approvalMachine>;
/** The name of a state of the machine. */
export type StateName = ApprovalState['value'];

export const modelRequest = sampleRequest();

/** The machine takes the events of its own services too; its type leaves them out. */
export const machineEvent = (event: WalkEvent): ApprovalEvent => event as ApprovalEvent;

/** A service that does not run cannot settle. */
export function canHappen(state: ApprovalState, event: WalkEvent): boolean {
  const service = serviceOf(event);
  return (
    state.status === 'active' && (service === undefined || Object.hasOwn(state.children, service))
  );
}

export const isHandled = (state: ApprovalState, event: WalkEvent): boolean =>
  canHappen(state, event) && state.can(machineEvent(event));

/** What two situations must share to be the same one. */
export const keyOfState = ({ value, context }: ApprovalState): string =>
  JSON.stringify([value, context.approvalId, context.ending?.by, context.conclusion]);

/** Where the model stands. */
export interface Model {
  readonly state: ApprovalState;
  /** The outcomes of the audit records so far. */
  readonly audit: readonly string[];
  /** How many rows of this approval wait for a person; `undefined` where that is not determined. */
  readonly pending: number | undefined;
  /** The transitions that led here from the step before, by their ids. */
  readonly taken: readonly string[];
}

let start: Model | undefined;

export function startOfModel(): Model {
  start ??= {
    state: initialTransition(approvalMachine, modelRequest)[0],
    audit: [],
    pending: 0,
    taken: [],
  };
  return start;
}

/** Walks go the same ways again and again. */
const known = new WeakMap<Model, Map<StepName, Model | undefined>>();

/** The model after a step; `undefined` where the step cannot happen. */
export function modelAfter(model: Model, step: StepName): Model | undefined {
  const ways = known.get(model) ?? new Map<StepName, Model | undefined>();
  known.set(model, ways);
  if (!ways.has(step)) ways.set(step, computed(model, step));
  return ways.get(step);
}

function computed(model: Model, step: StepName): Model | undefined {
  let next: Model | undefined = { ...model, taken: [] };
  for (const name of eventsOf(step)) next = next === undefined ? undefined : after(next, name);
  return next;
}

/** Whether the machine reacts to a step at all. */
export const handles = (model: Model, step: StepName): boolean =>
  eventsOf(step)
    .slice(0, 1)
    .every((name) => isHandled(model.state, APPROVAL_EVENTS[name]));

function after({ state, audit, pending, taken }: Model, name: EventName): Model | undefined {
  const event: WalkEvent = APPROVAL_EVENTS[name];
  if (!canHappen(state, event)) return undefined;
  const definitions = approvalMachine.getTransitionData(state, machineEvent(event)) ?? [];
  const [next, effects] = transition(approvalMachine, state, machineEvent(event));
  return {
    state: next,
    audit: [...audit, ...effects.flatMap(({ params }) => outcomesIn(params))],
    pending: isHandled(state, event) ? pendingAfter(next, name, pending) : pending,
    taken: [...taken, ...definitions.map((definition) => transitionId(definition))],
  };
}

/** Of an effect that emits an audit record: its outcome. */
function outcomesIn(params: unknown): string[] {
  const emitted = fieldOf(params, 'event');
  const outcome = fieldOf(fieldOf(emitted, 'event'), 'outcome');
  return fieldOf(emitted, 'type') === 'audit' && typeof outcome === 'string' ? [outcome] : [];
}

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

const ROW_ENDS = new Set<EventName>([
  'a person approves',
  'a person approves, and the digest is the one asked',
  'a person denies',
  'the platform expires it',
  'taken back',
  'there was nothing to take back',
  'too late: decided',
  'too late: expired',
  'the submission is refused',
]);

/** Of a row that is being taken back, or of a service that broke, the machine cannot know. */
function pendingAfter(
  { value }: ApprovalState,
  name: EventName,
  before: number | undefined,
): number | undefined {
  if (ROW_ENDS.has(name)) return 0;
  if (value === 'awaitingWS' || value === 'fallbackPolling') return 1;
  return value === 'denied' || name.startsWith('the role') ? before : undefined;
}
