/** A machine as a Mermaid state diagram. Pure, and made from the machine alone: it cannot lie. */
import type { AnyStateMachine, AnyStateNode } from 'xstate';

interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly label: string;
}

/**
 * The text of a `stateDiagram-v2`. Transitions of the root are drawn from every state in which they
 * can happen; invoked services are named in their state.
 */
export function toMermaid(machine: AnyStateMachine): string {
  const { root } = machine;
  const nodes = descendants(root);
  return [
    'stateDiagram-v2',
    ...initialOf(root),
    ...Object.values(root.states).flatMap((node) => describe(node)),
    ...merge(nodes.flatMap((node) => arrowsOf(root, node))),
    ...nodes.filter(({ type }) => type === 'final').map((node) => `  ${nameOf(node)} --> [*]`),
    '',
  ].join('\n');
}

const descendants = (node: AnyStateNode): AnyStateNode[] =>
  Object.values(node.states).flatMap((child) => [child, ...descendants(child)]);

const nameOf = (node: AnyStateNode): string => node.path.join('_');

const initialOf = (node: AnyStateNode): string[] =>
  (node.initial?.target ?? []).map((target) => `  [*] --> ${nameOf(target)}`);

const serviceName = ({ src }: AnyStateNode['invoke'][number]): string =>
  typeof src === 'string' ? src : 'a service';

/** A state with states inside is a box; its services stand in the first state. */
function describe(node: AnyStateNode, invoked: readonly string[] = []): string[] {
  const name = nameOf(node);
  const services = [...invoked, ...node.invoke.map(serviceName)];
  const children = Object.values(node.states);
  if (children.length === 0)
    return [`  ${name} : ${node.key}`, ...services.map((src) => `  ${name} : invokes ${src}`)];
  const inside = children.flatMap((child, index) => describe(child, index === 0 ? services : []));
  return [`  state ${name} {`, ...initialOf(node), ...inside, '  }'];
}

/** What can happen in a state: its own transitions, and those of its parents that it does not replace. */
function arrowsOf(root: AnyStateNode, node: AnyStateNode): Arrow[] {
  if (node.type === 'final') return [];
  const inherited = node.parent === root ? arrowsFrom(root, node) : [];
  return [...arrowsFrom(node, node), ...inherited];
}

function arrowsFrom(owner: AnyStateNode, from: AnyStateNode): Arrow[] {
  return [...owner.transitions]
    .filter(([eventType]) => owner === from || !from.transitions.has(eventType))
    .flatMap(([eventType, definitions]) =>
      definitions.flatMap(({ target, guard }) =>
        (target ?? []).map((to) => ({
          from: nameOf(from),
          to: nameOf(to),
          label: `${eventName(eventType)}${guardName(guard)}`,
        })),
      ),
    );
}

/** `xstate.done.actor.permission` → `permission done`. */
function eventName(eventType: string): string {
  const [, kind, service] = /^xstate\.(done|error)\.actor\.(.+)$/.exec(eventType) ?? [];
  if (kind !== undefined) return `${service} ${kind === 'done' ? 'done' : 'failed'}`;
  return /^xstate\.after\.([^.]+)/.exec(eventType)?.[1] ?? eventType;
}

function guardName(guard: unknown): string {
  if (typeof guard === 'string') return ` [${guard}]`;
  if (typeof guard === 'object' && guard !== null && 'type' in guard)
    return ` [${String(guard.type)}]`;
  return '';
}

/** One arrow between two states, with all its reasons. */
function merge(arrows: readonly Arrow[]): string[] {
  const labels = new Map<string, string[]>();
  for (const { from, to, label } of arrows) {
    const key = `  ${from} --> ${to}`;
    labels.set(key, [...(labels.get(key) ?? []), label]);
  }
  return [...labels].map(([arrow, reasons]) => `${arrow} : ${reasons.join(', ')}`);
}
