/** A machine as a Mermaid state diagram. Pure, and made from the machine alone: it cannot lie. */
import type { AnyStateMachine } from 'xstate';
import { arrowsOf, reasonLabel } from './arrows.ts';
import { type Graph, type GraphState, graphOf } from './graph.ts';

/**
 * The text of a `stateDiagram-v2`. Transitions of the root are drawn from every state in which they
 * can happen; invoked services are named in their state.
 */
export function toMermaid(machine: AnyStateMachine): string {
  const graph = graphOf(machine);
  return [
    'stateDiagram-v2',
    ...initialOf(graph, ''),
    ...childrenOf(graph, '').flatMap((state) => describe(graph, state)),
    ...arrowsOf(graph).map(
      ({ from, to, reasons }) =>
        `  ${nameOf(from)} --> ${nameOf(to)} : ${reasons.map(reasonLabel).join(', ')}`,
    ),
    ...graph.states.filter(({ isFinal }) => isFinal).map(({ id }) => `  ${nameOf(id)} --> [*]`),
    '',
  ].join('\n');
}

const childrenOf = ({ states }: Graph, id: string): GraphState[] =>
  states.filter(({ parent }) => parent === id);

/** Mermaid takes no dots in names. */
const nameOf = (id: string): string => id.replaceAll('.', '_');

function initialOf({ states }: Graph, id: string): string[] {
  const initial = states.find((state) => state.id === id)?.initial;
  return initial === undefined ? [] : [`  [*] --> ${nameOf(initial)}`];
}

/** A state with states inside is a box; its services stand in the first state. */
function describe(graph: Graph, state: GraphState, invoked: readonly string[] = []): string[] {
  const name = nameOf(state.id);
  const services = [...invoked, ...state.services.map(({ src }) => src)];
  const children = childrenOf(graph, state.id);
  if (children.length === 0)
    return [`  ${name} : ${state.name}`, ...services.map((src) => `  ${name} : invokes ${src}`)];
  const inside = children.flatMap((child, index) =>
    describe(graph, child, index === 0 ? services : []),
  );
  return [`  state ${name} {`, ...initialOf(graph, state.id), ...inside, '  }'];
}
