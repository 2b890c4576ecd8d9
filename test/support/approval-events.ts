/** Everything that can happen to an approval, named as a person would say it. */
import type { AnyEventObject } from 'xstate';
import { decision } from './approval-request.ts';

const done = (id: string, output: unknown): AnyEventObject => ({
  type: `xstate.done.actor.${id}`,
  actorId: id,
  output,
});
const broke = (id: string): AnyEventObject => ({
  type: `xstate.error.actor.${id}`,
  actorId: id,
  error: new Error('a service broke'),
});
const received = (fields: Parameters<typeof decision>[0]): AnyEventObject => ({
  type: 'decision.received',
  decision: decision(fields),
});

const problem = { code: 'transport', message: 'Failed to create request: 500' } as const;
const auth = { code: 'auth', message: 'the platform did not accept the token' } as const;

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
} satisfies Record<string, AnyEventObject>;

const names = new Map<AnyEventObject, string>(
  Object.entries(APPROVAL_EVENTS).map(([name, event]) => [event, name]),
);

/** How a person would say it. */
export const nameOfEvent = (event: AnyEventObject): string => names.get(event) ?? event.type;
