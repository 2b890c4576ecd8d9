import { describe, expect, it } from 'vitest';
import { readApproval, readEnd, readFrame } from '../../src/platform/page/wire.ts';

const view = {
  id: 'x1',
  workspace_id: 'agent',
  workspace_name: 'agent',
  task_id: '',
  action: 'do it',
  reason: null,
  status: 'pending',
  outcome: null,
  decided_by: null,
  decided_at: null,
  created_at: '2026-01-01T00:00:00.000Z',
  expires_at: '2026-01-01T00:10:00.000Z',
  note: null,
  digest: null,
  args: { a: 1 },
  args_schema: null,
  edited_args: null,
};

describe('a request off the wire', () => {
  it('is read', () => {
    expect(readApproval(view)).toMatchObject({
      id: 'x1',
      reason: '',
      taskId: null,
      outcome: null,
      args: { a: 1 },
      expiresAt: Date.parse('2026-01-01T00:10:00Z'),
    });
  });

  it.each([null, [], 1, 'x', {}, { ...view, id: '' }, { ...view, action: 1 }])(
    'is nothing where it makes no sense: %o',
    (value) => {
      expect(readApproval(value)).toBeUndefined();
    },
  );

  it.each([
    ['denied', null, 'unknown'],
    ['approved', null, 'unknown'],
    ['denied', 'timeout', 'timeout'],
    ['pending', 'escalated', 'unknown'],
    ['escalated', null, 'unknown'],
  ])('has the end that `outcome` says, and no guessed one: %s, %s', (status, outcome, expected) => {
    expect(readApproval({ ...view, status, outcome })?.outcome).toBe(expected);
  });
});

const frame = (event: string, payload: object) =>
  JSON.stringify({ event, seq: 7, workspace_id: 'agent', timestamp: '', payload });

describe('a frame', () => {
  it('tells of an arrival', () => {
    const { id: _, ...rest } = view;
    const read = readFrame(frame('APPROVAL_REQUESTED', { ...rest, approval_id: 'x2' }));
    expect(read).toMatchObject({ kind: 'arrived', seq: 7, approval: { id: 'x2', outcome: null } });
  });

  it.each([
    ['APPROVAL_DECIDED', { outcome: 'granted', decided_by: 'ann' }, 'granted'],
    ['APPROVAL_DECIDED', { decided_by: 'ann' }, 'unknown'],
    ['APPROVAL_EXPIRED', { decided_by: 'auto-expired' }, 'timeout'],
    ['APPROVAL_WITHDRAWN', {}, 'withdrawn'],
  ])('tells of an end: %s %o', (event, payload, outcome) => {
    const read = readFrame(frame(event, { ...payload, approval_id: 'x1' }));
    expect(read).toMatchObject({ kind: 'ended', seq: 7, end: { id: 'x1', outcome } });
  });

  it.each([
    '',
    '[]',
    '1',
    '"x"',
    'null',
    '{',
    frame('OTHER', { approval_id: 'x' }),
    frame('APPROVAL_DECIDED', {}),
  ])('that is something else tells nothing: %s', (data) => {
    expect(readFrame(data)).toBeUndefined();
  });
});

describe('the answer to a decision that came too late', () => {
  it('holds the stored end', () => {
    const body = { outcome: 'withdrawn', decided_by: 'withdrawn: x', decided_at: null, note: null };
    expect(readEnd('x1', body)).toMatchObject({ id: 'x1', outcome: 'withdrawn' });
  });
});
