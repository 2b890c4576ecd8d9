import { describe, expect, it } from 'vitest';
import { ownerName } from '../../src/platform/auth.ts';
import { digestOf } from '../../src/protocol/digest.ts';
import { testApp } from '../support/platform.ts';

const OWNER = ownerName();
const pathOf = (id: string) => `/workspaces/w1/approvals/${id}/decide`;
const sha = (digit: string) => `sha256:${digit.repeat(64)}`;

describe('an approver', () => {
  it.each([
    ['approves', 'approved', 'granted'],
    ['denies', 'denied', 'denied'],
  ])('%s', async (_, decision, outcome) => {
    const { call, ask, token, clock } = await testApp();
    const id = await ask();
    clock.advance(1_000);
    const body = { decision, note: 'mind the\nbackup', decided_by: 'somebody else' };
    const answer = await call('POST', pathOf(id), { token, body });
    const end = {
      status: decision,
      outcome,
      decided_by: OWNER,
      decided_at: '2030-01-01T00:00:01.000Z',
    };
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ approval_id: id, ...end });
    const row = await call('GET', `/workspaces/w1/approvals/${id}`);
    expect(row.body).toMatchObject({ ...end, note: 'mind the\nbackup' });
  });

  it('has to look again when what was shown is not what is stored', async () => {
    const { call, ask, token } = await testApp();
    const args = { table: 'users' };
    const digest = digestOf({ action: 'Drop table users', args, workspaceId: 'w1' });
    const id = await ask({ context: { args, digest } });
    const shown = { decision: 'approved', digest: sha('0') };
    const refused = await call('POST', pathOf(id), { token, body: shown });
    expect(refused.status).toBe(409);
    expect(refused.body['code']).toBe('digest_mismatch');
    const seen = await call('POST', pathOf(id), { token, body: { decision: 'approved', digest } });
    expect(seen.status).toBe(200);
  });

  it('cannot have seen a digest where there is none', async () => {
    const { call, ask, token } = await testApp();
    const body = { decision: 'approved', digest: sha('0') };
    expect((await call('POST', pathOf(await ask()), { token, body })).status).toBe(409);
  });

  it('gets the stored end where another one was quicker', async () => {
    const { call, ask, storage } = await testApp();
    const alice = await storage.tokens.addToken({ kind: 'approver', name: 'alice' });
    const bob = await storage.tokens.addToken({ kind: 'approver', name: 'bob' });
    const id = await ask();
    const denied = { decision: 'denied', note: 'not today' };
    await call('POST', pathOf(id), { token: alice.token, body: denied });
    const late = await call('POST', pathOf(id), {
      token: bob.token,
      body: { decision: 'approved' },
    });
    expect(late.status).toBe(404);
    expect(late.body).toEqual({
      error: expect.any(String),
      code: 'already_decided',
      approval_id: id,
      status: 'denied',
      outcome: 'denied',
      decided_by: 'alice',
      decided_at: '2030-01-01T00:00:00.000Z',
      note: 'not today',
    });
  });

  it('cannot decide what has been withdrawn or has expired', async () => {
    const { call, ask, token, clock, storage } = await testApp();
    const withdrawn = await ask();
    await call('POST', pathOf(withdrawn), { body: { decision: 'denied', decided_by: 'x' } });
    const expired = await ask({ timeout_seconds: 1 });
    clock.jump(1_000);
    for (const [id, outcome] of [
      [withdrawn, 'withdrawn'],
      [expired, 'timeout'],
    ] as const) {
      const answer = await call('POST', pathOf(id), { token, body: { decision: 'approved' } });
      expect(answer.status).toBe(404);
      expect(answer.body).toMatchObject({ code: 'already_decided', status: 'denied', outcome });
    }
    expect((await storage.approvals.find(expired))?.decided_by).toBe('auto-expired');
  });

  it('is told of ids that are unknown, or of another workspace', async () => {
    const { call, ask, token, storage } = await testApp();
    const elsewhere = await ask({}, 'w2');
    for (const id of [elsewhere, 'nope', '00000000-0000-4000-8000-000000000000']) {
      const answer = await call('POST', pathOf(id), { token, body: { decision: 'approved' } });
      expect(answer.status).toBe(404);
      expect(answer.body['code']).toBe('not_found');
    }
    expect((await storage.approvals.find(elsewhere))?.status).toBe('pending');
  });

  it('wins once of twenty at the same time, with one event', async () => {
    const { call, ask, token, storage } = await testApp();
    const id = await ask();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        call('POST', pathOf(id), {
          token,
          body: { decision: index % 2 === 0 ? 'approved' : 'denied', note: `${index}` },
        }),
      ),
    );
    const won = answers.filter(({ status }) => status === 200);
    const lost = answers.filter(({ status }) => status === 404);
    expect([won.length, lost.length]).toEqual([1, 19]);
    const stored = won[0]?.body['status'];
    expect(lost.map(({ body }) => body['status'])).toEqual(Array(19).fill(stored));
    const events = await storage.events.read({ after: 0, workspaceId: null, limit: 99 });
    expect(events.map(({ name }) => name)).toEqual(['APPROVAL_REQUESTED', 'APPROVAL_DECIDED']);
  });

  it('does not ask', async () => {
    const { call, token } = await testApp();
    const body = { action: 'a' };
    const answer = await call('POST', '/workspaces/w1/approvals', { token, body });
    expect(answer.status).toBe(403);
    expect(answer.body['code']).toBe('forbidden');
  });
});

describe('a requester that denies', () => {
  it.each([
    ['withdrawn: deadline passed', 'withdrawn: deadline passed'],
    ['the caller gave up', 'withdrawn: the caller gave up'],
    ['alice', 'withdrawn: alice'],
    ['withdrawn: ', 'withdrawn: no reason was given'],
    ['', 'withdrawn: no reason was given'],
    [null, 'withdrawn: no reason was given'],
    ['withdrawn: withdrawn: twice', 'withdrawn: withdrawn: twice'],
    ['auto-expired', 'withdrawn: auto-expired'],
    ['💥'.repeat(300), `withdrawn: ${'💥'.repeat(200)}`],
  ])('as %j takes its request back', async (said, stored) => {
    const { call, ask, storage } = await testApp();
    const id = await ask();
    const body = { decision: 'denied', decided_by: said, note: 'no note of a person' };
    const answer = await call('POST', pathOf(id), { body });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ approval_id: id, status: 'denied', outcome: 'withdrawn' });
    const row = await call('GET', `/workspaces/w1/approvals/${id}`);
    expect(row.body).toMatchObject({ decided_by: stored, outcome: 'withdrawn', note: null });
    const [, event] = await storage.events.read({ after: 0, workspaceId: 'w1', limit: 9 });
    expect(event?.name).toBe('APPROVAL_WITHDRAWN');
  });

  it('too late gets the stored end', async () => {
    const { call, ask, token } = await testApp();
    const id = await ask();
    await call('POST', pathOf(id), { token, body: { decision: 'approved' } });
    const answer = await call('POST', pathOf(id), { body: { decision: 'denied' } });
    expect(answer.status).toBe(404);
    expect(answer.body).toMatchObject({ code: 'already_decided', outcome: 'granted' });
  });
});
