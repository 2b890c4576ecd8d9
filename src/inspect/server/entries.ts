/** The lines of a timeline, from what a process tells. */
import type { Entry, ProcessEvent } from '../wire.ts';

export type EventOf<Kind extends ProcessEvent['kind']> = Extract<ProcessEvent, { kind: Kind }>;
/** Its number comes from the timeline. */
export type NewEntry = Omit<Entry, 'n'>;

/** The first that was told of an actor: it has begun, or had begun before anybody looked. */
export const beganEntry = ({ at, startedAt, state, context }: EventOf<'actor'>): NewEntry => ({
  kind: 'began',
  at,
  state,
  label: at > startedAt ? 'seen' : 'began',
  context,
});

/** It is elsewhere than when it was told of last, and nothing is known of the way. */
export const unseenEntry = (
  { at, state, context }: EventOf<'actor'>,
  from: string | undefined,
): NewEntry => ({ kind: 'transition', at, state, from, label: 'not seen', context });

export const transitionEntry = (event: EventOf<'transition'>): NewEntry => ({
  kind: 'transition',
  at: event.at,
  state: event.to,
  from: event.from,
  transition: event.transition,
  label: textIn(event.event, 'type') ?? 'an event',
  detail: event.event,
  context: event.context,
});

export const ignoredEntry = ({ at, event }: EventOf<'ignored'>): NewEntry => ({
  kind: 'ignored',
  at,
  label: textIn(event, 'type') ?? 'an event',
  detail: event,
});

export const auditEntry = ({ at, record }: EventOf<'audit'>): NewEntry => ({
  kind: 'audit',
  at,
  label: textIn(record, 'outcome') ?? 'a record',
  detail: record,
});

export const endedEntry = ({ at, status, output }: EventOf<'ended'>): NewEntry => ({
  kind: 'ended',
  at,
  label: status,
  detail: output,
});

export const serviceBeganEntry = (name: string, { startedAt }: EventOf<'actor'>): NewEntry => ({
  kind: 'service',
  at: startedAt,
  label: `${name} began`,
});

export const serviceEndedEntry = (
  name: string,
  { at, status, output }: EventOf<'ended'>,
): NewEntry => ({
  kind: 'service',
  at,
  label: `${name} ${status === 'error' ? 'failed' : status}`,
  detail: output,
});

function textIn(value: unknown, key: string): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const field: unknown = Object.entries(value).find(([name]) => name === key)?.[1];
  return typeof field === 'string' ? field : undefined;
}
