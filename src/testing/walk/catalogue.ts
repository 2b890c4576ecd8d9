/** Everything that can happen to an approval, named as a person would say it. */
import type { DoneActorEvent, ErrorActorEvent } from 'xstate';
import type {
  ApprovalEvent,
  Permission,
  Problem,
  Submission,
  Withdrawal,
} from '../../../machines/index.ts';
import { sampleDecision } from './sample.ts';

/** What the machine is told: by those who use it, or by the services that it invokes. */
export type WalkEvent = ApprovalEvent | DoneActorEvent | ErrorActorEvent;

const done = (actorId: string, output: Permission | Submission | Withdrawal): WalkEvent => ({
  type: `xstate.done.actor.${actorId}`,
  actorId,
  output,
});
const broke = (actorId: string): WalkEvent => ({
  type: `xstate.error.actor.${actorId}`,
  actorId,
  error: new Error('a service broke'),
});
const received = (fields: Parameters<typeof sampleDecision>[0]): WalkEvent => ({
  type: 'decision.received',
  decision: sampleDecision(fields),
});

const problem: Problem = { code: 'transport', message: 'Failed to create request: 500' };
const auth: Problem = { code: 'auth', message: 'the platform did not accept the token' };

/** One event of the machine for each name. */
export const APPROVAL_EVENTS = {
  'the roles allow asking': done('permission', { status: 'allowed', roles: ['operator'] }),
  'the roles forbid asking': done('permission', { status: 'denied', roles: ['read-only'] }),
  'the roles cannot be read': done('permission', {
    status: 'unreadable',
    problem: { code: 'config', message: 'config.yaml:3 is wrong' },
  }),
  'the role check breaks': broke('permission'),
  'submitted, channel live': done('submission', {
    status: 'submitted',
    approvalId: 'approval-1',
    channel: 'live',
  }),
  'submitted, channel down': done('submission', {
    status: 'submitted',
    approvalId: 'approval-1',
    channel: 'down',
  }),
  'the submission is refused': done('submission', { status: 'refused', problem }),
  'the submission breaks': broke('submission'),
  'a person approves': received({}),
  'a person approves, and the digest is the one asked': received({
    digest: `sha256:${'a'.repeat(64)}`,
  }),
  'an approval of other arguments': received({ digest: `sha256:${'b'.repeat(64)}` }),
  'an approval of edited arguments': received({ edited: true }),
  'a person denies': received({ status: 'denied', note: 'not on a Friday' }),
  'the platform expires it': received({ status: 'expired', decidedBy: null }),
  'somebody else withdraws it': received({ status: 'withdrawn', decidedBy: null }),
  'an approval of another request': received({ approvalId: 'approval-2' }),
  'an approval of the same id in another case': received({ approvalId: 'APPROVAL-1' }),
  'the channel is lost': { type: 'channel.lost', error: 'closed (1006)' },
  'the channel is live': { type: 'channel.live' },
  'the wait fails': { type: 'wait.failed', problem: auth },
  'the live wait breaks': broke('liveDecision'),
  'the polled wait breaks': broke('polledDecision'),
  'the deadline passes': { type: 'deadline.passed' },
  'the caller withdraws': { type: 'approval.withdraw', why: 'the run was cancelled' },
  'taken back': done('withdrawal', { status: 'withdrawn' }),
  'there was nothing to take back': done('withdrawal', { status: 'not_submitted' }),
  'too late: decided': done('withdrawal', { status: 'already_decided' }),
  'too late: expired': done('withdrawal', { status: 'already_expired' }),
  'nobody knows': done('withdrawal', { status: 'unknown', error: '503' }),
  'taking back breaks': broke('withdrawal'),
} satisfies Record<string, WalkEvent>;

export type EventName = keyof typeof APPROVAL_EVENTS;

/**
 * What happens in the world before the machine can be told, and reaches it later: one step of a
 * walk, several events of the machine. A decision that is made before anybody listens is the
 * classic that gets lost.
 */
export const STORIES = {
  'approved before the create is answered, channel live': [
    'submitted, channel live',
    'a person approves',
  ],
  'denied before the create is answered, channel down': [
    'submitted, channel down',
    'a person denies',
  ],
  'approved while the channel is lost': [
    'the channel is lost',
    'the channel is live',
    'a person approves',
  ],
} satisfies Record<string, readonly EventName[]>;

/** One step of a walk, as a sentence. */
export type StepName = EventName | keyof typeof STORIES;

const isStory = (name: StepName): name is keyof typeof STORIES => Object.hasOwn(STORIES, name);

/** The events of the machine that a step stands for. */
export const eventsOf = (name: StepName): readonly EventName[] =>
  isStory(name) ? STORIES[name] : [name];

const namesOf = <Name extends string>(entries: Readonly<Record<Name, unknown>>): Name[] =>
  Object.keys(entries).filter((name): name is Name => Object.hasOwn(entries, name));

export const EVENT_NAMES: readonly EventName[] = namesOf(APPROVAL_EVENTS);
export const STEP_NAMES: readonly StepName[] = [...EVENT_NAMES, ...namesOf(STORIES)];

const names = new Map<WalkEvent, EventName>(
  EVENT_NAMES.map((name) => [APPROVAL_EVENTS[name], name]),
);

/** The name of an event of the catalogue. */
export function nameOfEvent(event: WalkEvent): EventName {
  const name = names.get(event);
  if (name === undefined) throw new Error(`${event.type} is no event of the catalogue`);
  return name;
}

/** The service that must be running for an event; `undefined` for those that anybody may send. */
export const serviceOf = ({ type }: WalkEvent): string | undefined =>
  /^xstate\.\w+\.actor\.(\w+)$/.exec(type)?.[1];
