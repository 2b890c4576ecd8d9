/** A log of the caller's own, which may throw where it must not: that is a log that failed. */
import type { AuditEvent } from '../../machines/index.ts';
import { CountersignError, isCountersignError, messageOf } from '../errors.ts';
import type { AuditLog, EndRecord } from './audit-log.ts';

export class GuardedLog implements AuditLog {
  readonly path: string;
  readonly #log: AuditLog;
  readonly #onFailure: () => void;
  #failure: CountersignError | undefined;

  constructor(log: AuditLog, onFailure: () => void) {
    this.path = log.path;
    this.#log = log;
    this.#onFailure = onFailure;
  }

  get failure(): CountersignError | undefined {
    if (this.#failure !== undefined) return this.#failure;
    try {
      return this.#log.failure;
    } catch (error) {
      return this.#fail(error);
    }
  }

  append(event: AuditEvent): void {
    try {
      this.#log.append(event);
    } catch (error) {
      this.#fail(error);
    }
  }

  async flush(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      await this.#log.flush();
    } catch (error) {
      throw asAuditError(error, this.path);
    }
  }

  async findEnds(traceIds: ReadonlySet<string>): Promise<ReadonlyMap<string, EndRecord>> {
    return (await this.#log.findEnds?.(traceIds)) ?? new Map();
  }

  /** It is the caller's to close. */
  close(): Promise<void> {
    return Promise.resolve();
  }

  #fail(error: unknown): CountersignError {
    if (this.#failure !== undefined) return this.#failure;
    const failure = asAuditError(error, this.path);
    this.#failure = failure;
    this.#onFailure();
    return failure;
  }
}

const asAuditError = (error: unknown, path: string): CountersignError =>
  isCountersignError(error) && error.code === 'audit'
    ? error
    : new CountersignError('audit', `cannot write the audit log ${path}: ${messageOf(error)}`, {
        cause: error,
      });
