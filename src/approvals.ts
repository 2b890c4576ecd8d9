/**
 * The facade: one actor per approval, one client for all of them, and no answer before its record
 * is on disk.
 */
import type { Logger } from 'pino';
import type { AuditEvent, Granted, Outcome } from '../machines/index.ts';
import type { Wait } from './approvals/asking.ts';
import { type ApprovalsEvents, Listeners } from './approvals/events.ts';
import { type Description, type Guarded, guard } from './approvals/guard.ts';
import { guardedLogger } from './approvals/guarded-logger.ts';
import type { Inspect } from './approvals/inspection.ts';
import { LazyParts } from './approvals/lazy-parts.ts';
import type { Parts } from './approvals/parts.ts';
import { refusedOutcome } from './approvals/refusal.ts';
import type { RequestInput, RequestOptions } from './approvals/request.ts';
import type { ResumedApproval } from './approvals/resumption.ts';
import type { AuditLog } from './audit/index.ts';
import { type Environment, systemEnvironment } from './environment.ts';
import { CountersignError } from './errors.ts';
import { readSettings, type Settings, type SettingsOptions } from './settings.ts';

export interface ApprovalsOptions extends SettingsOptions {
  /** Where records go instead of the file; not closed by {@link Approvals.close}. */
  readonly audit?: AuditLog;
  /**
   * Whether approvals under way are written down before they are sent, so that a crash forgets none.
   * Default: true.
   */
  readonly journal?: boolean;
  /** Diagnostics. Default: silent. */
  readonly logger?: Logger;
  /**
   * Sees every actor: an XState inspection observer, or the address of a live view
   * (`COUNTERSIGN_INSPECT`), as `http://127.0.0.1:7357`. What goes wrong there changes nothing. Default:
   * none.
   */
  readonly inspect?: Inspect | string;
  /** Time, chance, ids and network, for simulations. Default: the real ones. */
  readonly environment?: Environment;
}

/**
 * Makes the client through which agents ask. Reads the settings now, and opens nothing before the
 * first request; the code that it needs then is loaded meanwhile.
 * @throws SettingsError with every problem of the options and the environment
 */
export function createApprovals(options: ApprovalsOptions = {}): Approvals {
  return new Approvals(readSettings(options), options);
}

/** See {@link createApprovals}. */
export class Approvals implements AsyncDisposable {
  readonly #settings: Settings;
  readonly #environment: Environment;
  readonly #listeners: Listeners;
  readonly #lazy: LazyParts;
  /** Everything that was asked and not answered yet, also before there is an actor. */
  readonly #asked = new Set<Promise<unknown>>();
  /** What must be on disk before it is closed: records beside approvals, grants that are being used. */
  readonly #writing = new Set<Promise<unknown>>();
  #closed: Promise<void> | undefined;

  /** Use {@link createApprovals}. */
  constructor(settings: Settings, options: ApprovalsOptions) {
    this.#settings = settings;
    this.#environment = options.environment ?? systemEnvironment;
    this.#listeners = new Listeners(guardedLogger(options.logger));
    this.#lazy = new LazyParts((assemble) => assemble(settings, options, this.#listeners));
  }

  /**
   * Asks a person, and waits. Never rejects: every end is an {@link Outcome}, and everything
   * uncertain is `approved: false`.
   */
  request(input: RequestInput, options?: RequestOptions): Promise<Outcome> {
    return this.#track(this.#ask(input, options));
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
      request: (input: RequestInput, options?: RequestOptions) =>
        this.#track(this.#ask(input, options, 'hold')),
      record: (event: AuditEvent) => this.#track(this.#record(event), this.#writing),
      readConfig: () =>
        this.#lazy.loaded?.readConfig() ?? this.#lazy.load().then((parts) => parts.readConfig()),
      uuid: this.#environment.uuid,
      workspaceId: this.#settings.workspaceId,
      useGrant: (grant: Granted, key: string | undefined) =>
        this.#track(this.#useGrant(grant, key), this.#writing),
    };
    return guard(host, fn, describe);
  }

  /**
   * Goes on with what a process before this one left under way when it ended without closing:
   * each on the same row of the platform, until the deadline that it had. Call it once, at the start.
   * What a process holds that still lives is left to it, and said (`on('trouble')`).
   * @returns one for each, at once; grants are handed over and never run by themselves
   * @throws CountersignError `journal` or `audit` where they cannot be read, `closed`
   */
  async resume(): Promise<readonly ResumedApproval[]> {
    this.#refuseWhenClosed();
    if (this.#lazy.loaded === undefined) {
      await this.#track(this.#lazy.load());
      this.#refuseWhenClosed();
    }
    const resumed = (await this.#track(this.#parts.resumption?.all() ?? none())) ?? [];
    for (const { outcome } of resumed) void this.#track(outcome);
    return resumed;
  }

  /** Frames of the live channel so far that told of no decision of ours: other events, and garbage. */
  get ignoredFrames(): number {
    return this.#lazy.loaded?.client.ignoredFrames ?? 0;
  }

  /** How often whoever watches the actors failed so far; see `inspect`. Nothing else noticed. */
  get inspectionFailures(): number {
    return this.#lazy.loaded?.inspection.failures ?? 0;
  }

  /** Events so far that the live view was never told: it was not there, or too slow. */
  get inspectionDropped(): number {
    return this.#lazy.loaded?.inspection.dropped ?? 0;
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
    if (this.#asked.size > 0 && this.#lazy.loaded === undefined)
      await this.#lazy.load().catch(() => undefined);
    // Nobody has asked, or nobody was heard.
    if (this.#lazy.loaded === undefined) return;
    const { runs, client, journal, recorder, inspection } = this.#lazy.loaded;
    // What was being resumed may begin only now.
    do {
      runs.withdrawAll('the asking process is closing');
      await Promise.allSettled([...this.#asked, ...runs.outcomes()]);
    } while (this.#asked.size > 0 || runs.outcomes().length > 0);
    await client.close();
    await runs.settled();
    // Whoever was granted something just now is using it.
    await Promise.allSettled(this.#writing);
    await journal?.close();
    await recorder.close();
    await inspection.close();
  }

  #track<Value>(work: Promise<Value>, among = this.#asked): Promise<Value> {
    among.add(work);
    return work.finally(() => among.delete(work));
  }

  async #ask(
    input: RequestInput,
    options: RequestOptions | undefined,
    grant?: 'hold',
  ): Promise<Outcome> {
    const wait = await this.#begin(input, options, grant);
    // Not awaited: while it waits for a person nothing of this call is kept.
    return wait();
  }

  async #begin(
    input: RequestInput,
    options: RequestOptions | undefined,
    grant: 'hold' | undefined,
  ): Promise<Wait> {
    const { clock, uuid } = this.#environment;
    const askedAt = clock.monotonic();
    const traceId = uuid();
    const refuseWhenClosed = (): void => this.#refuseWhenClosed();
    try {
      this.#refuseWhenFull();
      const { asking } = this.#lazy.loaded ?? (await this.#lazy.load());
      return await asking.begin({ input, options, grant, traceId, askedAt, refuseWhenClosed });
    } catch (error) {
      const refused = refusedOutcome(error, { traceId });
      return () => Promise.resolve(refused);
    }
  }

  async #record(event: AuditEvent): Promise<void> {
    this.#refuseWhenClosed();
    await this.#parts.recorder.record(event);
  }

  /** For what comes after the first wait of a request. */
  get #parts(): Parts {
    const parts = this.#lazy.loaded;
    if (parts === undefined) throw new CountersignError('internal', 'used before it was loaded');
    return parts;
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

  /** Without a key of the caller's own nobody else can have got this grant. */
  async #useGrant({ approvalId, traceId }: Granted, key: string | undefined): Promise<void> {
    const { once, runs } = this.#parts;
    try {
      if (key !== undefined) await once.useGrant(approvalId);
    } finally {
      // Used now or before: it is not to be handed over again.
      await runs.used({ key: key ?? traceId, traceId });
    }
  }
}

const none = (): Promise<readonly ResumedApproval[]> => Promise.resolve([]);
