/** One approval from its first state to its outcome. */
import { createActor, type InspectionEvent, type SnapshotFrom } from 'xstate';
import type {
  ApprovalEmitted,
  ApprovalRequest,
  AuditEvent,
  approvalMachine,
  DeadlineQueue,
  Outcome,
  WaitEvent,
} from '../../machines/index.ts';
import type { PlatformClient } from '../client/platform-client.ts';
import type { Environment } from '../environment.ts';
import { CountersignError, messageOf } from '../errors.ts';
import { type ApprovalActor, type Awake, IN_CROWD, stopInCrowd } from './crowd.ts';
import type { StateEvent } from './events.ts';
import { defectEvent } from './records.ts';
import { refusedOutcome } from './refusal.ts';
import type { Trial } from './trial.ts';
import { canBeRestored, type Waiting, waitingSnapshot } from './waiting-snapshot.ts';

/** What all runs have in common that record in one log. */
export interface RunHost {
  /** With its services provided. */
  readonly machine: typeof approvalMachine;
  readonly inspection: { inspect?: (event: InspectionEvent) => void };
  /** Of this machine. */
  readonly trial: Trial;
  readonly client: Pick<PlatformClient, 'hold' | 'letGo'>;
  readonly deadlines: DeadlineQueue;
  readonly environment: Pick<Environment, 'clock'>;
  readonly awake: Awake;
  readonly owner: RunOwner;
}

/** Told what becomes of its runs: one for all of them, because each that waits keeps what it has. */
export interface RunOwner {
  readonly recorded: (run: ApprovalRun, event: AuditEvent) => void;
  /** It entered another state. */
  readonly moved: (run: ApprovalRun, event: StateEvent) => void;
  /** The caller gave up, and the request is being taken back. */
  readonly givenUp: (run: ApprovalRun, why: string) => void;
  /** Called once, when the actor has ended; its records are appended then, not yet flushed. */
  readonly ended: (run: ApprovalRun, outcome: Outcome) => void;
}

interface Asleep extends Waiting {
  /** Takes the deadline back. */
  readonly forget: () => void;
}

/**
 * Where many wait, and nobody watches the actors, one that waits is stopped. What ends it is asked of
 * the chart alone; for all else (its deadline, its caller, the channel) it is made anew, in the same
 * state and with the same services. Nobody is told of either.
 */
export class ApprovalRun {
  readonly request: ApprovalRequest;
  readonly #host: RunHost;
  /** Of the monotonic clock: the wall clock may be set while it sleeps. */
  readonly #endsAt: number;
  #actor: ApprovalActor | undefined;
  #asleep: Asleep | undefined;
  /** The last that was told: one that wakes is in the same. */
  #state: string | undefined;
  #approvalId: string | null = null;
  /** Looked at once, when it is to sleep for the first time. */
  #canSleep: boolean | undefined;

  constructor(host: RunHost, request: ApprovalRequest) {
    this.request = request;
    this.#host = host;
    this.#endsAt = host.deadlines.instantOf(request.deadlineAt);
  }

  /** `undefined` before it has begun. */
  get state(): StateEvent | undefined {
    return this.#state === undefined ? undefined : this.#eventOf(this.#state);
  }

  #eventOf(state: string): StateEvent {
    const { traceId, action, deadlineAt } = this.request;
    return { traceId, action, state, approvalId: this.#approvalId, deadlineAt };
  }

  /**
   * May end before it returns.
   * @param approvalId the platform's, where a process before this one asked
   */
  start(approvalId: string | null = null): void {
    const { machine, inspection } = this.#host;
    const { request } = this;
    const input = approvalId === null ? request : { request, approvalId };
    const { inspect } = inspection;
    this.#begin(
      createActor(machine, { input, ...(inspect === undefined ? IN_CROWD : { inspect }) }),
    );
  }

  /** Gives up, where it has not ended already. */
  withdraw(why: string): void {
    this.#send({ type: 'approval.withdraw', why });
  }

  #send(event: WaitEvent | { readonly type: 'approval.withdraw'; readonly why: string }): void {
    this.#wake();
    if (this.#actor?.getSnapshot().status === 'active') this.#actor.send(event);
  }

  #begin(actor: ApprovalActor): void {
    this.#actor = actor;
    this.#host.awake.count += 1;
    // One listener for both kinds: each kind of its own takes half a kilobyte.
    actor.on('*', (emitted) => this.#emitted(emitted));
    actor.subscribe({
      next: (snapshot) => this.#moved(snapshot),
      complete: () => this.#completed(actor),
      error: (error) => this.#broke(error),
    });
    actor.start();
  }

  #emitted(emitted: ApprovalEmitted): void {
    const { owner } = this.#host;
    if (emitted.type === 'audit') owner.recorded(this, emitted.event);
    else if (emitted.ending.by === 'caller') owner.givenUp(this, emitted.ending.why);
  }

  #moved({ value, context: { approvalId } }: SnapshotFrom<typeof approvalMachine>): void {
    const { inspection, awake } = this.#host;
    if (this.#asleep !== undefined) return;
    this.#approvalId = approvalId;
    this.#enter(value);
    const maySleep = inspection.inspect === undefined && isWaiting(value);
    // Not now: what its service reported at once is still to be taken in.
    if (maySleep && awake.count > awake.most) queueMicrotask(() => this.#fallAsleep());
  }

  #enter(state: string): void {
    if (state !== this.#state) this.#host.owner.moved(this, this.#eventOf(state));
    this.#state = state;
  }

  #fallAsleep(): void {
    const { client, deadlines, awake } = this.#host;
    const { request } = this;
    const actor = this.#actor;
    if (actor === undefined || awake.count <= awake.most) return;
    const { status, value: state, context } = actor.getSnapshot();
    const { approvalId } = context;
    if (status !== 'active' || !isWaiting(state) || approvalId === null) return;
    const waiting = { state, request, approvalId };
    this.#canSleep ??= canBeRestored(request);
    if (!this.#canSleep || !client.hold(waiting, (event) => this.#stir(event))) return;
    this.#asleep = { ...waiting, forget: deadlines.addAt(this.#endsAt, () => this.#wake()) };
    this.#actor = undefined;
    awake.count -= 1;
    stopInCrowd(actor);
  }

  /** What the chart would not heed in this state wakes nobody, and what ends it need not. */
  #stir(event: WaitEvent): void {
    if (event.type === UNHEEDED[this.#asleep?.state ?? 'awaitingWS']) return;
    if (!this.#endAsleep(event)) this.#send(event);
  }

  #endAsleep(event: WaitEvent): boolean {
    const asleep = this.#asleep;
    const { trial, client, owner } = this.#host;
    const end = asleep === undefined ? undefined : trial.endBy(asleep, event);
    if (asleep === undefined || end === undefined) return false;
    this.#asleep = undefined;
    asleep.forget();
    client.letGo(asleep);
    try {
      for (const emitted of end.emitted) this.#emitted(emitted);
      this.#enter(end.state);
    } finally {
      // Whatever becomes of who is told, as with an actor: nothing else would ever end it.
      owner.ended(this, end.outcome);
    }
    return true;
  }

  /** Its deadline, where it has come, and a channel that went meanwhile, are noticed at once. */
  #wake(): void {
    const asleep = this.#asleep;
    if (asleep === undefined) return;
    const { machine, environment } = this.#host;
    const { clock } = environment;
    this.#asleep = undefined;
    asleep.forget();
    const deadlineAt = clock.now() + (this.#endsAt - clock.monotonic());
    const snapshot = waitingSnapshot(asleep, deadlineAt);
    this.#begin(createActor(machine, { input: asleep.request, snapshot, ...IN_CROWD }));
  }

  #completed(actor: ApprovalActor): void {
    if (this.#asleep !== undefined) return;
    const { output } = actor.getSnapshot();
    if (output === undefined) this.#broke('ended without an outcome');
    else this.#end(output);
  }

  /** An actor that breaks (a defect) is an end that grants nothing. It leaves its services running. */
  #broke(error: unknown): void {
    const { client, owner } = this.#host;
    const { request } = this;
    const approvalId = this.#approvalId;
    if (approvalId !== null) client.letGo({ request, approvalId });
    const subject = { traceId: request.traceId, ...(approvalId === null ? {} : { approvalId }) };
    const outcome = refusedOutcome(new CountersignError('internal', messageOf(error)), subject);
    owner.recorded(this, defectEvent(request, outcome));
    this.#enter(outcome.status);
    this.#end(outcome);
  }

  #end(outcome: Outcome): void {
    const { awake, owner } = this.#host;
    awake.count -= 1;
    owner.ended(this, outcome);
  }
}

const isWaiting = (state: unknown): state is Waiting['state'] =>
  state === 'awaitingWS' || state === 'fallbackPolling';

const UNHEEDED = { awaitingWS: 'channel.live', fallbackPolling: 'channel.lost' } as const;
