import { execFileSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { isCountersignError } from '../src/errors.ts';
import {
  type EnvironmentVariables,
  readSettings,
  resolveAuditPath,
  SettingsError,
  type SettingsOptions,
  stateFolder,
} from '../src/settings.ts';
import { temporaryFolder } from './support/temp-folder.ts';
import { WRONG_TIMES } from './support/wrong-times.ts';

const BARE = { WORKSPACE_ID: 'ws-1', HOME: '/home/me' };
const nowhere = (): boolean => false;
const inContainer = (path: string): boolean => path === '/.dockerenv';

const read = (env: EnvironmentVariables, options: SettingsOptions = {}) =>
  readSettings(options, { ...BARE, ...env }, nowhere);

function problemsOf(env: EnvironmentVariables, options: SettingsOptions = {}): SettingsError {
  try {
    read(env, options);
  } catch (error) {
    if (error instanceof SettingsError) return error;
    throw error;
  }
  throw new Error('the settings were taken');
}

describe('settings', () => {
  it('have defaults for all but the workspace', () => {
    expect(read({})).toEqual({
      platformUrl: 'http://localhost:8080',
      workspaceId: 'ws-1',
      timeoutMs: 300_000,
      timeoutIsDefault: true,
      pollIntervalMs: 5_000,
      transport: 'auto',
      origin: undefined,
      token: undefined,
      tokenFile: '/configs/.auth_token',
      configDir: '/configs',
      audit: { path: '/var/log/molecule/audit.jsonl', explicit: false },
      auditHmacKey: undefined,
      stateDir: '/home/me/.local/state/countersign',
      stateDirIsSet: false,
      grantTtlMs: 600_000,
      confirmGrants: false,
      shareStates: false,
      maxConcurrent: 10_000,
      awakeAtMost: 1_000,
      viewUrl: undefined,
    });
  });

  it('come from the environment', () => {
    const env = {
      PLATFORM_URL: ' https://platform.example/base/ ',
      COUNTERSIGN_SHARE_STATES: 'true',
      COUNTERSIGN_INSPECT: ' http://127.0.0.1:7357/ ',
      WORKSPACE_ID: 'ws-2',
      APPROVAL_TIMEOUT: '5m',
      APPROVAL_POLL_INTERVAL: '0.5',
      APPROVAL_USE_WEBSOCKET: 'False',
      APPROVAL_ORIGIN: 'https://canvas.example',
      APPROVAL_TOKEN: 'token-1\n',
      CONFIGS_DIR: '/secrets',
      WORKSPACE_CONFIG_PATH: '/workspace',
      AUDIT_LOG_PATH: '/logs/audit.jsonl',
      AUDIT_HMAC_KEY: ' a key ',
      COUNTERSIGN_STATE_DIR: '/state',
    };
    expect(read(env)).toEqual({
      platformUrl: 'https://platform.example/base',
      workspaceId: 'ws-2',
      timeoutMs: 300_000,
      timeoutIsDefault: false,
      pollIntervalMs: 500,
      transport: 'polling',
      origin: 'https://canvas.example',
      token: 'token-1',
      tokenFile: '/secrets/.auth_token',
      configDir: '/workspace',
      audit: { path: '/logs/audit.jsonl', explicit: true },
      auditHmacKey: ' a key ',
      stateDir: '/state',
      stateDirIsSet: true,
      grantTtlMs: 600_000,
      confirmGrants: false,
      shareStates: true,
      maxConcurrent: 10_000,
      awakeAtMost: 1_000,
      viewUrl: 'http://127.0.0.1:7357',
    });
  });

  it('given in code win, also over a variable that is wrong', () => {
    const env = {
      PLATFORM_URL: 'nonsense',
      WORKSPACE_ID: '',
      APPROVAL_TIMEOUT: 'soon',
      APPROVAL_USE_WEBSOCKET: 'perhaps',
      APPROVAL_TOKEN: 'from the environment',
      AUDIT_LOG_PATH: '/elsewhere',
    };
    const options = {
      platformUrl: 'http://127.0.0.1:9',
      workspaceId: 'ws-3',
      timeout: 7,
      useWebSocket: true,
      token: 'token-2',
      auditLogPath: '/logs/audit.jsonl',
      confirmGrants: true,
      maxConcurrent: 5,
      awakeAtMost: 7,
    };
    expect(read(env, options)).toMatchObject({
      platformUrl: 'http://127.0.0.1:9',
      workspaceId: 'ws-3',
      timeoutMs: 7_000,
      timeoutIsDefault: false,
      transport: 'auto',
      token: 'token-2',
      audit: { path: '/logs/audit.jsonl', explicit: true },
      confirmGrants: true,
      maxConcurrent: 5,
      awakeAtMost: 7,
    });
  });

  it('treat variables that are there and empty as not set, but for who asks and where', () => {
    const names = ['APPROVAL_TIMEOUT', 'APPROVAL_USE_WEBSOCKET', 'APPROVAL_TOKEN'];
    const more = ['APPROVAL_ORIGIN', 'AUDIT_LOG_PATH', 'AUDIT_HMAC_KEY', 'CONFIGS_DIR'];
    const env = Object.fromEntries([...names, ...more].map((name) => [name, '']));
    expect(read(env)).toEqual(read({}));
    const wrong = problemsOf({ PLATFORM_URL: '', WORKSPACE_ID: ' ' });
    expect(wrong.problems.map(({ variable }) => variable)).toEqual([
      'PLATFORM_URL',
      'WORKSPACE_ID',
    ]);
  });

  it('D25 D32 tell everything that is wrong at once, by the name of the variable or option', () => {
    const error = problemsOf(
      {
        PLATFORM_URL: 'ftp://x',
        WORKSPACE_ID: '..',
        APPROVAL_TIMEOUT: 'soon',
        APPROVAL_POLL_INTERVAL: '0',
        APPROVAL_USE_WEBSOCKET: 'perhaps',
        APPROVAL_ORIGIN: 'x',
        APPROVAL_TOKEN: 'a b',
        AUDIT_LOG_PATH: 'a\0b',
      },
      { maxConcurrent: 0 },
    );
    const names = error.problems.map(({ variable }) => variable);
    expect(names.toSorted()).toEqual([
      'APPROVAL_ORIGIN',
      'APPROVAL_POLL_INTERVAL',
      'APPROVAL_TIMEOUT',
      'APPROVAL_TOKEN',
      'APPROVAL_USE_WEBSOCKET',
      'AUDIT_LOG_PATH',
      'PLATFORM_URL',
      'WORKSPACE_ID',
      'maxConcurrent',
    ]);
    for (const { variable, message } of error.problems)
      expect(error.message).toContain(`${variable} ${message}`);
    expect(error.code).toBe('config');
    expect(isCountersignError(error)).toBe(true);
  });
});

describe('F31 D30 the address of the platform', () => {
  it.each([
    ['http://localhost:8080', 'http://localhost:8080'],
    ['http://localhost:8080/', 'http://localhost:8080'],
    ['http://localhost:8080///', 'http://localhost:8080'],
    ['HTTP://LocalHost:80/', 'http://localhost'],
    ['https://example.com:443/base/path/', 'https://example.com/base/path'],
    ['http://[::1]:8080/', 'http://[::1]:8080'],
    ['https://bücher.example/a b'.replace(' ', '%20'), 'https://xn--bcher-kva.example/a%20b'],
    ['http://example.com/@here', 'http://example.com/@here'],
  ])('%s is %s', (written, expected) => {
    expect(read({ PLATFORM_URL: written }).platformUrl).toBe(expected);
    expect(read({}, { platformUrl: written }).platformUrl).toBe(expected);
  });

  it.each([
    '',
    'localhost:8080',
    'example.com',
    '//example.com',
    'ws://localhost:8080',
    'wss://localhost:8080',
    'ftp://localhost',
    'javascript:alert(1)',
    'file:///etc/passwd',
    'http:localhost',
    'http://',
    'http:///path',
    'http://exa mple.com',
    'http://example.com\n.evil.example',
    'http:\\\\example.com',
    'http://example.com\\@evil.example',
    'http://example.com:99999',
    'http://[::1',
    'http://example.com?',
    'http://example.com/?token=s3cret',
    'http://example.com/#s3cret',
    'http://me:s3cret@example.com',
    'http://s3cret@example.com',
    'http://@example.com',
  ])('%j is refused, without showing what may be secret', (written) => {
    for (const error of [
      problemsOf({ PLATFORM_URL: written }),
      problemsOf({}, { platformUrl: written }),
    ]) {
      expect(error.problems).toHaveLength(1);
      expect(error.message).not.toContain('s3cret');
    }
  });

  it.each([
    [{ MOLECULE_IN_DOCKER: '1' }, 'http://host.docker.internal:8080'],
    [{ MOLECULE_IN_DOCKER: 'True' }, 'http://host.docker.internal:8080'],
    [{ MOLECULE_IN_DOCKER: '0' }, 'http://localhost:8080'],
    [{ MOLECULE_IN_DOCKER: '' }, 'http://localhost:8080'],
  ])('with %j and none set is %s', (env, expected) => {
    expect(read(env).platformUrl).toBe(expected);
  });

  it('is the host where the file of a container exists', () => {
    const settings = readSettings({}, BARE, inContainer);
    expect(settings.platformUrl).toBe('http://host.docker.internal:8080');
  });
});

it.each(['configDir', 'stateDir', 'auditLogPath'] as const)(
  'a blank %s is refused, and is not the current folder',
  (option) => {
    for (const blank of ['', ' '])
      expect(problemsOf({ WORKSPACE_ID: 'w' }, { [option]: blank }).problems).toMatchObject([
        { variable: option, message: expect.stringContaining('empty') },
      ]);
  },
);

describe('the address of a live view', () => {
  it.each([
    ['http://127.0.0.1:7357', 'http://127.0.0.1:7357'],
    ['HTTP://LocalHost:7357/', 'http://localhost:7357'],
    ['http://127.0.0.1', 'http://127.0.0.1'],
  ])('%j is %s', (written, viewUrl) => {
    expect(read({ COUNTERSIGN_INSPECT: written }).viewUrl).toBe(viewUrl);
    expect(read({}, { inspect: written }).viewUrl).toBe(viewUrl);
  });

  it.each([
    '7357',
    '127.0.0.1:7357',
    'https://127.0.0.1:7357',
    'ws://127.0.0.1:7357',
    'http://',
    'http:///127.0.0.1',
    'http://example.com:7357',
    'http://127.0.0.1.example.com:7357',
    'http://0.0.0.0:7357',
    'http://192.168.0.1:7357',
    'http://[::]:7357',
    'http://[::1]:7357',
    'http://127.9.8.7:7357',
    'http://127.0.0.1:0',
    'http://me@127.0.0.1:7357',
    'http://@127.0.0.1:7357',
    'http://127.0.0.1:7357/watch',
    'http://127.0.0.1:7357/?a',
    'http://127.0.0.1:7357/#a',
    'http://127.0.0.1:7357\\x',
    'http://127.0.0.1:99999',
    '   ',
  ])('%j is none', (written) => {
    const { problems } = problemsOf({ COUNTERSIGN_INSPECT: written, APPROVAL_TIMEOUT: 'soon' });
    expect(problems.map(({ variable }) => variable)).toEqual([
      'APPROVAL_TIMEOUT',
      'COUNTERSIGN_INSPECT',
    ]);
    expect(problemsOf({}, { inspect: written }).problems).toMatchObject([{ variable: 'inspect' }]);
  });

  it('is not looked for where an observer is given, or empty text, or none', () => {
    const env = { COUNTERSIGN_INSPECT: 'http://127.0.0.1:7357' };
    for (const inspect of [() => undefined, { next: () => undefined }, ''])
      expect(read(env, { inspect }).viewUrl).toBe(undefined);
    expect(read(env, { inspect: undefined }).viewUrl).toBe('http://127.0.0.1:7357');
    expect(read({ COUNTERSIGN_INSPECT: '' }).viewUrl).toBe(undefined);
    expect(problemsOf({}, { inspect: 7357 }).problems).toMatchObject([{ variable: 'inspect' }]);
  });
});

describe('the workspace', () => {
  it.each(['ws-1', 'a/b', 'a b', '...', 'x'.repeat(256)])('may be %j', (id) => {
    expect(read({ WORKSPACE_ID: id }).workspaceId).toBe(id);
  });

  it.each(['', '  ', '.', '..', 'a\nb', 'a\0b', 'a\u009bb', 'a\ud800', 'Größe', 'x'.repeat(257)])(
    'may not be %j',
    (id) => {
      expect(problemsOf({}, { workspaceId: id }).problems).toMatchObject([
        { variable: 'workspaceId' },
      ]);
    },
  );

  it('has to be named', () => {
    expect(() => readSettings({}, {}, nowhere)).toThrow(/WORKSPACE_ID is not set/);
  });
});

describe('F32 D25 times', () => {
  it.each([
    ['300', 300_000],
    ['90s', 90_000],
    ['5m', 300_000],
    ['2h', 7_200_000],
    ['30d', 2_592_000_000],
    ['0.25', 250],
    [' 5m ', 300_000],
  ])('%j is a timeout of %d ms', (written, ms) => {
    expect(read({ APPROVAL_TIMEOUT: written })).toMatchObject({ timeoutMs: ms });
  });

  it.each(WRONG_TIMES)('%j is no timeout and no interval', (value) => {
    expect(problemsOf({}, { timeout: value, pollInterval: value }).problems).toMatchObject([
      { variable: 'timeout' },
      { variable: 'pollInterval' },
    ]);
  });

  it('refuse an interval that a timer cannot count', () => {
    expect(problemsOf({ APPROVAL_POLL_INTERVAL: '25d' }).message).toContain('at most a day');
  });
});

describe('the other settings', () => {
  it.each([
    ['true', 'auto'],
    ['1', 'auto'],
    ['FALSE', 'polling'],
    ['0', 'polling'],
  ])('APPROVAL_USE_WEBSOCKET=%s means %s', (value, transport) => {
    expect(read({ APPROVAL_USE_WEBSOCKET: value }).transport).toBe(transport);
  });

  it.each([
    ['https://canvas.example', 'https://canvas.example'],
    ['http://LOCALHOST:3000/', 'http://localhost:3000'],
  ])('APPROVAL_ORIGIN=%s is sent as %s', (value, origin) => {
    expect(read({ APPROVAL_ORIGIN: value }).origin).toBe(origin);
  });

  it.each(['null', '*', 'canvas.example', 'https://a.example/path', 'https://me@a.example'])(
    'APPROVAL_ORIGIN=%s is refused',
    (value) => {
      expect(problemsOf({ APPROVAL_ORIGIN: value }).problems).toHaveLength(1);
    },
  );

  it.each([
    's3cret\ninjected: header',
    's3cret\0',
    's3 cret',
    's3crét',
    `s3cret${'x'.repeat(8_192)}`,
  ])('F51 a token like %j is refused and not shown', (token) => {
    const { message } = problemsOf({ APPROVAL_TOKEN: token });
    expect(message).toContain('APPROVAL_TOKEN');
    expect(message).not.toMatch(/s3|injected|xxx/);
  });

  it.each([0, 1, Infinity])('awakeAtMost may be %j', (awakeAtMost) => {
    expect(read({}, { awakeAtMost }).awakeAtMost).toBe(awakeAtMost);
  });

  it.each([-1, 1.5, NaN, -Infinity])('awakeAtMost may not be %j', (awakeAtMost) => {
    expect(problemsOf({}, { awakeAtMost }).message).toContain(
      'awakeAtMost must be a whole number of at least 0, or Infinity',
    );
  });

  it('refuse values of a wrong type from code without types', () => {
    const options = JSON.parse('{"platformUrl":1,"timeout":{},"token":[],"maxConcurrent":"3"}');
    expect(problemsOf({}, options).problems.map(({ variable }) => variable)).toEqual([
      'platformUrl',
      'token',
      'timeout',
      'maxConcurrent',
    ]);
  });
});

describe('the state folder', () => {
  it.each([
    [{ COUNTERSIGN_STATE_DIR: '/mine', XDG_STATE_HOME: '/xdg', HOME: '/home/me' }, '/mine'],
    [{ XDG_STATE_HOME: '/xdg', HOME: '/home/me' }, '/xdg/countersign'],
    [{ XDG_STATE_HOME: 'relative', HOME: '/home/me' }, '/home/me/.local/state/countersign'],
    [{ HOME: '/home/me' }, '/home/me/.local/state/countersign'],
  ])('with %j is %s', (env, expected) => {
    expect(stateFolder(env)).toBe(expected);
  });
});

describe('the place of the audit log', () => {
  it('is the path of the settings where that can be written', async () => {
    const folder = temporaryFolder();
    const audit = { path: join(folder, 'new', 'audit.jsonl'), explicit: true };
    const say = vi.fn();
    expect(await resolveAuditPath({ audit, stateDir: folder }, say)).toBe(audit.path);
    expect(await readFile(audit.path, 'utf8')).toBe('');
    expect(say).not.toHaveBeenCalled();
  });

  it('is the state folder where the default cannot be written, said once', async () => {
    const folder = temporaryFolder();
    await writeFile(join(folder, 'log'), 'a file in the way');
    const audit = { path: join(folder, 'log', 'audit.jsonl'), explicit: false };
    const say = vi.fn();
    const expected = join(folder, 'state', 'audit.jsonl');
    for (const _ of [1, 2])
      expect(await resolveAuditPath({ audit, stateDir: join(folder, 'state') }, say)).toBe(
        expected,
      );
    expect(say).toHaveBeenCalledOnce();
    expect(say).toHaveBeenCalledWith(expect.stringContaining(expected));
  });

  it('D22 is nowhere else where a path was set that cannot be written', async () => {
    const folder = temporaryFolder();
    const audit = { path: folder, explicit: true };
    await expect(resolveAuditPath({ audit, stateDir: folder })).rejects.toMatchObject({
      code: 'audit',
      message: expect.stringMatching(`${folder}.*AUDIT_LOG_PATH`),
    });
  });

  it('is no pipe, and does not wait for a reader of one', async () => {
    const folder = temporaryFolder();
    const audit = { path: join(folder, 'audit.jsonl'), explicit: true };
    execFileSync('mkfifo', [audit.path]);
    await expect(resolveAuditPath({ audit, stateDir: folder })).rejects.toMatchObject({
      code: 'audit',
    });
  });

  it('is an error that names both where neither can be written', async () => {
    const folder = temporaryFolder();
    const audit = { path: folder, explicit: false };
    await mkdir(join(folder, 'audit.jsonl'));
    await expect(resolveAuditPath({ audit, stateDir: folder }, vi.fn())).rejects.toMatchObject({
      code: 'audit',
      message: expect.stringContaining('AUDIT_LOG_PATH'),
    });
  });
});
