/**
 * A machine as a graph of plain data: what every picture is drawn from. The same names (`approval`,
 * `awaitingWS`, `awaitingWS:decision.received:0`) stand in the charts, and are told by running actors.
 */
import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';

export interface GraphState {
  /** The path below the machine, joined by dots; `''` is the machine itself. */
  readonly id: string;
  /** Its own name, without the path. */
  readonly name: string;
  /** The id of the state that it is in; `undefined` for the machine itself. */
  readonly parent: string | undefined;
  readonly isFinal: boolean;
  readonly description: string | undefined;
  /** The id of the state in which it begins, where it has states. */
  readonly initial: string | undefined;
  readonly services: readonly GraphService[];
}

export interface GraphService {
  /** As the machine calls the running one: `submission`. */
  readonly id: string;
  /** What is run: `submitRequest`. */
  readonly src: string;
}

export interface GraphTransition {
  /** {@link transitionId} */
  readonly id: string;
  /** The state in which it is written; the machine itself for what can happen everywhere. */
  readonly source: string;
  /** `undefined` where nothing is left: an event that is handled, or forbidden, in the state. */
  readonly target: string | undefined;
  /** As written: `decision.received`, `xstate.done.actor.submission`. */
  readonly event: string;
  readonly guard: string | undefined;
  readonly actions: readonly string[];
}

export interface Graph {
  readonly id: string;
  readonly states: readonly GraphState[];
  readonly transitions: readonly GraphTransition[];
}

export function graphOf(machine: AnyStateMachine): Graph {
  const nodes = [machine.root, ...descendants(machine.root)];
  return {
    id: machine.id,
    states: nodes.map(stateOf),
    transitions: nodes.flatMap((node) => definitionsOf(node).map(transitionOf)),
  };
}

/** `awaitingWS.decision`: the path of a state below its machine. */
export const stateId = ({ path }: Pick<AnyStateNode, 'path'>): string => path.join('.');

/**
 * `awaitingWS:decision.received:1`: source, event, and which of the source's transitions for it.
 * The same for a machine and for what `.provide()` makes of it.
 */
export function transitionId(definition: AnyTransitionDefinition): string {
  const { source, eventType } = definition;
  const index = source.transitions.get(eventType)?.indexOf(definition) ?? -1;
  return `${stateId(source)}:${eventType}:${index}`;
}

/** `xstate.done.actor.permission` → `permission done`; other events are called what they are called. */
export function eventLabel(eventType: string): string {
  const [, kind, service] = /^xstate\.(done|error)\.actor\.(.+)$/.exec(eventType) ?? [];
  if (kind !== undefined) return `${service} ${kind === 'done' ? 'done' : 'failed'}`;
  return /^xstate\.after\.([^.]+)/.exec(eventType)?.[1] ?? eventType;
}

/** The name of a guard, as written; `undefined` where there is none. */
export function guardName(guard: unknown): string | undefined {
  if (typeof guard === 'string') return guard;
  if (typeof guard === 'object' && guard !== null && 'type' in guard) return String(guard.type);
  return undefined;
}

const descendants = (node: AnyStateNode): AnyStateNode[] =>
  Object.values(node.states).flatMap((child) => [child, ...descendants(child)]);

const definitionsOf = (node: AnyStateNode): AnyTransitionDefinition[] =>
  [...node.transitions.values()].flat();

const stateOf = (node: AnyStateNode): GraphState => ({
  id: stateId(node),
  name: node.key,
  parent: node.parent === undefined ? undefined : stateId(node.parent),
  isFinal: node.type === 'final',
  description: node.description,
  initial: node.initial?.target.map(stateId)[0],
  services: node.invoke.map(({ id, src }) => ({
    id,
    src: typeof src === 'string' ? src : 'a service',
  })),
});

function transitionOf(definition: AnyTransitionDefinition): GraphTransition {
  const { source, target, eventType, guard, actions } = definition;
  return {
    id: transitionId(definition),
    source: stateId(source),
    target: target?.map(stateId)[0],
    event: eventType,
    guard: guardName(guard),
    actions: actions.map((action) => guardName(action) ?? 'an action'),
  };
}
