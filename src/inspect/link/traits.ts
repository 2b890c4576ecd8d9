/** What an actor is, read from what XState hands to observers, whose types say little. */
import type { ActorRefLike, AnyTransitionDefinition } from 'xstate';
import { redact } from '../redact.ts';
import { LIMITS, type ProcessEvent } from '../wire.ts';

export type About = Extract<ProcessEvent, { kind: 'actor' }>['about'];

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

const field = (of: unknown, name: string): unknown =>
  isObject(of) ? Reflect.get(of, name) : undefined;

const textField = (of: unknown, name: string): string | undefined => {
  const value = field(of, name);
  return typeof value === 'string' && value !== '' ? value : undefined;
};

const asId = (value: string): string => value.slice(0, LIMITS.id);

/** The machine's id, or what the service is called in `setup()`. */
export function machineOf(actor: ActorRefLike): string {
  const isMachine = field(field(actor, 'logic'), 'root') !== undefined;
  const id = isMachine ? textField(field(actor, 'logic'), 'id') : textField(actor, 'src');
  return asId(id ?? 'a service');
}

/** What its parent calls it: `submission`. */
export const nameOf = (actor: ActorRefLike): string => asId(textField(actor, 'id') ?? 'a service');

/** The session id of the actor that invoked it. */
export const parentOf = (actor: ActorRefLike): string | undefined =>
  textField(field(actor, '_parent'), 'sessionId');

/** `open.connecting`; actors that are no machine are nowhere. Of parallel states, the first. */
export function stateOf(snapshot: unknown): string | undefined {
  const path: string[] = [];
  let value = field(snapshot, 'value');
  while (isObject(value)) {
    const [key] = Object.keys(value);
    if (key === undefined) break;
    path.push(key);
    value = field(value, key);
  }
  if (typeof value === 'string') path.push(value);
  return path.length === 0 ? undefined : asId(path.join('.'));
}

export const contextOf = (snapshot: unknown): unknown => field(snapshot, 'context');

/** An arrow that leads nowhere and does nothing only says that its event is expected. */
export const changesNothing = (transitions: readonly AnyTransitionDefinition[]): boolean =>
  transitions.every(({ target, actions }) => target === undefined && actions.length === 0);

/** What the context of an approval says of it; other machines say nothing. */
export function aboutOf(context: unknown): About {
  const request = field(context, 'request');
  const deadlineAt = field(request, 'deadlineAt');
  const isInstant =
    typeof deadlineAt === 'number' && deadlineAt >= 0 && deadlineAt <= LIMITS.instant;
  return {
    workspaceId: shown(request, 'workspaceId'),
    action: shown(request, 'action'),
    traceId: shown(request, 'traceId'),
    approvalId: shown(context, 'approvalId'),
    deadlineAt: isInstant ? Math.round(deadlineAt) : undefined,
  };
}

export const traceIdOf = (context: unknown): string | undefined =>
  textField(field(context, 'request'), 'traceId');

function shown(of: unknown, name: string): string | undefined {
  const value = redact(textField(of, name));
  return typeof value === 'string' ? value : undefined;
}
