/** What platforms send, as it was recorded and in our own dialect, and the words that it is made of. */
import { RECORDED_WORKSPACE, recordings } from '../recorded.ts';
import type { Vocabulary } from './json-document.ts';

export const WORKSPACE = RECORDED_WORKSPACE;
const APPROVAL = 'c0ae3e8d-2a3d-45d4-9225-9d76537cd9e6';

const DETAILS = {
  decided_by: 'alice@example.com',
  decided_at: '2026-11-22T16:09:59.294539Z',
  note: 'go ahead',
  digest: `sha256:${'0'.repeat(64)}`,
};

const recordedFrames: readonly unknown[] = recordings.flatMap((line) =>
  line.kind === 'frame' ? [JSON.parse(line.raw)] : [],
);

const decided = (status: string, outcome: string) => ({
  event: 'APPROVAL_DECIDED',
  approval_id: APPROVAL,
  status,
  outcome,
  ...DETAILS,
  workspace_id: WORKSPACE,
  timestamp: DETAILS.decided_at,
  payload: { approval_id: APPROVAL, decision: status, decided_by: DETAILS.decided_by },
  seq: 7,
});

const enveloped = (event: string, decision: string) => ({
  event,
  workspace_id: WORKSPACE,
  timestamp: DETAILS.decided_at,
  payload: { approval_id: APPROVAL, decision, ...DETAILS },
});

/** Both dialects; those that decide more often than those that do not. */
export const FRAMES: readonly unknown[] = [
  ...recordedFrames,
  { event: 'APPROVAL_DECIDED', approval_id: APPROVAL, status: 'approved', decided_by: 'alice' },
  { event: 'APPROVAL_DECIDED', approval_id: APPROVAL, status: 'denied' },
  decided('approved', 'granted'),
  decided('denied', 'denied'),
  enveloped('APPROVAL_APPROVED', 'approved'),
  enveloped('APPROVAL_DENIED', 'denied'),
  enveloped('APPROVAL_EXPIRED', 'denied'),
  enveloped('APPROVAL_WITHDRAWN', 'denied'),
];

const recordedBodies: readonly unknown[] = recordings.flatMap((line) =>
  line.kind === 'http' && Array.isArray(line.response.body) ? line.response.body : [],
);

const row = (status: string, outcome: string | null) => ({
  id: APPROVAL,
  task_id: 'key-1',
  action: 'Drop table users',
  reason: '',
  status,
  outcome,
  ...DETAILS,
  created_at: '2026-11-22T16:09:58.878388Z',
});

export const ROWS: readonly unknown[] = [
  ...recordedBodies,
  row('approved', 'granted'),
  row('denied', 'denied'),
  row('denied', 'timeout'),
  row('denied', 'withdrawn'),
  row('pending', null),
];

export const CREATED: readonly unknown[] = [
  { approval_id: APPROVAL, status: 'pending' },
  { approval_id: 'a-1' },
  { error: 'invalid request body' },
  { error: 'the key was used for something else', code: 'conflict' },
];

export const WORDS: Vocabulary = {
  keys: [
    ['event', 'approval_id', 'status', 'workspace_id', 'payload', 'decision', 'decided_by'],
    ['decided_at', 'note', 'outcome', 'digest', 'edited_args', 'id', 'task_id', 'action'],
    ['reason', 'error', 'code', 'timestamp', 'seq'],
  ].flat(),
  values: [
    ['approved', 'denied', 'pending', 'escalated', 'APPROVED', 'Approved', ' approved'],
    ['approved ', 'аpproved', 'granted', 'timeout', 'withdrawn', 'auto-expired', 'true'],
    ['withdrawn: by the asker', 'withdrawn:', 'Withdrawn: x', WORKSPACE, APPROVAL],
    [WORKSPACE.toUpperCase(), APPROVAL.toUpperCase(), ` ${APPROVAL}`, 'another', '11111111'],
    ['APPROVAL_DECIDED', 'APPROVAL_APPROVED', 'APPROVAL_DENIED', 'APPROVAL_EXPIRED'],
    ['APPROVAL_WITHDRAWN', 'APPROVAL_REQUESTED', 'approval_approved'],
  ].flat(),
};
