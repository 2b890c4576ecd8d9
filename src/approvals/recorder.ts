/** The audit log as the client uses it: opened by the first record, and in front of every answer. */
import type { AuditEvent, Outcome } from '../../machines/index.ts';
import { GuardedLog } from '../audit/guarded-log.ts';
import {
  type AuditLog,
  type EndRecord,
  FileAuditLog,
  openAuditLog,
  segmentPath,
} from '../audit/index.ts';
import type { Environment } from '../environment.ts';
import { resolveAuditPath, type Settings } from '../settings.ts';
import type { Listeners } from './events.ts';
import type { Diagnostics } from './guarded-logger.ts';
import { refusalEvent } from './records.ts';
import { refusedOutcome } from './refusal.ts';

export interface RecorderOptions {
  readonly settings: Settings;
  /** A log of the caller's own, which the caller closes. */
  readonly given: AuditLog | undefined;
  readonly environment: Environment;
  readonly listeners: Listeners;
  readonly logger: Diagnostics;
  /** What was under way cannot be recorded any more. */
  readonly onFailure: () => void;
}

export class Recorder {
  readonly #options: RecorderOptions;
  #log: Promise<AuditLog> | undefined;
  /** Logs that failed, and are closed: the segments before the one that is next. */
  readonly #failed: AuditLog[] = [];
  /** Failed just now. */
  #broken: AuditLog | undefined;
  #path: string | undefined;

  constructor(options: RecorderOptions) {
    const { given, onFailure } = options;
    this.#options =
      given === undefined ? options : { ...options, given: new GuardedLog(given, onFailure) };
  }

  /**
   * The log; where the one that there was has failed, the next segment of it.
   * @throws CountersignError `audit` where it cannot be opened; the next call tries again
   */
  async open(): Promise<AuditLog> {
    // What failed may have begun long before this call, right before the machine slept.
    for (let isFirst = this.#log !== undefined; ; isFirst = false) {
      this.#log ??= this.#open();
      const opening = this.#log;
      const log = await opening.catch((error: unknown) => {
        if (this.#log === opening) this.#log = undefined;
        if (!isFirst) throw error;
      });
      if (log === undefined) continue;
      if (log.failure === undefined || log === this.#options.given) return log;
      if (this.#log !== opening) continue;
      this.#broken = log;
      this.#log = undefined;
    }
  }

  /** Appends, and tells of it; it is on disk after a flush of this log. */
  append(log: AuditLog, event: AuditEvent): void {
    log.append(event);
    // What a log that failed does not take is not told.
    if (log.failure === undefined) this.#options.listeners.emit('audit', event);
  }

  /** Appends, waits until it is on disk, and tells of it. */
  async record(event: AuditEvent): Promise<void> {
    const log = await this.open();
    log.append(event);
    await log.flush();
    this.#options.listeners.emit('audit', event);
  }

  /** An outcome whose record is not on disk is no outcome: above all, no grant. */
  async afterFlush(log: AuditLog, outcome: Outcome): Promise<Outcome> {
    try {
      await log.flush();
      return outcome;
    } catch (error) {
      const { traceId, approvalId } = outcome;
      return refusedOutcome(error, {
        traceId,
        ...(approvalId === undefined ? {} : { approvalId }),
      });
    }
  }

  /**
   * As {@link afterFlush}, for the end of an approval. Where the record cannot be written, and the next
   * segment takes another one, that one says at least that it failed.
   */
  async afterEnd(log: AuditLog, outcome: Outcome, action: string): Promise<Outcome> {
    const told = await this.afterFlush(log, outcome);
    if (told === outcome || told.status !== 'failed' || log === this.#options.given) return told;
    const { workspaceId } = this.#options.settings;
    await this.record(refusalEvent(told, action, workspaceId)).catch(() => undefined);
    return told;
  }

  /** How these approvals ended, as far as the log says it, by trace id. */
  async ends(traceIds: ReadonlySet<string>): Promise<ReadonlyMap<string, EndRecord>> {
    const log = await this.open();
    const first = this.#failed[0] ?? log;
    return (await first.findEnds?.(traceIds)) ?? new Map();
  }

  /** A log that failed was the answer to every request already: closing says nothing new. */
  async close(): Promise<void> {
    if (this.#options.given !== undefined) return;
    const last = await this.#log?.catch(() => undefined);
    await last?.close().catch((error: unknown) => {
      this.#options.logger.warn('the audit log could not be closed', error);
    });
  }

  async #open(): Promise<AuditLog> {
    const { given, settings, environment, logger, onFailure } = this.#options;
    if (given !== undefined) return given;
    this.#path ??= await resolveAuditPath(settings, undefined, environment.files);
    await this.#putAway();
    const before = this.#failed.at(-1);
    return openAuditLog({
      path: segmentPath(this.#path, this.#failed.length),
      continues: before instanceof FileAuditLog ? before.position : undefined,
      hmacKey: settings.auditHmacKey,
      clock: environment.clock,
      files: environment.files,
      uuid: environment.uuid,
      onFailure: (failure) => {
        logger.error('the audit log failed', failure);
        onFailure();
      },
    });
  }

  /** One that took not a byte is tried again: on a full disk each request would leave another file. */
  async #putAway(): Promise<void> {
    const log = this.#broken;
    if (!(log instanceof FileAuditLog)) return;
    // It says once more why it failed.
    await log.close().catch(() => undefined);
    const found = await this.#options.environment.files.stat(log.path).catch(() => undefined);
    if (found?.size !== 0n || log.position !== undefined) this.#failed.push(log);
    this.#broken = undefined;
  }
}
