/**
 * The model: what can happen to an approval and to the live connection. Needs xstate and nothing
 * else. Fill the services with `approvalMachine.provide({ actors })`.
 */
export type { ApprovalChildren } from './approval.machine.ts';
export { approvalMachine } from './approval.machine.ts';
export {
  deniedBy,
  failed,
  grantedBy,
  timedOut,
  withdrawn,
} from './approval.outcomes.ts';
export type {
  ApprovalContext,
  ApprovalEmitted,
  ApprovalEvent,
  ApprovalInput,
  Conclusion,
  Ending,
} from './approval.situation.ts';
export type { ChannelContext, ChannelEmitted, ChannelEvent } from './channel.machine.ts';
export { channelMachine, RETRY_REFUSED_AFTER_MS, STABLE_AFTER_MS } from './channel.machine.ts';
export type { DeadlineClock, DeadlineEvent, DeadlineInput } from './deadline.actor.ts';
export { createDeadline, systemClock } from './deadline.actor.ts';
export { DeadlineQueue, LOOK_EVERY_MS } from './deadline-queue.ts';
export * from './ports.ts';
export type * from './vocabulary.ts';
