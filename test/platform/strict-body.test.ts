import { describe, expect, it } from 'vitest';
import { MAX_REQUEST_BYTES } from '../../src/protocol/routes.ts';
import { testApp } from '../support/platform.ts';

const APPROVALS = '/workspaces/w1/approvals';
const bytes = (...values: number[]) => new Uint8Array(values);
const utf8 = (text: string) => new TextEncoder().encode(text);
const nested = (depth: number) =>
  `{"action":"a","context":{"args":${'['.repeat(depth)}${']'.repeat(depth)}}}`;

describe('a body', () => {
  it.each([
    ['a key twice', '{"action":"a","action":"b"}', 'duplicate_key', '"action"'],
    ['a key twice, once escaped', '{"action":"a","\\u0061ction":"b"}', 'duplicate_key', '"action"'],
    [
      'a key twice in depth',
      '{"action":"a","context":{"args":[{"x":1,"x":1}]}}',
      'duplicate_key',
      '"x"',
    ],
    ['a key twice around an object', '{"a":1,"b":{"c":[1,"a",{}]},"a":2}', 'duplicate_key', '"a"'],
    ['an empty key twice', '{"":1,"":2}', 'duplicate_key', '""'],
    ['__proto__ twice', '{"__proto__":1,"__proto__":2}', 'duplicate_key', '"__proto__"'],
    ['an unknown key', '{"action":"a","colour":"red"}', 'unknown_key', '"colour"'],
    [
      'an unknown key in the context',
      '{"action":"a","context":{"host":"x"}}',
      'unknown_key',
      '"context.host"',
    ],
    ['a key __proto__', '{"action":"a","__proto__":{"x":1}}', 'unknown_key', '"__proto__"'],
    ['a key constructor', '{"action":"a","constructor":1}', 'unknown_key', '"constructor"'],
    ['an action only in __proto__', '{"__proto__":{"action":"a"}}', 'unknown_key', '"__proto__"'],
    ['ESC in the action', '{"action":"\\u001b[2J"}', 'invalid_request', 'U+001B'],
    ['NUL in the action', '{"action":"a\\u0000"}', 'invalid_request', 'U+0000'],
    ['a tab in the action', '{"action":"a\\tb"}', 'invalid_request', 'U+0009'],
    ['CR in the reason', '{"action":"a","reason":"x\\ry"}', 'invalid_request', 'U+000D'],
    ['C1 in the reason', '{"action":"a","reason":"\\u009b"}', 'invalid_request', 'U+009B'],
    ['DEL in the task id', '{"action":"a","task_id":"\\u007f"}', 'invalid_request', 'U+007F'],
    ['half an object', '{', 'invalid_json', 'JSON'],
    ['nothing', '', 'invalid_json', 'JSON'],
    ['a byte order mark', '\ufeff{"action":"a"}', 'invalid_json', 'JSON'],
    ['a comment', '{"action":"a"} // x', 'invalid_json', 'JSON'],
    ['NaN', '{"action":NaN}', 'invalid_json', 'JSON'],
    ['two values', '{"action":"a"}{"action":"b"}', 'invalid_json', 'JSON'],
    ['deep nesting', nested(100), 'invalid_json', 'nested'],
    ['very deep nesting', '['.repeat(100_000) + ']'.repeat(100_000), 'invalid_json', 'nested'],
    ['a list', '[]', 'invalid_request', 'the body'],
    ['a string', '"action"', 'invalid_request', 'the body'],
    ['null', 'null', 'invalid_request', 'the body'],
  ])('with %s is refused, naming it', async (_, body, code, named) => {
    const { call, storage } = await testApp();
    const answer = await call('POST', APPROVALS, { body: utf8(body) });
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({ error: expect.stringContaining(named), code });
    expect(await storage.events.head()).toBe(0);
  });

  it('that is not UTF-8 is refused', async () => {
    const { call } = await testApp();
    const body = bytes(...utf8('{"action":"'), 0xff, ...utf8('"}'));
    expect((await call('POST', APPROVALS, { body })).body['code']).toBe('invalid_json');
  });

  it('may hold one key in several objects, and strings that look like keys', async () => {
    const { ask, call, token } = await testApp();
    const reason = '{"a":1,"a":2} "a":"a\\" : [';
    const id = await ask({ action: '"action":', reason, task_id: 'action' });
    expect((await call('GET', `/approvals/${id}`, { token })).body).toMatchObject({ reason });
  });

  it.each([
    ['none', undefined],
    ['text/plain', 'text/plain'],
    ['a form', 'application/x-www-form-urlencoded'],
    ['a form of a page', 'multipart/form-data; boundary=x'],
    ['one that only starts like JSON', 'application/jsonp'],
    ['another JSON', 'application/merge-patch+json'],
  ])('of the content type %s is refused', async (_, type) => {
    const { call } = await testApp();
    const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type };
    const body = utf8('{"action":"a"}');
    const answer = await call('POST', APPROVALS, {
      body,
      headers: { ...headers, ...(type === undefined ? { 'content-type': '' } : {}) },
    });
    expect(answer.status).toBe(415);
    expect(answer.body['code']).toBe('unsupported_media_type');
  });

  it.each(['application/json; charset=utf-8', 'Application/JSON'])('may be %s', async (type) => {
    const { call } = await testApp();
    const headers = { 'content-type': type };
    expect((await call('POST', APPROVALS, { body: { action: 'a' }, headers })).status).toBe(201);
  });

  it('of more than 256 KiB is refused, with and without a stated length', async () => {
    const { call } = await testApp();
    const large = `{"action":"a","reason":"${'x'.repeat(MAX_REQUEST_BYTES)}"}`;
    const stated = { 'content-length': String(large.length) };
    for (const headers of [{}, stated]) {
      const answer = await call('POST', APPROVALS, { body: large, headers });
      expect(answer.status).toBe(413);
      expect(answer.body['code']).toBe('too_large');
    }
  });

  it('of exactly 256 KiB is read', async () => {
    const { call } = await testApp();
    const head = '{"action":"a"';
    const body = `${head}${' '.repeat(MAX_REQUEST_BYTES - head.length - 1)}}`;
    expect(body).toHaveLength(MAX_REQUEST_BYTES);
    expect((await call('POST', APPROVALS, { body })).status).toBe(201);
  });

  it.each([
    ['an unknown key', '{"decision":"denied","by":"x"}', 'unknown_key', '"by"'],
    [
      'edited arguments, which are not taken',
      '{"decision":"approved","edited_args":{}}',
      'unknown_key',
      '"edited_args"',
    ],
    ['a key twice', '{"decision":"denied","decision":"approved"}', 'duplicate_key', '"decision"'],
    ['another word', '{"decision":"maybe"}', 'invalid_request', "'approved' or 'denied'"],
    ['another case', '{"decision":"Approved"}', 'invalid_request', "'approved' or 'denied'"],
    ['no word', '{}', 'invalid_request', "'approved' or 'denied'"],
    ['a list of words', '{"decision":["approved"]}', 'invalid_request', "'approved' or 'denied'"],
    ['ESC in the note', '{"decision":"denied","note":"\\u001b"}', 'invalid_request', 'U+001B'],
    [
      'ESC in the name',
      '{"decision":"denied","decided_by":"\\u001b"}',
      'invalid_request',
      'U+001B',
    ],
  ])('of a decision with %s is refused, and nothing is decided', async (_, body, code, named) => {
    const { call, ask, token } = await testApp();
    const path = `${APPROVALS}/${await ask()}`;
    for (const credential of [{ token }, {}]) {
      const answer = await call('POST', `${path}/decide`, { body, ...credential });
      expect(answer.status).toBe(400);
      expect(answer.body).toEqual({ error: expect.stringContaining(named), code });
    }
    expect((await call('GET', path)).body['status']).toBe('pending');
  });
});
