/** Frames of the live channel, field for field in the recorded order. */
import type { FakeRow } from './rows.ts';
import { timestamp } from './timestamps.ts';

/**
 * How a decision is told. `enveloped`: `APPROVAL_APPROVED` or `APPROVAL_DENIED` with a payload, as
 * recorded. `flat`: `APPROVAL_DECIDED` with the fields beside the event.
 */
export type FakeDialect = 'enveloped' | 'flat';

const enveloped = (event: string, row: FakeRow, payload: object, atMs: number): string =>
  JSON.stringify({
    event,
    workspace_id: row.workspace_id,
    timestamp: timestamp(atMs, 9),
    payload,
  });

/** Told when a row was made; the same in both dialects. */
export function requestedFrame(row: FakeRow, atMs: number): string {
  const { action, id, reason, task_id } = row;
  return enveloped('APPROVAL_REQUESTED', row, { action, approval_id: id, reason, task_id }, atMs);
}

/** Told when somebody decided; never for an expiry. */
export function decidedFrame(row: FakeRow, dialect: FakeDialect, atMs: number): string {
  const { id: approval_id, status, decided_by } = row;
  if (dialect === 'flat')
    return JSON.stringify({ event: 'APPROVAL_DECIDED', approval_id, status, decided_by });
  const event = status === 'approved' ? 'APPROVAL_APPROVED' : 'APPROVAL_DENIED';
  return enveloped(event, row, { approval_id, decided_by, decision: status }, atMs);
}
