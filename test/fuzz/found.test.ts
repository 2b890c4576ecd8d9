/** What the fuzzing found once, tried every time. */
import { describe, expect, it } from 'vitest';
import { createRequest, readInput } from '../../src/approvals/request.ts';
import { attemptOf } from '../../src/client/create-answer.ts';
import { pageOf } from '../../src/client/list.ts';
import { systemEnvironment } from '../../src/environment.ts';
import { isCountersignError, messageOf, problemCodeOf } from '../../src/errors.ts';
import { plainJson } from '../../src/protocol/canonical-json.ts';
import { decisionOfFrame } from '../../src/protocol/frames.ts';
import { readSettings, type SettingsOptions } from '../../src/settings.ts';
import { LIMIT_MS } from '../support/fuzz/target.ts';

/** Of this thread's own time; the fastest of three. */
async function fastestMs(run: () => unknown): Promise<number> {
  const times: number[] = [];
  for (let tries = 0; tries < 3; tries += 1) {
    const before = process.threadCpuUsage();
    await run();
    const { user, system } = process.threadCpuUsage(before);
    times.push((user + system) / 1_000);
  }
  return Math.min(...times);
}

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

const defaults = { workspaceId: 'ws', timeoutMs: 1_000, environment: systemEnvironment };
const request = (input: unknown) => createRequest(readInput(input), defaults, 'trace-1');

describe('things that were thrown', () => {
  it.each([
    ['an object without a prototype', Object.create(null)],
    ['an error whose message cannot be read', failing(new Error('x'), 'message')],
    ['a proxy that was revoked', revoked()],
  ])('have a message and a code, also %s', (_, thrown: unknown) => {
    expect(messageOf(thrown)).toBe('something was thrown that cannot be shown');
    expect(problemCodeOf(thrown)).toBe('internal');
    expect(isCountersignError(thrown)).toBe(false);
    const args = failing({}, 'a', thrown);
    expect(() => plainJson(args)).toThrow('$.a cannot be read: something was thrown');
  });
});

function failing(value: object, key: string, thrown: unknown = new Error('no')): unknown {
  const get = (): never => {
    throw thrown;
  };
  return Object.defineProperty(value, key, { get, enumerable: true });
}

describe('settings', () => {
  it('are not taken from this machine where the option is null and the variable blank', () => {
    const options = Object.assign<SettingsOptions, object>({}, { platformUrl: null });
    const read = () => readSettings(options, { WORKSPACE_ID: 'ws', PLATFORM_URL: ' ' });
    expect(read).toThrow('PLATFORM_URL is empty');
  });

  it('name the variable where the option is null', () => {
    const options = Object.assign<SettingsOptions, object>({}, { timeout: null });
    const read = () => readSettings(options, { WORKSPACE_ID: 'ws', APPROVAL_TIMEOUT: 'soon' });
    expect(read).toThrow('APPROVAL_TIMEOUT must be');
  });
});

describe('a request', () => {
  it.each([
    ['whose action cannot be read', failing({}, 'action'), 'input'],
    ['that is a proxy that was revoked', revoked(), 'input'],
    ['whose timeout is a BigInt', { action: 'Pay', timeout: 5n }, 'config'],
    ['whose timeout has a text', { action: 'Pay', timeout: { toString: () => '5m' } }, 'config'],
    ['whose timeout has no text', { action: 'Pay', timeout: Object.create(null) }, 'config'],
  ])('%s is refused by a code', (_, input, code) => {
    expect(() => request(input)).toThrow(expect.objectContaining({ code }));
  });

  it('with billions of values in a few lists is refused in a moment', async () => {
    let args: unknown = 1;
    for (let level = 0; level < 40; level += 1) args = [args, args];
    const ms = await fastestMs(() => {
      expect(() => request({ action: 'Pay', args })).toThrow('values that are taken');
    });
    expect(ms).toBeLessThan(LIMIT_MS);
  });
});

it('a Link header full of brackets is read in a moment', async () => {
  for (const link of ['<'.repeat(16_000), '<>;'.repeat(5_400)]) {
    const headers = new Headers({ link });
    const answer = { url: 'http://a.example/', status: 200, headers, text: '[]', body: [] };
    expect(await fastestMs(() => pageOf(answer))).toBeLessThan(LIMIT_MS);
  }
});

it('half a surrogate pair in a refusal does not get into the message', () => {
  const body = { error: `${'x'.repeat(199)}😀` };
  const text = JSON.stringify(body);
  const headers = new Headers();
  const attempt = attemptOf({ url: 'http://a.example', status: 400, headers, text, body });
  expect(JSON.stringify(attempt).isWellFormed()).toBe(true);
  expect(attempt).toMatchObject({ problem: { message: expect.stringContaining('�') } });
});

it.each(['\t', ' /a\u0000'])('the state folder %j is named with all that is wrong', (folder) => {
  const env = { COUNTERSIGN_STATE_DIR: folder, HOME: '/home/me' };
  const wrong = /^wrong settings: WORKSPACE_ID .*; COUNTERSIGN_STATE_DIR /;
  expect(() => readSettings({}, env, () => false)).toThrow(wrong);
});

it('an address of very many slashes is read in a moment', async () => {
  const platformUrl = `http://a.example${'/'.repeat(100_000)}x///`;
  const read = () => readSettings({ workspaceId: 'ws', platformUrl }, {}, () => false).platformUrl;
  expect(read()).toBe(platformUrl.slice(0, -3));
  expect(await fastestMs(read)).toBeLessThan(LIMIT_MS);
});

it('a flag that is billions of lists is refused, and not made a text of', () => {
  let lists: unknown = [];
  for (let level = 0; level < 40; level += 1) lists = [lists, lists];
  const options = Object.assign<SettingsOptions, object>({}, { confirmGrants: lists });
  expect(() => readSettings(options, { WORKSPACE_ID: 'ws' })).toThrow('must be true or false');
});

it('a decision whose letters are spelt by their numbers is a decision', () => {
  const text = '{"event":"\\u0041PPROVAL_DECIDED","approval_id":"a1","status":"\\u0061pproved"}';
  expect(decisionOfFrame(text, 'ws')).toMatchObject({ approvalId: 'a1', status: 'approved' });
});
