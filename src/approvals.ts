/**
 * The facade: one actor per approval, one client for all of them, and no answer before its record
 * is on disk.
 */
import type { Logger } from 'pino';
import type { ApprovalRequest, Outcome } from '../machines/index.ts';
import { ApprovalRun } from './approval-run.ts';
import type { AuditLog } from './audit/index.ts';
import { PlatformClient } from './client/platform-client.ts';
import { createTokenSource } from './client/token-source.ts';
import { type Environment, systemEnvironment } from './environment.ts';
import { CountersignError } from './errors.ts';
import { type ApprovalsEvents, Listeners } from './events.ts';
import { type Description, type Guarded, guard } from './guard.ts';
import { type Inspect, inspection } from './inspection.ts';
import { Once } from './journal/once.ts';
import { readConfig } from './rbac/index.ts';
import { Recorder } from './recorder.ts';
import { contradictionEvent, leftEvent, refusalEvent, refusedOutcome } from './refusal.ts';
import { createRequest, type RequestInput, readInput, refuseStrangeSignal } from './request.ts';
import { provideServices } from './services.ts';
import { readSettings, type Settings, type SettingsOptions } from './settings.ts';
import { SharedRun } from './shared-run.ts';

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

export interface RequestOptions {
  /** Gives up: the request is withdrawn, and the outcome is `withdrawn`. */
  readonly signal?: AbortSignal | undefined;
}

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
  readonly #listeners: Listeners;
  readonly #recorder: Recorder;
  readonly #client: PlatformClient;
  readonly #once: Once;
  readonly #runs = new Set<ApprovalRun>();
  readonly #byKey = new Map<string, SharedRun>();
  /** Everything that was asked and not answered yet, also before there is an actor. */
  readonly #asked = new Set<Promise<Outcome>>();
  #machine: ReturnType<typeof provideServices> | undefined;
  #closed: Promise<void> | undefined;

  /** Use {@link createApprovals}. */
  constructor(settings: Settings, options: ApprovalsOptions) {
    const { logger, audit: given, environment = systemEnvironment } = options;
    this.#settings = settings;
    this.#options = options;
    this.#environment = environment;
    this.#listeners = new Listeners(logger);
    const onFailure = (): void => this.#withdrawAll('the audit log cannot be written');
    const listeners = this.#listeners;
    this.#recorder = new Recorder({ settings, given, environment, listeners, logger, onFailure });
    this.#once = new Once(settings);
    this.#client = this.#createClient();
  }

  /**
   * Asks a person, and waits. Never rejects: every end is an {@link Outcome}, and everything
   * uncertain is `approved: false`.
   */
  request(input: RequestInput, options?: RequestOptions): Promise<Outcome> {
    const outcome = this.#ask(input, options?.signal);
    this.#asked.add(outcome);
    return outcome.finally(() => this.#asked.delete(outcome));
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
    const host = {
      request: (input: RequestInput, options: RequestOptions) => this.request(input, options),
      record: this.#recorder.record.bind(this.#recorder),
      readConfig: () => readConfig(this.#settings.configDir, this.#environment.files),
      uuid: this.#environment.uuid,
      workspaceId: this.#settings.workspaceId,
      useGrant: (id: string) => this.#once.useGrant(this.#settings.workspaceId, id),
    };
    return guard(host, fn, describe);
  }

  /** Listens; the result ends it. What a listener throws is logged and changes nothing. */
  on<Name extends keyof ApprovalsEvents>(
    name: Name,
    listener: (event: ApprovalsEvents[Name]) => unknown,
  ): () => void {
    return this.#listeners.add(name, listener);
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
    await Promise.allSettled(this.#asked);
    await this.#client.close();
    await this.#recorder.close();
  }

  #withdrawAll(why: string): void {
    for (const run of this.#runs) run.withdraw(why);
  }

  async #ask(input: RequestInput, signal: AbortSignal | undefined): Promise<Outcome> {
    const traceId = this.#environment.uuid();
    let log: AuditLog | undefined;
    let action = '';
    try {
      this.#refuseWhenFull();
      log = await this.#recorder.open();
      // Read once: what is recorded is what was refused.
      const asked = readInput(input);
      action = typeof asked.action === 'string' ? asked.action : '';
      refuseStrangeSignal(signal);
      const request = await this.#requestOf(asked, traceId);
      this.#refuseWhenClosed();
      const shared = this.#sameKey(request) ?? this.#start(request, log);
      return await this.#wait(shared, request, log, signal);
    } catch (error) {
      return this.#refuse(error, action, traceId, log);
    }
  }

  async #requestOf(input: RequestInput, traceId: string): Promise<ApprovalRequest> {
    const { workspaceId } = this.#settings;
    const timeoutMs = await this.#defaultTimeoutMs();
    return createRequest(
      input,
      { workspaceId, timeoutMs, environment: this.#environment },
      traceId,
    );
  }

  async #defaultTimeoutMs(): Promise<number> {
    const { timeoutIsDefault, timeoutMs, configDir } = this.#settings;
    if (!timeoutIsDefault) return timeoutMs;
    const read = await readConfig(configDir, this.#environment.files);
    // A file that cannot be read ends the approval in rbacCheck, where it belongs.
    return read.status === 'ok' ? (read.config.defaultTimeoutMs ?? timeoutMs) : timeoutMs;
  }

  #refuseWhenClosed(): void {
    if (this.#closed !== undefined)
      throw new CountersignError(
        'closed',
        'the client was closed; make a new one with createApprovals()',
      );
  }

  #refuseWhenFull(): void {
    this.#refuseWhenClosed();
    const { maxConcurrent } = this.#settings;
    if (this.#asked.size >= maxConcurrent)
      throw new CountersignError(
        'capacity',
        `${maxConcurrent} approvals are under way already; wait for some of them, or raise maxConcurrent`,
      );
  }

  /** Two requests with one key are one approval. */
  #sameKey(request: ApprovalRequest): SharedRun | undefined {
    const shared = this.#byKey.get(request.key);
    if (shared === undefined) return undefined;
    const { action, digest } = shared.request;
    if (action === request.action && digest === request.digest) return shared;
    throw new CountersignError(
      'conflict',
      `the key "${request.key}" is in use for another action or other arguments; use a new key`,
    );
  }

  async #wait(
    shared: SharedRun,
    request: ApprovalRequest,
    log: AuditLog,
    signal: AbortSignal | undefined,
  ): Promise<Outcome> {
    const { outcome, left } = await shared.wait(request, signal);
    if (!left) return outcome;
    log.append(leftEvent(outcome, request));
    return this.#recorder.afterFlush(log, outcome);
  }

  #start(request: ApprovalRequest, log: AuditLog): SharedRun {
    const run = new ApprovalRun({
      machine: this.#provided(log),
      request,
      log,
      listeners: this.#listeners,
      inspection: inspection(this.#options.inspect, this.#options.logger),
    });
    this.#runs.add(run);
    const outcome = this.#answer(run, request, log);
    const shared = new SharedRun({ request, run, outcome, environment: this.#environment });
    this.#byKey.set(request.key, shared);
    return shared;
  }

  async #answer(run: ApprovalRun, request: ApprovalRequest, log: AuditLog): Promise<Outcome> {
    const outcome = await this.#recorder.afterFlush(log, await run.outcome);
    this.#runs.delete(run);
    this.#byKey.delete(request.key);
    this.#client.release(request.traceId);
    return outcome;
  }

  #provided(audit: AuditLog): ReturnType<typeof provideServices> {
    this.#machine ??= provideServices({
      client: this.#client,
      audit,
      once: this.#once,
      configDir: this.#settings.configDir,
      environment: this.#environment,
    });
    return this.#machine;
  }

  /** What is refused before a machine exists is recorded all the same. */
  async #refuse(
    error: unknown,
    action: string,
    traceId: string,
    log: AuditLog | undefined,
  ): Promise<Outcome> {
    const outcome = refusedOutcome(error, { traceId });
    if (log === undefined) return outcome;
    log.append(refusalEvent(outcome, action, this.#settings.workspaceId));
    return this.#recorder.afterFlush(log, outcome);
  }

  #createClient(): PlatformClient {
    const settings = this.#settings;
    const { logger, inspect } = this.#options;
    return new PlatformClient({
      baseUrl: settings.platformUrl,
      workspaceId: settings.workspaceId,
      pollIntervalMs: settings.pollIntervalMs,
      live: settings.transport === 'auto',
      origin: settings.origin,
      confirmGrants: settings.confirmGrants,
      tokens: createTokenSource(settings, this.#environment.files),
      environment: this.#environment,
      onContradiction: (contradiction) => {
        this.#recorder
          .record(contradictionEvent(contradiction))
          .catch((error: unknown) => logger?.error({ err: error }, 'a record was lost'));
      },
      onTrouble: (message) => {
        logger?.warn(message);
        this.#listeners.emit('trouble', { message });
      },
      ...inspection(inspect, logger),
    });
  }
}
