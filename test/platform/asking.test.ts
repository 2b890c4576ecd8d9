import { describe, expect, it } from 'vitest';
import { digestOf } from '../../src/protocol/digest.ts';
import { createdSchema, rowSchema } from '../../src/protocol/rows.ts';
import { testApp } from '../support/platform.ts';

const APPROVALS = '/workspaces/w1/approvals';
const bound = (args: unknown, action = 'Drop table users', workspaceId = 'w1') => ({
  args: JSON.parse(JSON.stringify(args)),
  digest: digestOf({ action, args: JSON.parse(JSON.stringify(args)), workspaceId }),
});

describe('asking', () => {
  it('is answered with an id and "pending", as the Molecule platform does', async () => {
    const { call } = await testApp();
    const answer = await call('POST', APPROVALS, { body: { action: 'Drop table users' } });
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({ approval_id: expect.any(String), status: 'pending' });
    expect(createdSchema.safeParse(answer.body).success).toBe(true);
  });

  it('stores what was asked, and fills in what was not said', async () => {
    const { call, ask } = await testApp();
    const id = await ask({ action: 'Send 40k e-mails' });
    const { body } = await call('GET', `${APPROVALS}/${id}`);
    expect(body).toEqual({
      id,
      task_id: '',
      action: 'Send 40k e-mails',
      reason: '',
      status: 'pending',
      outcome: null,
      decided_by: null,
      decided_at: null,
      created_at: '2030-01-01T00:00:00.000Z',
      expires_at: '2030-01-01T00:10:00.000Z',
      note: null,
      digest: null,
    });
    expect(rowSchema.safeParse(body).success).toBe(true);
  });

  it('keeps reason and task id, null standing for nothing', async () => {
    const { call, ask } = await testApp();
    const full = await ask({ reason: 'GDPR\n\trequest', task_id: 'key-1', context: null });
    const empty = await ask({ reason: null, task_id: null });
    const [second, first] = (await call('GET', APPROVALS)).rows;
    expect(first).toMatchObject({ id: full, reason: 'GDPR\n\trequest', task_id: 'key-1' });
    expect(second).toMatchObject({ id: empty, reason: '', task_id: '' });
  });

  it('ends at the deadline that the request states', async () => {
    const { call, ask } = await testApp();
    const id = await ask({ timeout_seconds: 1.5 });
    const { body } = await call('GET', `${APPROVALS}/${id}`);
    expect(body['expires_at']).toBe('2030-01-01T00:00:01.500Z');
  });

  it.each([0, -1, 1e10, 315_360_001, '300', true])('refuses a timeout of %j', async (timeout) => {
    const { call } = await testApp();
    const answer = await call('POST', APPROVALS, {
      body: { action: 'a', timeout_seconds: timeout },
    });
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({
      error: expect.stringContaining('timeout_seconds'),
      code: 'invalid_request',
    });
  });

  it('takes a timeout of ten years', async () => {
    const { ask } = await testApp();
    await expect(ask({ timeout_seconds: 315_360_000 })).resolves.toBeTypeOf('string');
  });

  it.each([
    ['no action', {}],
    ['an empty action', { action: '' }],
    ['a blank action', { action: '  ' }],
    ['an action that is a number', { action: 7 }],
    ['an action of two lines', { action: 'a\nb' }],
    ['an action that is too long', { action: 'x'.repeat(10_001) }],
    ['a reason that is too long', { action: 'a', reason: 'x'.repeat(50_001) }],
    ['half of a surrogate pair', { action: '\ud800' }],
    ['a context that is a list', { action: 'a', context: [] }],
    ['a context without arguments', { action: 'a', context: {} }],
    ['arguments without a digest', { action: 'a', context: { args: {} } }],
    ['a digest without arguments', { action: 'a', context: { digest: bound(1).digest } }],
    ['a digest of another form', { action: 'a', context: { args: {}, digest: 'md5:00' } }],
  ])('refuses %s with 400', async (_, body) => {
    const { call, storage } = await testApp();
    const answer = await call('POST', APPROVALS, { body });
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({ error: expect.any(String), code: 'invalid_request' });
    expect(await storage.approvals.listOf('w1', 9)).toEqual([]);
  });

  it('takes action and reason of the longest size', async () => {
    const { ask } = await testApp();
    const longest = { action: 'x'.repeat(10_000), reason: 'y'.repeat(50_000) };
    await expect(ask(longest)).resolves.toBeTypeOf('string');
  });

  it('returns invisible and direction-changing characters as they were sent', async () => {
    const { call, ask } = await testApp();
    const action = 'pay \u202Ecilbup\u202C to p\u0430ypal \u{E0041} <b>Approved ✔</b>';
    const id = await ask({ action });
    expect((await call('GET', `${APPROVALS}/${id}`)).body['action']).toBe(action);
  });

  it('refuses workspace ids that are empty, too long, or hold control characters', async () => {
    const { call } = await testApp();
    for (const id of ['%00', '%1B%5B2J', 'x'.repeat(257)]) {
      const answer = await call('POST', `/workspaces/${id}/approvals`, { body: { action: 'a' } });
      expect(answer.status).toBe(400);
    }
    const empty = await call('POST', '/workspaces//approvals', { body: { action: 'a' } });
    expect(empty.status).toBe(404);
  });

  it('keeps workspaces apart whose names need escaping', async () => {
    const { call, ask } = await testApp();
    await ask({ action: 'one' }, 'a/b');
    await ask({ action: 'two' }, 'ä ö?#');
    const listOf = async (id: string) =>
      (await call('GET', `/workspaces/${encodeURIComponent(id)}/approvals`)).rows.map(
        (row) => row['action'],
      );
    expect(await listOf('a/b')).toEqual(['one']);
    expect(await listOf('ä ö?#')).toEqual(['two']);
    expect(await listOf('a')).toEqual([]);
  });
});

describe('arguments', () => {
  it('are stored with the digest that binds them', async () => {
    const { call, ask, token } = await testApp();
    const context = { ...bound({ to: ['a@b.c'], n: 40_000 }), args_schema: { type: 'object' } };
    const id = await ask({ context });
    const { body } = await call('GET', `/approvals/${id}`, { token });
    expect(body).toMatchObject({ ...context, edited_args: null });
  });

  it.each([
    ['other arguments', { ...bound({ n: 1 }), args: { n: 2 } }],
    ['another action', bound({ n: 1 }, 'Drop table orders')],
    ['another workspace', bound({ n: 1 }, 'Drop table users', 'w2')],
  ])('whose digest is over %s are refused with 409', async (_, context) => {
    const { call } = await testApp();
    const body = { action: 'Drop table users', context };
    const answer = await call('POST', APPROVALS, { body });
    expect(answer.status).toBe(409);
    expect(answer.body).toMatchObject({ code: 'digest_mismatch' });
  });

  it('may be null, which is not the same as none', async () => {
    const { call, ask } = await testApp();
    const id = await ask({ context: bound(null) });
    expect((await call('GET', `${APPROVALS}/${id}`)).body['digest']).toBe(bound(null).digest);
  });

  it('F64 keep a key named __proto__ and pollute nothing', async () => {
    const { call, ask, token } = await testApp();
    const args = '{"__proto__":{"admin":true},"constructor":1}';
    const id = await ask({ context: bound(JSON.parse(args)) });
    const { text } = await call('GET', `/approvals/${id}`, { token });
    expect(text).toContain(`"args":${args}`);
    expect(Object.hasOwn(Object.prototype, 'admin')).toBe(false);
  });

  it.each([
    '{"__proto__":{"type":"object"},"type":"object"}',
    '{"properties":{"__proto__":{"type":"null"}}}',
    '{}',
  ])('keep the schema %s whole', async (args_schema) => {
    const { call, ask, token } = await testApp();
    const id = await ask({ context: { ...bound(1), args_schema: JSON.parse(args_schema) } });
    const { text } = await call('GET', `/approvals/${id}`, { token });
    expect(text).toContain(`"args_schema":${args_schema}`);
  });

  it.each([
    ['a flag', true],
    ['a text', 'object'],
    ['a number', 7],
    ['a list', [{ type: 'object' }]],
  ])('have no schema that is %s', async (_, args_schema) => {
    const { call } = await testApp();
    const body = { action: 'Drop table users', context: { ...bound(1), args_schema } };
    const answer = await call('POST', APPROVALS, { body });
    expect(answer.status).toBe(400);
    expect(answer.body['error']).toBe('context.args_schema: must be an object');
  });

  it('may have null as their schema, which is none', async () => {
    const { ask } = await testApp();
    await expect(ask({ context: { ...bound(1), args_schema: null } })).resolves.toBeTypeOf(
      'string',
    );
  });

  it.each([
    ['a number beyond 2^53', '{"n":9007199254740993}'],
    ['a number beyond all', '{"n":1e400}'],
    ['a negative zero', '{"n":-0}'],
    ['half of a surrogate pair', '{"n":"\\ud800"}'],
  ])('with %s are refused, because JSON readers disagree on it', async (_, args) => {
    const { call } = await testApp();
    const body = `{"action":"a","context":{"args":${args},"digest":"${bound(1).digest}"}}`;
    const answer = await call('POST', APPROVALS, { body });
    expect(answer.status).toBe(400);
    expect(answer.body['error']).toContain('context.args.n');
  });
});

const post = (key: string, action = 'a') =>
  ({ body: { action }, headers: { 'idempotency-key': key } }) as const;

describe('an Idempotency-Key', () => {
  it('leads to the same approval, also after it has ended', async () => {
    const { call, token } = await testApp();
    const first = await call('POST', APPROVALS, post('k'));
    const id = String(first.body['approval_id']);
    await call('POST', `${APPROVALS}/${id}/decide`, { token, body: { decision: 'denied' } });
    const second = await call('POST', APPROVALS, post('k'));
    expect(second.status).toBe(201);
    expect(second.text).toBe(first.text);
  });

  it('takes the same body in another spelling', async () => {
    const { call } = await testApp();
    const headers = { 'idempotency-key': 'k' };
    const one = await call('POST', APPROVALS, { headers, body: '{"action":"a","reason":"b"}' });
    const two = await call('POST', APPROVALS, {
      headers,
      body: '{ "reason":"b", "action":"\\u0061" }',
    });
    expect(two.body).toEqual(one.body);
  });

  it('with another body is a conflict', async () => {
    const { call } = await testApp();
    await call('POST', APPROVALS, post('k'));
    const answer = await call('POST', APPROVALS, post('k', 'b'));
    expect(answer.status).toBe(409);
    expect(answer.body).toEqual({ error: expect.any(String), code: 'idempotency_conflict' });
  });

  it('belongs to its workspace', async () => {
    const { call } = await testApp();
    const one = await call('POST', APPROVALS, post('k'));
    const two = await call('POST', '/workspaces/w2/approvals', post('k', 'b'));
    expect(two.status).toBe(201);
    expect(two.body['approval_id']).not.toBe(one.body['approval_id']);
  });

  it('makes one row and one event of twenty requests at the same time', async () => {
    const { call, storage } = await testApp();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => call('POST', APPROVALS, post('k'))),
    );
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(await storage.approvals.listOf('w1', 9)).toHaveLength(1);
    expect(await storage.events.head()).toBe(1);
  });

  it('is not needed: two requests without one are two approvals', async () => {
    const { ask } = await testApp();
    expect(await ask()).not.toBe(await ask());
  });

  it('that is too long or empty is refused', async () => {
    const { call } = await testApp();
    for (const key of ['', 'k'.repeat(257)])
      expect((await call('POST', APPROVALS, post(key))).status).toBe(400);
  });
});
