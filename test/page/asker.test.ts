/** Where askers say that they are, on the approver's page. */
import { describe, expect, it } from 'vitest';
import { withStep } from '../../src/platform/page/model/asker.ts';
import { reduce } from '../../src/platform/page/model/reduce.ts';
import { initialState } from '../../src/platform/page/model/state.ts';
import { readApproval, readFrame } from '../../src/platform/page/wire.ts';
import { anApproval } from '../support/page-approval.ts';

const AT = Date.UTC(2030, 0, 1);
const step = (state: string, from: string | null = null, at = AT) => ({ state, from, at });
const frame = (payload: object) =>
  JSON.stringify({ event: 'APPROVAL_STATE', workspace_id: 'w1', payload });

describe('a frame that tells a state', () => {
  it('is read', () => {
    const at = '2030-01-01T00:00:00.000Z';
    const payload = { approval_id: 'a', state: 'awaitingWS', from: 'submitting', at };
    expect(readFrame(frame(payload))).toEqual({
      kind: 'moved',
      id: 'a',
      step: step('awaitingWS', 'submitting'),
    });
  });

  it.each([
    {},
    { state: '' },
    { state: 'x'.repeat(65) },
    { state: 1 },
    { state: 'a', at: 'soon' },
    { state: 'a', from: [] },
  ])('is passed over where it makes no sense: %j', (fields) => {
    const at = '2030-01-01T00:00:00.000Z';
    const payload = { approval_id: 'a', at, ...('state' in fields ? fields : {}) };
    expect(readFrame(frame(payload))).toBeUndefined();
  });
});

it('an approval is read with where its asker is, or without', () => {
  const view = { id: 'a', workspace_id: 'w1', action: 'x', status: 'pending', created_at: '' };
  expect(readApproval(view)?.asker).toBeNull();
  const asker = { state: 'awaitingWS', from: null, at: '2030-01-01T00:00:00.000Z' };
  expect(readApproval({ ...view, asker })?.asker).toEqual(step('awaitingWS'));
  expect(readApproval({ ...view, asker: 'nowhere' })).toMatchObject({ id: 'a', asker: null });
});

describe('the way of an asker', () => {
  it('is what was heard, once each, and never goes back in time', () => {
    let askers = withStep(new Map(), 'a', step('submitting'));
    askers = withStep(askers, 'a', step('awaitingWS', 'submitting', AT + 1));
    askers = withStep(askers, 'a', step('awaitingWS', 'submitting', AT + 1));
    askers = withStep(askers, 'a', step('submitting'));
    expect(askers.get('a')).toEqual([step('submitting'), step('awaitingWS', 'submitting', AT + 1)]);
  });

  it('keeps the last fifty steps', () => {
    let askers = withStep(new Map(), 'a', step('s0'));
    for (let n = 1; n < 200; n += 1) askers = withStep(askers, 'a', step(`s${n}`, null, AT + n));
    expect(askers.get('a')).toHaveLength(50);
    expect(askers.get('a')?.at(-1)?.state).toBe('s199');
  });

  it('begins with what the lists say, and goes on with frames', () => {
    const asked = anApproval({ asker: step('awaitingWS') });
    let state = reduce(initialState, { type: 'approval.arrived', approval: asked }, 0);
    const armedAt = state.armedAt;
    state = reduce(
      state,
      { type: 'asker.moved', id: asked.id, step: step('fallbackPolling', 'awaitingWS', AT + 5) },
      10_000,
    );
    expect(state.askers.get(asked.id)?.map((each) => each.state)).toEqual([
      'awaitingWS',
      'fallbackPolling',
    ]);
    // Whoever asks cannot keep an approver from deciding by telling of steps.
    expect(state.armedAt).toBe(armedAt);
  });

  it('of an approval that is not shown is not kept', () => {
    const state = reduce(initialState, { type: 'asker.moved', id: 'b', step: step('x') }, 0);
    expect(state.askers.size).toBe(0);
  });
});
