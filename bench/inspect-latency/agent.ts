/**
 * A process with approvals that wait: one of them loses and finds its channel whenever it is told
 * to, the others now and then, by themselves. Arguments: the view's address, how many wait, how many
 * transitions a second the others take together.
 */
import { createActor, type EventObject, fromCallback, fromPromise } from 'xstate';
import {
  type ApprovalRequest,
  approvalMachine,
  type Permission,
  type Submission,
  type WaitInput,
} from '../../machines/index.ts';
import { viewLink } from '../../src/inspect/link/index.ts';

const [url = '', count = '1', rate = '0'] = process.argv.slice(2);

const link = viewLink({ url, title: 'agent.ts' });
const toggles: (() => void)[] = [];

/** Tells its actor that the channel is lost, or live again. */
const waiting = (type: 'channel.lost' | 'channel.live') =>
  fromCallback<EventObject, WaitInput>(({ sendBack, input }) => {
    toggles[Number(input.request.key)] = () =>
      sendBack(type === 'channel.lost' ? { type, error: 'the network is gone' } : { type });
  });

const machine = approvalMachine.provide({
  actors: {
    checkPermission: fromPromise<Permission, ApprovalRequest>(() =>
      Promise.resolve({ status: 'allowed', roles: ['operator'] }),
    ),
    submitRequest: fromPromise<Submission, ApprovalRequest>(({ input }) =>
      Promise.resolve({ status: 'submitted', approvalId: `apr-${input.key}`, channel: 'live' }),
    ),
    awaitDecision: waiting('channel.lost'),
    pollDecision: waiting('channel.live'),
  },
});

const requestOf = (index: number): ApprovalRequest => ({
  traceId: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
  workspaceId: 'bench',
  action: index === 0 ? 'the one that is watched' : `refund order ${index}`,
  reason: 'The customer was charged twice.',
  key: String(index),
  args: { order: index, cents: 12_900 },
  digest: null,
  timeoutMs: 3_600_000,
  deadlineAt: Date.now() + 3_600_000,
});

for (let index = 0; index < Number(count); index += 1)
  createActor(machine, {
    input: requestOf(index),
    inspect: (event) => link.inspect(event),
  }).start();

process.on('message', () => {
  const at = performance.timeOrigin + performance.now();
  toggles[0]?.();
  process.send?.({ at });
});
process.on('disconnect', () => process.exit(0));

const TICK_MS = 10;
let next = 1;
let due = 0;
setInterval(() => {
  for (due += (Number(rate) * TICK_MS) / 1_000; due >= 1; due -= 1) {
    next = next >= Number(count) - 1 ? 1 : next + 1;
    toggles[next]?.();
  }
}, TICK_MS);
