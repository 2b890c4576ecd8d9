/** The audit log as the client uses it: opened by the first record, and in front of every answer. */
import type { Logger } from 'pino';
import type { AuditEvent, Outcome } from '../machines/index.ts';
import { type AuditLog, openAuditLog } from './audit/index.ts';
import type { Environment } from './environment.ts';
import type { Listeners } from './events.ts';
import { refusedOutcome } from './refusal.ts';
import { resolveAuditPath, type Settings } from './settings.ts';

export interface RecorderOptions {
  readonly settings: Settings;
  /** A log of the caller's own, which the caller closes. */
  readonly given: AuditLog | undefined;
  readonly environment: Environment;
  readonly listeners: Listeners;
  readonly logger: Logger | undefined;
  /** From now on nothing can be recorded. */
  readonly onFailure: () => void;
}

export class Recorder {
  readonly #options: RecorderOptions;
  #log: Promise<AuditLog> | undefined;

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  /** @throws CountersignError `audit` where it cannot be opened; the next call tries again */
  open(): Promise<AuditLog> {
    this.#log ??= this.#open().catch((error: unknown) => {
      this.#log = undefined;
      throw error;
    });
    return this.#log;
  }

  /** Appends, and waits until it is on disk. */
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

  /** A log that failed was the answer to every request already: closing says nothing new. */
  async close(): Promise<void> {
    if (this.#options.given !== undefined) return;
    try {
      await (await this.#log)?.close();
    } catch (error) {
      this.#options.logger?.warn({ err: error }, 'the audit log could not be closed');
    }
  }

  async #open(): Promise<AuditLog> {
    const { given, settings, environment, logger, onFailure } = this.#options;
    if (given !== undefined) return given;
    return openAuditLog({
      path: await resolveAuditPath(settings, undefined, environment.files),
      hmacKey: settings.auditHmacKey,
      clock: environment.clock,
      files: environment.files,
      uuid: environment.uuid,
      onFailure: (failure) => {
        logger?.error({ err: failure }, 'the audit log failed');
        onFailure();
      },
    });
  }
}
