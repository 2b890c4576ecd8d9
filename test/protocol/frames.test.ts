import { describe, expect, it } from 'vitest';
import { decisionOfFrame } from '../../src/protocol/frames.ts';

const WS = '11111111-1111-1111-1111-111111111111';
const flat = (fields: object) =>
  JSON.stringify({ event: 'APPROVAL_DECIDED', approval_id: 'a1', ...fields });

describe('a frame', () => {
  it('decides in the flat dialect', () => {
    expect(decisionOfFrame(flat({ status: 'approved', decided_by: 'alice' }), WS)).toEqual({
      approvalId: 'a1',
      status: 'approved',
      decidedBy: 'alice',
      decidedAt: null,
      note: null,
      edited: false,
    });
  });

  it.each([
    ['null where others say more', { workspace_id: null, payload: null }],
    ['a long id', { approval_id: 'a'.repeat(1_024) }],
  ])('decides with %s', (_, fields) => {
    expect(decisionOfFrame(flat({ status: 'approved', ...fields }), WS)?.status).toBe('approved');
  });

  it.each([
    ['withdrawn: no longer needed', 'no longer needed'],
    ['withdrawn: ', null],
    ['nobody', null],
  ])('that was taken back by "%s" says why', (decided_by, note) => {
    const frame = flat({ status: 'denied', decided_by, outcome: 'withdrawn' });
    expect(decisionOfFrame(frame, WS)).toMatchObject({
      status: 'withdrawn',
      decidedBy: null,
      note,
    });
  });

  it.each([
    ['another status', flat({ status: 'escalated' })],
    ['another case', flat({ status: 'APPROVED' })],
    ['pending', flat({ status: 'pending' })],
    ['null', flat({ status: null })],
    ['true', flat({ status: true })],
    ['no status', flat({})],
    ['another workspace', flat({ status: 'approved', workspace_id: 'other' })],
    ['no id', JSON.stringify({ event: 'APPROVAL_DECIDED', status: 'approved' })],
    ['an empty id', flat({ approval_id: '', status: 'approved' })],
    ['an id that is a number', flat({ approval_id: 7, status: 'approved' })],
    ['an approval that says it was denied', flat({ status: 'approved', outcome: 'denied' })],
    [
      'a key twice',
      `{"event":"APPROVAL_DECIDED","approval_id":"a1","status":"denied","status":"approved"}`,
    ],
    ['an array', '[]'],
    ['a number', '1'],
    ['a string', '"x"'],
    ['no JSON', 'hello'],
    ['nothing', ''],
    [
      'another event',
      JSON.stringify({ event: 'AGENT_MESSAGE', approval_id: 'a1', status: 'approved' }),
    ],
    ['deep nesting', '['.repeat(100_000)],
    [
      'a prototype',
      '{"__proto__":{"event":"APPROVAL_DECIDED","approval_id":"a1","status":"approved"}}',
    ],
  ])('decides nothing: %s', (_, data) => {
    expect(decisionOfFrame(data, WS)).toBeUndefined();
  });
});
