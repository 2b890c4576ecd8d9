/** Where lines go: the audit log, and what it is compared with. */
import { open } from 'node:fs/promises';
import { type AuditLog, memoryAuditLog, openAuditLog } from 'countersign';
import { cyclic, events, linesOf } from './events.ts';

export interface Sink {
  /** Takes the event, or the line, with this number. */
  append(n: number): void;
  /** Resolves when all that was appended is on disk. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

export const logSink = async (path: string): Promise<Sink> => sinkOf(await openAuditLog({ path }));

export const memorySink = (): Sink => sinkOf(memoryAuditLog());

const sinkOf = (log: AuditLog): Sink => ({
  append: (n) => log.append(cyclic(events, n)),
  flush: () => log.flush(),
  close: () => log.close(),
});

/** Takes the load and does nothing with it. */
export const noSink: Sink = {
  append: () => undefined,
  flush: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

/**
 * The yardstick: ready-made lines of the same length into a file, in groups: one write and one
 * fdatasync at a time, and what comes meanwhile goes into the next. No chain, no format, no checks.
 */
export async function bareSink(path: string): Promise<Sink> {
  const lines = linesOf(events);
  const file = await open(path, 'a', 0o600);
  let next = emptyGroup();
  let last = Promise.resolve();
  let isWriting = false;
  const writeAll = async (): Promise<void> => {
    isWriting = true;
    await Promise.resolve();
    while (next.lines.length > 0) {
      const group = next;
      next = emptyGroup();
      last = group.written.promise;
      await file.write(Buffer.from(group.lines.join('')));
      await file.datasync();
      group.written.resolve();
    }
    isWriting = false;
  };
  const flush = (): Promise<void> => (next.lines.length > 0 ? next.written.promise : last);
  return {
    append: (n) => {
      next.lines.push(cyclic(lines, n));
      if (!isWriting) void writeAll();
    },
    flush,
    close: async () => {
      await flush();
      await file.close();
    },
  };
}

interface Group {
  readonly lines: string[];
  readonly written: PromiseWithResolvers<void>;
}

const emptyGroup = (): Group => ({ lines: [], written: Promise.withResolvers() });
