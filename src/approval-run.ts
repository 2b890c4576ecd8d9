/** One approval from its first state to its outcome. */
import { type ActorRefFrom, createActor, type InspectionEvent } from 'xstate';
import type { ApprovalRequest, approvalMachine, Outcome } from '../machines/index.ts';
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
}

export class ApprovalRun {
  /** Resolves when the actor has ended; its records are appended then, not yet flushed. */
  readonly outcome: Promise<Outcome>;
  readonly #actor: ActorRefFrom<typeof approvalMachine>;

  constructor(options: ApprovalRunOptions) {
    const { machine, request, approvalId = null } = options;
    const input = approvalId === null ? request : { request, approvalId };
    this.#actor = createActor(machine, { input, ...options.inspection });
    this.outcome = this.#ended(request);
    this.#watch(options);
    this.#actor.start();
  }

  /** Gives up, where it has not ended already. */
  withdraw(why: string): void {
    if (this.#actor.getSnapshot().status === 'active')
      this.#actor.send({ type: 'approval.withdraw', why });
  }

  #watch({ request, log, listeners, onGivenUp }: ApprovalRunOptions): void {
    const { traceId, action, deadlineAt } = request;
    this.#actor.on('audit', ({ event }) => {
      log.append(event);
      if (log.failure === undefined) listeners.emit('audit', event);
    });
    this.#actor.on('withdrawing', ({ ending: { by, why } }) => {
      if (by === 'caller') onGivenUp(why);
    });
    this.#actor.subscribe({
      next: ({ value, context: { approvalId } }) =>
        listeners.emit('state', { traceId, action, state: value, approvalId, deadlineAt }),
      // Without an observer of its own an error would be thrown at the process.
      error: () => undefined,
    });
  }

  /** An actor that breaks (a defect) is an end that grants nothing. */
  #ended({ traceId }: ApprovalRequest): Promise<Outcome> {
    const actor = this.#actor;
    const broken = (error: unknown): Outcome =>
      refusedOutcome(new CountersignError('internal', messageOf(error)), { traceId });
    return new Promise((resolve) => {
      actor.subscribe({
        complete: () => resolve(actor.getSnapshot().output ?? broken('ended without an outcome')),
        error: (error) => resolve(broken(error)),
      });
    });
  }
}
