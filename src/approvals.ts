/**
 * The facade: one actor per approval, one client for all of them, and no answer before its record
 * is on disk.
 */
import type { Logger } from 'pino';
import { type ActorRefFrom, createActor, type InspectionEvent, type Observer } from 'xstate';
import type { ApprovalRequest, AuditEvent, approvalMachine, Outcome } from '../machines/index.ts';
import { type AuditLog, openAuditLog } from './audit/index.ts';
import { PlatformClient } from './client/platform-client.ts';
import { createTokenSource } from './client/token-source.ts';
import type { Contradiction } from './client/waiters.ts';
import { type Environment, systemEnvironment } from './environment.ts';
import { CountersignError, messageOf } from './errors.ts';
import { type Description, type Guarded, guard } from './guard.ts';
import { readConfig } from './rbac/index.ts';
import { contradictionEvent, refusalEvent, refusedOutcome } from './refusal.ts';
import { createRequest, type RequestInput } from './request.ts';
import { provideServices } from './services.ts';

import { readSettings, resolveAuditPath, type Settings, type SettingsOptions } from './settings.ts';

/** Any XState inspection observer, for example `createBrowserInspector().inspect`. */
export type Inspect = Observer<InspectionEvent> | ((event: InspectionEvent) => void);

export interface ApprovalsOptions extends SettingsOptions {
  /** Where records go instead of the file; not closed by {@link Approvals.close}. */
  readonly audit?: AuditLog;
  /** Diagnostics. Default: silent. */
  readonly logger?: Logger;
  /** Sees every actor. What it throws changes nothing. */
  readonly inspect?: Inspect;
  /** Time, chance, ids and network, for simulations. Default: the real ones. */
  readonly environment?: Environment;
}

/** A step in the life of one approval, for a user interface that waits. */
export interface StateEvent {
  readonly traceId: string;
  readonly action: string;
  readonly state: string;
  readonly approvalId: string | null;
  /** Milliseconds since the epoch. */
  readonly deadlineAt: number;
}

export interface ApprovalsEvents {
  /** A record that was appended to the audit log. */
  readonly audit: AuditEvent;
  /** An approval entered a state. */
  readonly state: StateEvent;
}

export interface RequestOptions {
  /** Gives up: the request is withdrawn, and the outcome is `withdrawn`. */
  readonly signal?: AbortSignal | undefined;
}

type ApprovalActor = ActorRefFrom<typeof approvalMachine>;

/** What exists from the first request on. */
interface Ready {
  readonly audit: AuditLog;
  readonly machine: ReturnType<typeof provideServices>;
}

type ListenerSets = {
  readonly [Name in keyof ApprovalsEvents]: Set<(event: ApprovalsEvents[Name]) => void>;
};

/**
 * Makes the client through which agents ask. Reads the settings now, and opens nothing before the
 * first request.
 * @throws SettingsError with every problem of the options and the environment
 */
export function createApprovals(options: ApprovalsOptions = {}): Approvals {
  return new Approvals(readSettings(options), options);
}

/** See {@link createApprovals}. */
export class Approvals implements AsyncDisposable {
  readonly #settings: Settings;
  readonly #options: ApprovalsOptions;
  readonly #environment: Environment;
  readonly #client: PlatformClient;
  readonly #listeners: ListenerSets = { audit: new Set(), state: new Set() };
  readonly #actors = new Map<string, ApprovalActor>();
  readonly #running = new Set<Promise<Outcome>>();
  readonly #byKey = new Map<
    string,
    { readonly request: ApprovalRequest; readonly outcome: Promise<Outcome> }
  >();
  #ready: Promise<Ready> | undefined;
  #closed: Promise<void> | undefined;

  /** Use {@link createApprovals}. */
  constructor(settings: Settings, options: ApprovalsOptions) {
    this.#settings = settings;
    this.#options = options;
    this.#environment = options.environment ?? systemEnvironment;
    this.#client = this.#createClient();
  }

  /**
   * Asks a person, and waits. Never rejects: every end is an {@link Outcome}, and everything
   * uncertain is `approved: false`.
   */
  request(input: RequestInput, { signal }: RequestOptions = {}): Promise<Outcome> {
    const outcome = this.#ask(input, signal);
    this.#running.add(outcome);
    return outcome.finally(() => this.#running.delete(outcome));
  }

  /**
   * Wraps a function so that it runs only when a person said yes to exactly these arguments.
   * The arguments are copied when it is called; what was asked is what runs, once.
   * @returns a function that throws {@link NotApprovedError} where nobody said yes
   */
  requires<Args, Result>(
    fn: (args: Args) => Result,
    describe: Description<Args>,
  ): Guarded<Args, Result> {
    return guard(
      {
        request: (input, options) => this.request(input, options),
        record: (event) => this.#record(event),
        readConfig: () => readConfig(this.#settings.configDir),
        uuid: this.#environment.uuid,
        workspaceId: this.#settings.workspaceId,
      },
      fn,
      describe,
    );
  }

  /** Listens; the result ends it. What a listener throws is logged and changes nothing. */
  on<Name extends keyof ApprovalsEvents>(
    name: Name,
    listener: (event: ApprovalsEvents[Name]) => void,
  ): () => void {
    const set: Set<(event: ApprovalsEvents[Name]) => void> = this.#listeners[name];
    set.add(listener);
    return () => {
      set.delete(listener);
    };
  }

  /** Withdraws what still waits, and ends everything. Idempotent. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    this.#withdrawAll('the asking process is closing');
    await Promise.allSettled(this.#running);
    await this.#client.close();
    if (this.#options.audit === undefined) await this.#closeAudit();
  }

  /** A log that failed was the answer to every request already: closing says nothing new. */
  async #closeAudit(): Promise<void> {
    try {
      await (await this.#ready)?.audit.close();
    } catch (error) {
      this.#options.logger?.warn({ err: error }, 'the audit log could not be closed');
    }
  }

  #withdrawAll(why: string): void {
    for (const actor of this.#actors.values())
      if (actor.getSnapshot().status === 'active') actor.send({ type: 'approval.withdraw', why });
  }

  async #ask(input: RequestInput, signal: AbortSignal | undefined): Promise<Outcome> {
    const traceId = this.#environment.uuid();
    let ready: Ready | undefined;
    try {
      this.#refuseWhenFull();
      ready = await this.#open();
      const timeoutMs = await this.#defaultTimeoutMs();
      this.#refuseWhenClosed();
      const { workspaceId } = this.#settings;
      const defaults = { workspaceId, timeoutMs, environment: this.#environment };
      const request = createRequest(input, defaults, traceId);
      return await (this.#sameKey(request) ?? this.#start(request, ready, signal));
    } catch (error) {
      return this.#refuse(error, input, traceId, ready?.audit);
    }
  }

  #refuseWhenClosed(): void {
    if (this.#closed === undefined) return;
    throw new CountersignError(
      'closed',
      'the client was closed; make a new one with createApprovals()',
    );
  }

  #refuseWhenFull(): void {
    this.#refuseWhenClosed();
    const { maxConcurrent } = this.#settings;
    if (this.#running.size < maxConcurrent) return;
    throw new CountersignError(
      'capacity',
      `${maxConcurrent} approvals are under way already; wait for some of them, or raise maxConcurrent`,
    );
  }

  /** Two requests with one key are one approval. */
  #sameKey(request: ApprovalRequest): Promise<Outcome> | undefined {
    const same = this.#byKey.get(request.key);
    if (same === undefined) return undefined;
    if (same.request.action === request.action && same.request.digest === request.digest)
      return same.outcome;
    throw new CountersignError(
      'conflict',
      `the key "${request.key}" is in use for another action or other arguments; use a new key`,
    );
  }

  #start(
    request: ApprovalRequest,
    ready: Ready,
    signal: AbortSignal | undefined,
  ): Promise<Outcome> {
    const outcome = this.#run(request, ready, signal).finally(() => {
      this.#byKey.delete(request.key);
      this.#actors.delete(request.traceId);
      this.#client.release(request.traceId);
    });
    this.#byKey.set(request.key, { request, outcome });
    return outcome;
  }

  /** From the first state to an outcome whose record is on disk. */
  async #run(
    request: ApprovalRequest,
    ready: Ready,
    signal: AbortSignal | undefined,
  ): Promise<Outcome> {
    const actor = this.#createActor(request, ready);
    this.#actors.set(request.traceId, actor);
    const giveUp = (): void => actor.send({ type: 'approval.withdraw', why: 'the caller gave up' });
    const ended = outcomeOf(actor, request);
    actor.start();
    signal?.addEventListener('abort', giveUp, { once: true });
    if (signal?.aborted === true) giveUp();
    const outcome = await ended;
    signal?.removeEventListener('abort', giveUp);
    return this.#afterFlush(ready.audit, outcome);
  }

  #createActor(request: ApprovalRequest, { audit, machine }: Ready): ApprovalActor {
    const actor = createActor(machine, { input: request, ...this.#inspection() });
    actor.on('audit', ({ event }) => {
      audit.append(event);
      this.#emit('audit', event);
    });
    actor.subscribe({
      next: ({ value, context }) =>
        this.#emit('state', {
          traceId: request.traceId,
          action: request.action,
          state: value,
          approvalId: context.approvalId,
          deadlineAt: request.deadlineAt,
        }),
      error: (error) => this.#options.logger?.error({ err: error }, 'an approval broke'),
    });
    return actor;
  }

  /** An outcome whose record is not on disk is no outcome: above all, no grant. */
  async #afterFlush(audit: AuditLog, outcome: Outcome): Promise<Outcome> {
    try {
      await audit.flush();
      return outcome;
    } catch (error) {
      const { traceId, approvalId } = outcome;
      return refusedOutcome(error, {
        traceId,
        ...(approvalId === undefined ? {} : { approvalId }),
      });
    }
  }

  /** What is refused before a machine exists is recorded all the same. */
  async #refuse(
    error: unknown,
    input: RequestInput,
    traceId: string,
    audit: AuditLog | undefined,
  ): Promise<Outcome> {
    const outcome = refusedOutcome(error, { traceId });
    if (audit === undefined) return outcome;
    audit.append(refusalEvent(outcome, input, this.#settings.workspaceId));
    return this.#afterFlush(audit, outcome);
  }

  async #record(event: AuditEvent): Promise<void> {
    const { audit } = await this.#open();
    audit.append(event);
    await audit.flush();
    this.#emit('audit', event);
  }

  #open(): Promise<Ready> {
    // A log that could not be opened is tried again by the next request.
    this.#ready ??= this.#prepare().catch((error: unknown) => {
      this.#ready = undefined;
      throw error;
    });
    return this.#ready;
  }

  async #prepare(): Promise<Ready> {
    const audit = this.#options.audit ?? (await this.#openAuditFile());
    const machine = provideServices({
      client: this.#client,
      audit,
      configDir: this.#settings.configDir,
      environment: this.#environment,
    });
    return { audit, machine };
  }

  async #openAuditFile(): Promise<AuditLog> {
    return openAuditLog({
      path: await resolveAuditPath(this.#settings),
      hmacKey: this.#settings.auditHmacKey,
      now: this.#environment.clock.now,
      uuid: this.#environment.uuid,
      onFailure: (failure) => {
        this.#options.logger?.error({ err: failure }, 'the audit log failed');
        this.#withdrawAll('the audit log cannot be written');
      },
    });
  }

  async #defaultTimeoutMs(): Promise<number> {
    const { timeoutIsDefault, timeoutMs, configDir } = this.#settings;
    if (!timeoutIsDefault) return timeoutMs;
    const read = await readConfig(configDir);
    // A file that cannot be read ends the approval in rbacCheck, where it belongs.
    return read.status === 'ok' ? (read.config.defaultTimeoutMs ?? timeoutMs) : timeoutMs;
  }

  #createClient(): PlatformClient {
    const settings = this.#settings;
    return new PlatformClient({
      baseUrl: settings.platformUrl,
      workspaceId: settings.workspaceId,
      pollIntervalMs: settings.pollIntervalMs,
      live: settings.transport === 'auto',
      origin: settings.origin,
      confirmGrants: settings.confirmGrants,
      tokens: createTokenSource(settings),
      environment: this.#environment,
      onContradiction: (contradiction) => this.#contradicted(contradiction),
      onTrouble: (trouble) => this.#options.logger?.warn(trouble),
      ...this.#inspection(),
    });
  }

  #contradicted(contradiction: Contradiction): void {
    const event = contradictionEvent(contradiction);
    this.#record(event).catch((error: unknown) =>
      this.#options.logger?.error({ err: error }, 'a contradiction could not be recorded'),
    );
  }

  #inspection(): { inspect?: (event: InspectionEvent) => void } {
    const { inspect, logger } = this.#options;
    if (inspect === undefined) return {};
    return {
      inspect: (event) => {
        try {
          if (typeof inspect === 'function') inspect(event);
          else inspect.next?.(event);
        } catch (error) {
          logger?.warn({ err: error }, 'an inspection observer threw');
        }
      },
    };
  }

  #emit<Name extends keyof ApprovalsEvents>(name: Name, event: ApprovalsEvents[Name]): void {
    for (const listener of this.#listeners[name]) {
      try {
        listener(event);
      } catch (error) {
        this.#options.logger?.warn({ err: error }, `a listener of "${name}" threw`);
      }
    }
  }
}

/** How the actor ends. An actor that breaks (a defect) is an end that grants nothing. */
function outcomeOf(actor: ApprovalActor, { traceId }: ApprovalRequest): Promise<Outcome> {
  const broken = (error: unknown): Outcome =>
    refusedOutcome(new CountersignError('internal', messageOf(error)), { traceId });
  return new Promise((resolve) => {
    actor.subscribe({
      complete: () => resolve(actor.getSnapshot().output ?? broken('ended without an outcome')),
      error: (error) => resolve(broken(error)),
    });
  });
}

/**
 * Asks once, with a client of its own that is closed afterwards. Many questions: use one
 * {@link createApprovals}.
 * @throws SettingsError
 */
export async function requestApproval(
  action: string,
  reason: string,
  options: ApprovalsOptions &
    Omit<RequestInput, 'action' | 'reason' | 'timeout'> &
    RequestOptions = {},
): Promise<Outcome> {
  const { args, key, signal, ...settings } = options;
  await using approvals = createApprovals(settings);
  const input = {
    action,
    reason,
    ...(args === undefined ? {} : { args }),
    ...(key === undefined ? {} : { key }),
  };
  return await approvals.request(input, { signal });
}
