/** One approval from its first state to its outcome. */
import { type ActorRefFrom, createActor, fromTransition, type InspectionEvent } from 'xstate';
import type { ApprovalRequest, AuditEvent, approvalMachine, Outcome } from '../machines/index.ts';
import type { AuditLog } from './audit/index.ts';
import { CountersignError, messageOf } from './errors.ts';
import type { Listeners } from './events.ts';
import { refusedOutcome } from './refusal.ts';

export interface ApprovalRunOptions {
  /** With its services provided. */
  readonly machine: typeof approvalMachine;
  readonly request: ApprovalRequest;
  /** The platform's id, where a process before this one asked. */
  readonly approvalId?: string | null;
  readonly log: AuditLog;
  readonly listeners: Listeners;
  readonly inspection: { inspect?: (event: InspectionEvent) => void };
  /** The caller gave up, and the request is being taken back. */
  readonly onGivenUp: (why: string) => void;
  /** Called once, when the actor has ended; its records are appended then, not yet flushed. */
  readonly onEnded: (outcome: Outcome) => void;
}

/**
 * What the actors of approvals that nobody watches have in common: one actor system, which costs as
 * much memory as an actor. It takes no part in anything.
 */
const crowd = createActor(fromTransition((state: undefined) => state, undefined)).start();

export class ApprovalRun {
  readonly #actor: ActorRefFrom<typeof approvalMachine>;

  constructor(options: ApprovalRunOptions) {
    const { machine, request, approvalId = null, inspection } = options;
    const input = approvalId === null ? request : { request, approvalId };
    const { inspect } = inspection;
    this.#actor = createActor(machine, {
      input,
      ...(inspect === undefined ? { parent: crowd } : { inspect }),
    });
    watch(this.#actor, options);
  }

  /** May end before it returns. */
  start(): void {
    this.#actor.start();
  }

  /** Gives up, where it has not ended already. */
  withdraw(why: string): void {
    if (this.#actor.getSnapshot().status === 'active')
      this.#actor.send({ type: 'approval.withdraw', why });
  }
}

function watch(
  actor: ActorRefFrom<typeof approvalMachine>,
  { request, log, listeners, onGivenUp, onEnded }: ApprovalRunOptions,
): void {
  const { traceId, action, deadlineAt } = request;
  // An actor that breaks (a defect) is an end that grants nothing.
  const broke = (error: unknown): void =>
    onEnded(refusedOutcome(new CountersignError('internal', messageOf(error)), { traceId }));
  // One listener for both kinds: each kind of its own takes half a kilobyte.
  actor.on('*', (emitted) => {
    if (emitted.type === 'audit') record(emitted.event, log, listeners);
    else if (emitted.ending.by === 'caller') onGivenUp(emitted.ending.why);
  });
  actor.subscribe({
    next: ({ value, context: { approvalId } }) =>
      listeners.emit('state', { traceId, action, state: value, approvalId, deadlineAt }),
    complete: () => {
      const { output } = actor.getSnapshot();
      if (output === undefined) broke('ended without an outcome');
      else onEnded(output);
    },
    error: broke,
  });
}

function record(event: AuditEvent, log: AuditLog, listeners: Listeners): void {
  log.append(event);
  if (log.failure === undefined) listeners.emit('audit', event);
}
