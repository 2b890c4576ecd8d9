/** Paths through the graph of the approval machine, with every event filled in. */
import { getShortestPaths, getSimplePaths } from 'xstate/graph';
import { type ApprovalEvent, approvalMachine } from '../../../machines/index.ts';
import { APPROVAL_EVENTS, EVENT_NAMES, nameOfEvent, type StepName } from './catalogue.ts';
import {
  isHandled,
  keyOfState,
  type Model,
  machineEvent,
  modelAfter,
  modelRequest,
  startOfModel,
} from './model.ts';
import { expectedOf, type ObservedApproval } from './observed.ts';

/** One thing that happens, and what must be seen then. */
export interface PathStep {
  readonly name: StepName;
  readonly expected: ObservedApproval;
}

export interface ApprovalPath {
  /** What happens, in one sentence: `the roles allow asking → submitted, channel live → …`. */
  readonly name: string;
  /** What must be seen before the first step. */
  readonly start: ObservedApproval;
  readonly steps: readonly PathStep[];
}

export interface PathOptions {
  /** `shortest`: one to each situation. `simple` (default): all that meet no situation twice. */
  readonly kind?: 'shortest' | 'simple' | undefined;
}

/**
 * The paths through the real `approvalMachine` under everything that can happen to it: first
 * the shorter ones, each also as a part of those that go on from it.
 *
 * @example
 * ```ts
 * for (const { name, steps } of approvalPaths({ kind: 'shortest' }))
 *   console.log(name, '→', steps.at(-1)?.expected.status);
 * ```
 */
export function approvalPaths({ kind = 'simple' }: PathOptions = {}): readonly ApprovalPath[] {
  return statePaths(kind)
    .filter(({ steps }) => steps.length > 1)
    .map(({ steps }) => pathOf(steps.slice(1).map(nameOfStep)));
}

/** A path of these steps. @throws Error where one of them cannot happen */
export function pathOf(names: readonly StepName[]): ApprovalPath {
  let model: Model = startOfModel();
  const start = expectedOf(model);
  const steps = names.map((name): PathStep => {
    const next = modelAfter(model, name);
    if (next === undefined) throw new Error(`"${name}" cannot happen in ${model.state.value}`);
    model = next;
    return { name, expected: expectedOf(model) };
  });
  return { name: names.join(' → '), start, steps };
}

const nameOfStep = ({ event }: { readonly event: ApprovalEvent }): StepName => nameOfEvent(event);

const traversal = {
  input: modelRequest,
  events: EVENT_NAMES.map((name) => machineEvent(APPROVAL_EVENTS[name])),
  filterEvents: isHandled,
  serializeState: keyOfState,
  serializeEvent: nameOfEvent,
};

/** As they come out of the graph, the one without a step included. */
export const statePaths = (kind: 'shortest' | 'simple') =>
  (kind === 'shortest' ? getShortestPaths : getSimplePaths)(approvalMachine, traversal);
