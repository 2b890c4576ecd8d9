/** Finds how approvals ended, in a log that a process before this one wrote. */
import { constants } from 'node:fs';
import type { Files } from '../files.ts';
import { linesOfFile, MAX_LINE_BYTES } from './lines.ts';
import { type CheckedRecord, checkLine } from './record-check.ts';
import { segmentsOf } from './segments.ts';

const ENDS: ReadonlySet<string> = new Set(['granted', 'denied', 'timeout', 'withdrawn', 'failure']);

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
      const { record } = checked;
      if (traceIds.has(record.trace_id) && isEnd(record)) found.set(record.trace_id, record);
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

/** Whether an approval ends with this record. */
export const isEnd = ({
  event_type,
  action,
  outcome,
}: Pick<CheckedRecord, 'event_type' | 'action' | 'outcome'>): boolean =>
  event_type === 'approval'
    ? action === 'approve' && ENDS.has(outcome)
    : event_type === 'rbac' && action === 'rbac.deny';
