/** Finds how approvals ended, in a log that a process before this one wrote. */
import { constants } from 'node:fs';
import { z } from 'zod';
import type { Files } from '../environment/files.ts';
import { linesOfFile, MAX_LINE_BYTES } from './lines.ts';
import { type CheckedRecord, checkLine } from './record-check.ts';
import { segmentsOf } from './segments.ts';

const ENDS = ['granted', 'denied', 'timeout', 'withdrawn', 'failure'] as const;

/**
 * The records with which these approvals ended, by trace id; the last one where a record could not be
 * synced and the next segment says so. What is no genuine record is none.
 */
export async function findEnds(
  path: string,
  traceIds: ReadonlySet<string>,
  { files, hmacKey }: { readonly files: Files; readonly hmacKey: string | undefined },
): Promise<ReadonlyMap<string, CheckedRecord>> {
  const found = new Map<string, CheckedRecord>();
  if (traceIds.size === 0) return found;
  for (const segment of await segmentsOf(path, files)) {
    for await (const { bytes, length } of linesOfFile(segment, files)) {
      if (length > MAX_LINE_BYTES || !mentionsAny(bytes, traceIds)) continue;
      const checked = checkLine(bytes, hmacKey);
      if (checked.status !== 'genuine') continue;
      const end = endIn(checked.record);
      if (end !== undefined && traceIds.has(end.trace_id)) found.set(end.trace_id, end);
    }
    // The process that wrote it may have been killed before it could sync.
    if (found.size > 0) await sync(segment, files);
  }
  return found;
}

async function sync(path: string, files: Files): Promise<void> {
  const file = await files.open(path, constants.O_RDWR);
  try {
    await file.datasync();
  } finally {
    await file.close();
  }
}

/** Checking a hash costs more than looking for an id. */
function mentionsAny(bytes: Buffer, traceIds: ReadonlySet<string>): boolean {
  const [, traceId] = /"trace_id":"([^"]*)"/.exec(bytes.toString('utf8')) ?? [];
  return traceId !== undefined && traceIds.has(traceId);
}

type AnyRecord = Pick<CheckedRecord, 'event_type' | 'action' | 'outcome'> & {
  readonly [extra: string]: unknown;
};

/** The end that a record tells of: its own, or one that somebody who resumed read and told again. */
export function endIn<Found extends AnyRecord>(record: Found): Found | undefined {
  if (isEnd(record)) return record;
  if (record.event_type !== 'approval' || record.outcome !== 'resumed') return undefined;
  const { data } = endedSchema.safeParse(record['ended']);
  return data === undefined ? undefined : { ...record, ...data };
}

const endedSchema = z.looseObject({ outcome: z.enum(ENDS), timestamp: z.string() });

/** Whether an approval ends with this record. */
export const isEnd = ({ event_type, action, outcome }: AnyRecord): boolean =>
  event_type === 'approval'
    ? action === 'approve' && ENDS.some((end) => end === outcome)
    : event_type === 'rbac' && action === 'rbac.deny';
