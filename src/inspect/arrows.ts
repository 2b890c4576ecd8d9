/** The arrows of a chart: one between two states, with all the reasons to go along it. */
import { eventLabel, type Graph, type GraphState, type GraphTransition } from './graph.ts';

export interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly reasons: readonly Reason[];
}

export interface Reason {
  /** The id of the transition. */
  readonly id: string;
  /** `decision.received`, `submission done`. */
  readonly event: string;
  readonly guard: string | undefined;
}

/**
 * In the order in which the machine is written. What is written at the machine itself is drawn from
 * each of its states in which it can happen.
 */
export function arrowsOf(graph: Graph): Arrow[] {
  const arrows = new Map<string, { from: string; to: string; reasons: Reason[] }>();
  for (const { id: from } of graph.states.filter(isSource))
    for (const { target: to, ...transition } of transitionsFrom(graph, from)) {
      if (to === undefined) continue;
      const key = JSON.stringify([from, to]);
      const arrow = arrows.get(key) ?? { from, to, reasons: [] };
      arrow.reasons.push(reasonOf(transition));
      arrows.set(key, arrow);
    }
  return [...arrows.values()];
}

/** `decision.received [isApproved]` */
export const reasonLabel = ({ event, guard }: Reason): string =>
  guard === undefined ? event : `${event} [${guard}]`;

const isSource = ({ parent, isFinal }: GraphState): boolean => parent !== undefined && !isFinal;

const reasonOf = ({ id, event, guard }: Omit<GraphTransition, 'target'>): Reason => ({
  id,
  event: eventLabel(event),
  guard,
});

function transitionsFrom({ states, transitions }: Graph, from: string): GraphTransition[] {
  const own = transitions.filter(({ source }) => source === from);
  const isOutermost = states.find(({ id }) => id === from)?.parent === '';
  if (!isOutermost) return own;
  const replaced = new Set(own.map(({ event }) => event));
  return [
    ...own,
    ...transitions.filter(({ source, event }) => source === '' && !replaced.has(event)),
  ];
}
