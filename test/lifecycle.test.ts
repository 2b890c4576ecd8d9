import { expect, it } from 'vitest';
import { toToolResult } from '../src/index.ts';
import { fakePlatform, requestingSide } from './support/world.ts';

it('grants when a person approves over the live channel', async () => {
  const platform = await fakePlatform();
  const { approvals, outcomes } = requestingSide(platform.url);
  const asked = approvals.request({ action: 'Drop table users', reason: 'GDPR' });
  const row = await platform.waitForRow();
  platform.decide(row.id, 'approved', 'alice@example.com');
  const outcome = await asked;
  expect(toToolResult(outcome)).toEqual({
    approved: true,
    status: 'granted',
    approval_id: row.id,
    decided_by: 'alice@example.com',
    trace_id: outcome.traceId,
  });
  expect(outcomes()).toEqual(['allowed', 'requested', 'granted']);
});
