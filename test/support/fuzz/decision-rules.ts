/** Who may decide, said a second time, from PROTOCOL.md: only exactly these, and always these. */
import type { Decision } from '../../../machines/index.ts';
import { readJsonText } from './json-reader.ts';

export type Fields = ReadonlyMap<string, unknown>;

/** Own members of an object; nothing for everything else. */
export function fieldsOf(value: unknown): Fields | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return new Map(Object.entries(value));
}

export const isId = (value: unknown): value is string =>
  typeof value === 'string' && value.length >= 1 && value.length <= 1_024;

const isAbsent = (value: unknown): boolean => value === undefined || value === null;

export const isTextOrAbsent = (value: unknown): value is string | null | undefined =>
  isAbsent(value) || typeof value === 'string';

const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** The words beside `status` that go with it. Any other contradicts it, and nobody decided. */
const AGREES: ReadonlyMap<unknown, readonly unknown[]> = new Map([
  ['approved', [undefined, null, 'granted']],
  ['denied', [undefined, null, 'denied']],
]);

function endOf(
  status: unknown,
  decidedBy: string | null,
  outcome: unknown,
): Decision['status'] | undefined {
  const agrees = AGREES.get(status);
  if (agrees === undefined) return undefined;
  const byNobody = decidedBy === 'auto-expired' || outcome === 'timeout';
  const takenBack = decidedBy?.startsWith('withdrawn: ') === true || outcome === 'withdrawn';
  if (byNobody || takenBack) {
    if (status === 'approved') return undefined;
    return byNobody ? 'expired' : 'withdrawn';
  }
  if (!agrees.includes(outcome)) return undefined;
  return status === 'approved' ? 'approved' : 'denied';
}

/** Why it was taken back stands where a person's name would. */
const whyOf = (decidedBy: string | null): string | null =>
  /^withdrawn: (.+)$/s.exec(decidedBy ?? '')?.[1] ?? null;

/** What a row, or a frame with these fields, decides about the approval `approvalId`. */
export function expectedEnd(
  approvalId: string,
  status: unknown,
  fields: Fields,
  outcome: unknown = fields.get('outcome'),
): Decision | undefined {
  const digest = fields.get('digest');
  if (!isTextOrAbsent(digest)) return undefined;
  const decidedBy = textOrNull(fields.get('decided_by')) || null;
  const end = endOf(status, decidedBy, outcome);
  if (end === undefined) return undefined;
  return {
    approvalId,
    status: end,
    decidedBy: end === 'expired' || end === 'withdrawn' ? null : decidedBy,
    decidedAt: textOrNull(fields.get('decided_at')),
    note: textOrNull(fields.get('note')) || (end === 'withdrawn' ? whyOf(decidedBy) : null),
    edited: !isAbsent(fields.get('edited_args')),
    ...(digest === undefined ? {} : { digest }),
  };
}

/** The rows of a list that can be read; `undefined` is an item that is none. */
export function expectedOfRow(
  item: unknown,
): { readonly decision: Decision | undefined } | undefined {
  const fields = fieldsOf(item);
  const id = fields?.get('id');
  if (fields === undefined || !isId(id) || !fields.has('status')) return undefined;
  if (!['task_id', 'action', 'reason', 'digest'].every((key) => isTextOrAbsent(fields.get(key))))
    return undefined;
  return { decision: expectedEnd(id, fields.get('status'), fields) };
}

/** No decision is larger, characters; what such a frame says is found by the next read. */
const LARGEST_FRAME = 256 * 1024;

/** What the text of a frame decides in `workspaceId`. */
export function expectedOfFrame(text: string, workspaceId: string): Decision | undefined {
  if (text.length > LARGEST_FRAME) return undefined;
  const reading = readJsonText(text);
  const frame = reading.is === 'read' ? fieldsOf(reading.value) : undefined;
  if (frame === undefined) return undefined;
  if (frame.get('event') === 'APPROVAL_DECIDED') return ofFlat(frame, workspaceId);
  return ofEnveloped(frame, workspaceId);
}

function ofFlat(frame: Fields, workspaceId: string): Decision | undefined {
  const id = frame.get('approval_id');
  const status = frame.get('status');
  const payload = isAbsent(frame.get('payload')) ? new Map() : fieldsOf(frame.get('payload'));
  if (!isId(id) || payload === undefined) return undefined;
  const workspace = frame.get('workspace_id');
  if (!isAbsent(workspace) && workspace !== workspaceId) return undefined;
  if (payload.has('decision') && payload.get('decision') !== status) return undefined;
  if (payload.has('approval_id') && payload.get('approval_id') !== id) return undefined;
  return expectedEnd(id, status, frame);
}

function ofEnveloped(frame: Fields, workspaceId: string): Decision | undefined {
  const payload = fieldsOf(frame.get('payload'));
  const id = payload?.get('approval_id');
  if (payload === undefined || !isId(id) || frame.get('workspace_id') !== workspaceId)
    return undefined;
  switch (frame.get('event')) {
    case 'APPROVAL_APPROVED':
      return payload.get('decision') === 'approved'
        ? expectedEnd(id, 'approved', payload)
        : undefined;
    case 'APPROVAL_DENIED':
      return payload.get('decision') === 'denied' ? expectedEnd(id, 'denied', payload) : undefined;
    case 'APPROVAL_EXPIRED':
      return expectedEnd(id, 'denied', payload, 'timeout');
    case 'APPROVAL_WITHDRAWN':
      return expectedEnd(id, 'denied', payload, 'withdrawn');
    default:
      return undefined;
  }
}
