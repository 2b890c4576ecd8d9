import { randomUUID } from 'node:crypto';
import type { AuditEvent } from '../../machines/index.ts';
import { CountersignError, messageOf } from '../errors.ts';
import type { AuditLog, AuditLogOptions } from './audit-log.ts';
import { Chain } from './chain.ts';
import { type AuditDraft, type AuditRecord, draftOf } from './record.ts';

export interface MemoryAuditLog extends AuditLog {
  /** What was recorded, oldest first, with its chain. */
  readonly records: readonly AuditRecord[];
  /** From now on nothing can be recorded, as on a full disk. */
  fail(why: string): void;
}

/** A log that keeps its records in memory: for tests, and for hosts that write their own. */
export function memoryAuditLog(
  options: Omit<AuditLogOptions, 'path' | 'files'> = {},
): MemoryAuditLog {
  const { clock = Date, uuid = randomUUID, hmacKey, onFailure } = options;
  const chain = new Chain(uuid(), hmacKey);
  const records: AuditRecord[] = [];
  /** Sealed when somebody looks: nobody may, and hashing is most of the work. */
  const unsealed: AuditDraft[] = [];
  const sealed = (): AuditRecord[] => {
    for (const draft of unsealed.splice(0)) records.push(chain.seal(draft));
    return records;
  };
  let failure: CountersignError | undefined;

  const fail = (why: string): void => {
    if (failure !== undefined) return;
    failure = new CountersignError('audit', `cannot write the audit log in memory: ${why}`);
    try {
      onFailure?.(failure);
    } catch {
      // A listener's own failure says nothing about the log.
    }
  };
  const append = (event: AuditEvent): void => {
    if (failure !== undefined) return;
    try {
      unsealed.push(draftOf(event, clock.now()));
    } catch (error) {
      fail(messageOf(error));
    }
  };
  const flush = (): Promise<void> =>
    failure === undefined ? Promise.resolve() : Promise.reject(failure);

  return {
    path: '(memory)',
    get records() {
      return sealed();
    },
    append,
    flush,
    close: flush,
    findEnds: async (traceIds) => {
      const { endIn } = await import('./ends.ts');
      return new Map(
        sealed()
          .filter(({ trace_id }) => traceIds.has(trace_id))
          .map(endIn)
          .filter((end) => end !== undefined)
          .map((end) => [end.trace_id, end]),
      );
    },
    fail,
    get failure() {
      return failure;
    },
  };
}
