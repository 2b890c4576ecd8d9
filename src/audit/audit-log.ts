/**
 * The audit log: append, then wait until it is on disk.
 *
 * Flushes are grouped: one write and one fdatasync at a time, and whatever was appended meanwhile
 * goes into the next. Several processes may append to one file, each with a chain of its own.
 */
import { randomUUID } from 'node:crypto';
import { type AuditEvent, type DeadlineClock, systemClock } from '../../machines/index.ts';
import { type Files, systemFiles } from '../environment/files.ts';
import { CountersignError, messageOf } from '../errors.ts';
import { ChainedFile, type ChainedFileOptions, type LogPosition } from './chained-file.ts';
import { findEnds } from './ends.ts';
import { type AuditDraft, type AuditRecord, draftOf } from './record.ts';

export interface AuditLog {
  /** Where the records go. */
  readonly path: string;
  /** Why nothing can be recorded any more; `undefined` while all is well. Never taken back. */
  readonly failure: CountersignError | undefined;
  /** Takes one event; it is written soon, and certainly on disk after {@link flush}. Never throws. */
  append(event: AuditEvent): void;
  /**
   * Resolves when everything appended so far is on disk.
   * @throws CountersignError `audit`, naming the file, when a write or a sync failed, now or earlier:
   *   after a failed sync nobody knows what is on disk, so there is no second try
   */
  flush(): Promise<void>;
  /**
   * How these approvals ended, as far as the log says it, by trace id: for approvals that a crash
   * left open. Without it nobody knows, and they are waited for again.
   * @throws CountersignError `audit`
   */
  findEnds?(traceIds: ReadonlySet<string>): Promise<ReadonlyMap<string, EndRecord>>;
  /**
   * Flushes and closes the file; a second call waits for the first.
   * @throws CountersignError `audit`, as {@link flush}; the file is closed all the same
   */
  close(): Promise<void>;
}

/** The record with which an approval ended. */
export type EndRecord = Pick<AuditRecord, 'timestamp' | 'outcome' | 'trace_id'> & {
  readonly [extra: string]: unknown;
};

export interface AuditLogOptions {
  /** The file; it and the folders above it are made where missing (0600, 0700). */
  readonly path: string;
  /** Keys the chain: HMAC-SHA256 in place of SHA-256. Default: no key. */
  readonly hmacKey?: string | undefined;
  /** Default: the system's. */
  readonly clock?: DeadlineClock;
  /** The disk. Default: the system's. */
  readonly files?: Files;
  /** Makes names of chains and trace ids. Default: random UUIDs, version 4. */
  readonly uuid?: () => string;
  /** Called once, when the log fails. What it throws is ignored. */
  readonly onFailure?: (failure: CountersignError) => void;
}

/** The client's own, whose log goes on in another file where one failed. */
export interface SegmentOptions extends AuditLogOptions {
  /** The file that this one goes on from; the first record links to it. Default: none. */
  readonly continues?: LogPosition | undefined;
}

/**
 * Opens the log. A line that a crash left unfinished at the end of the file is kept as it is, ended
 * with a line feed, and named by a first record `audit / recover / recovered`.
 * @throws CountersignError `audit`, naming the file, when it cannot be opened or repaired
 */
export async function openAuditLog(options: SegmentOptions): Promise<FileAuditLog> {
  const { path, hmacKey, clock = systemClock, files = systemFiles, uuid = randomUUID } = options;
  const { onFailure, continues } = options;
  try {
    const disk = { files, clock };
    const file = await openRepaired({ path, hmacKey, disk, uuid, continues });
    return new FileAuditLog({ path, now: clock.now, file, files, hmacKey, onFailure });
  } catch (error) {
    throw auditError('open', path, error);
  }
}

async function openRepaired(options: ChainedFileOptions): Promise<ChainedFile> {
  const file = await ChainedFile.open(options);
  try {
    await file.write([]);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

interface Parts {
  readonly path: string;
  readonly now: () => number;
  readonly file: ChainedFile;
  readonly files: Files;
  readonly hmacKey: string | undefined;
  readonly onFailure: AuditLogOptions['onFailure'];
}

/** Formatting them keeps the event loop busy for some milliseconds; then others have their turn. */
const MOST_IN_A_GROUP = 1_000;

interface Waiter {
  /** How many records must be on disk. */
  readonly until: number;
  readonly resolve: () => void;
  readonly reject: (error: CountersignError) => void;
}

/** A log in a file; {@link openAuditLog} opens it. */
export class FileAuditLog implements AuditLog {
  readonly path: string;
  readonly #parts: Parts;
  #failure: CountersignError | undefined;
  #pending: AuditDraft[] = [];
  #appended = 0;
  #onDisk = 0;
  #waiters: Waiter[] = [];
  #writing: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor(parts: Parts) {
    this.path = parts.path;
    this.#parts = parts;
  }

  get failure(): CountersignError | undefined {
    return this.#failure;
  }

  /** The last record that is certainly on disk; `undefined` before the first. */
  get position(): LogPosition | undefined {
    const { path, file } = this.#parts;
    return file.onDisk === undefined ? undefined : { path, ...file.onDisk };
  }

  async findEnds(traceIds: ReadonlySet<string>): Promise<ReadonlyMap<string, EndRecord>> {
    try {
      return await findEnds(this.path, traceIds, this.#parts);
    } catch (error) {
      throw auditError('read', this.path, error);
    }
  }

  append(event: AuditEvent): void {
    if (this.#failure !== undefined) return;
    try {
      if (this.#closing !== undefined) throw new Error('the log is closed');
      this.#pending.push(draftOf(event, this.#parts.now()));
      this.#appended += 1;
      this.#writing ??= this.#writeAll();
    } catch (error) {
      this.#refuse(error);
    }
  }

  flush(): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#onDisk === this.#appended) return Promise.resolve();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiters.push({ until: this.#appended, resolve, reject });
    return promise;
  }

  close(): Promise<void> {
    this.#closing ??= this.#finish();
    return this.#closing;
  }

  async #finish(): Promise<void> {
    await this.#writing;
    await this.#parts.file.close();
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Starts a microtask later, so that what is appended in one go is one group. */
  async #writeAll(): Promise<void> {
    await Promise.resolve();
    try {
      while (this.#pending.length > 0) {
        const group = this.#pending.splice(0, MOST_IN_A_GROUP);
        await this.#parts.file.write(group);
        this.#settle(group.length);
      }
    } catch (error) {
      this.#fail(error);
    }
    this.#writing = undefined;
  }

  #settle(count: number): void {
    this.#onDisk += count;
    const waiting = this.#waiters;
    this.#waiters = waiting.filter(({ until }) => until > this.#onDisk);
    for (const { until, resolve } of waiting) if (until <= this.#onDisk) resolve();
  }

  /** A write or a sync failed: what waits for it, and all that comes later, is lost. */
  #fail(error: unknown): void {
    const failure = this.#refuse(error);
    this.#pending = [];
    for (const { reject } of this.#waiters.splice(0)) reject(failure);
  }

  /** From now on nothing is taken any more; what is under way may still reach the disk. */
  #refuse(error: unknown): CountersignError {
    if (this.#failure !== undefined) return this.#failure;
    this.#failure = auditError('write', this.path, error);
    try {
      this.#parts.onFailure?.(this.#failure);
    } catch {
      // A listener's own failure says nothing about the log.
    }
    return this.#failure;
  }
}

const auditError = (
  what: 'open' | 'read' | 'write',
  path: string,
  cause: unknown,
): CountersignError =>
  new CountersignError('audit', `cannot ${what} the audit log ${path}: ${messageOf(cause)}`, {
    cause,
  });
