import { execFileSync } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/rbac/index.ts';
import { temporaryFolder } from '../support/temp-folder.ts';

async function folderWith(text: string | Buffer): Promise<string> {
  const folder = temporaryFolder();
  await writeFile(join(folder, 'config.yaml'), text);
  return folder;
}

async function problemWith(text: string | Buffer): Promise<string> {
  const folder = await folderWith(text);
  const read = await readConfig(folder);
  if (read.status === 'ok') throw new Error('the file was taken');
  expect(read.problem.code).toBe('config');
  expect(read.problem.message).toContain(join(folder, 'config.yaml'));
  return read.problem.message.slice(join(folder, 'config.yaml').length);
}

const DEFAULTS = {
  roles: ['operator'],
  allowedActions: new Map(),
  bypassRoles: [],
  defaultTimeoutMs: undefined,
};

describe('a config.yaml that is right', () => {
  it('says everything', async () => {
    const folder = await folderWith(`
name: of another program
runtime: !secret whatever
rbac:
  roles: [analyst, operator]
  allowed_actions:
    analyst: [memory.read, memory.write]
    __proto__: [approve]
    constructor: []
hitl:
  default_timeout: 5m
  bypass_roles: [admin]
`);
    expect(await readConfig(folder)).toEqual({
      status: 'ok',
      config: {
        roles: ['analyst', 'operator'],
        allowedActions: new Map([
          ['analyst', ['memory.read', 'memory.write']],
          ['__proto__', ['approve']],
          ['constructor', []],
        ]),
        bypassRoles: ['admin'],
        defaultTimeoutMs: 300_000,
      },
    });
  });

  it.each([
    ['is missing', undefined],
    ['is empty', ''],
    ['holds comments alone', '# nothing\n'],
    ['speaks of other things', 'rback:\n  role: 1\nruntime: langgraph\n'],
    ['starts with a byte order mark', '\ufeffname: x\n'],
    ['names only the channels of the original tool', 'hitl:\n  channels:\n    - type: slack\n'],
  ])('means the defaults where it %s', async (_, text) => {
    const folder = text === undefined ? temporaryFolder() : await folderWith(text);
    expect(await readConfig(folder)).toEqual({ status: 'ok', config: DEFAULTS });
  });

  it('means the defaults where the folder is missing', async () => {
    const read = await readConfig(join(temporaryFolder(), 'none'));
    expect(read).toEqual({ status: 'ok', config: DEFAULTS });
  });

  it('takes a bare number as seconds, and may be a link, as in a mounted volume', async () => {
    const target = await folderWith('hitl: {default_timeout: 90}');
    const folder = temporaryFolder();
    await symlink(join(target, 'config.yaml'), join(folder, 'config.yaml'));
    expect(await readConfig(folder)).toMatchObject({ config: { defaultTimeoutMs: 90_000 } });
  });
});

describe('D29 a config.yaml that is wrong grants nothing, and is told by file, line and path', () => {
  it.each([
    ['rbac:\n  roles: [operator, 1]', ':2: rbac.roles[1] must be a string (found a number)'],
    ['rbac:\n  roles:\n    - a\n    -\n', ':4: rbac.roles[1] must be a string (found nothing)'],
    ['\n\nrbac:\n  roles: admin\n', ':4: rbac.roles must be a list (found a string)'],
    ['rbac:\n  roles:\n', ':2: rbac.roles must be a list (found nothing)'],
    ['rbac:\n', ':1: rbac must be a mapping (found nothing)'],
    ['rbac:\n  - roles\n', ':2: rbac must be a mapping (found a list)'],
    ['rbac:\n  roles: [""]', ':2: rbac.roles[0] must not be empty'],
    [
      'rbac:\n  roles: [a]\n  allowed: 1',
      ':3: rbac.allowed is an unknown key; known there: roles and allowed_actions',
    ],
    [
      'hitl:\n  timeout: 5',
      ':2: hitl.timeout is an unknown key; known there: default_timeout and bypass_roles',
    ],
    [
      'rbac:\n  allowed_actions: [a]',
      ':2: rbac.allowed_actions must be a mapping of roles to lists of actions (found a list)',
    ],
    [
      'rbac:\n  allowed_actions:\n    a: []\n    constructor: approve',
      ':4: rbac.allowed_actions.constructor must be a list (found a string)',
    ],
    [
      'rbac: {allowed_actions: {"a \\e b": [true]}}',
      ':1: rbac.allowed_actions["a ⟦U+001B⟧ b"][0] must be a string (found a boolean)',
    ],
    ['hitl:\n  bypass_roles: {}', ':2: hitl.bypass_roles must be a list (found a mapping)'],
    ['- a\n', ':1: the file must be a mapping (found a list)'],
    ['just text', ':1: the file must be a mapping (found a string)'],
    ['a: 1\nb: 2\na: 3\n', ':3: is no valid YAML (duplicate key)'],
    ['rbac:\n  roles: [a]\n  roles: [admin]', ':3: is no valid YAML (duplicate key)'],
  ])('%j', async (text, message) => {
    expect(await problemWith(text)).toBe(message);
  });

  it.each([0, -1, '.nan', '.inf', 'soon', '5 minutes', '4000d', 'null', '[5]'])(
    'default_timeout: %s',
    async (value) => {
      expect(await problemWith(`hitl:\n  default_timeout: ${value}\n`)).toMatch(
        /^:2: hitl\.default_timeout must be a time above 0/,
      );
    },
  );

  it('because it is no YAML, without quoting what others keep in it', async () => {
    const message = await problemWith('api_key: s3cret\nrbac: [\n  "s3cret\n');
    expect(message).toMatch(/^:\d+: /);
    expect(message).not.toContain('s3cret');
  });

  it('because it is several documents, or a heap of aliases', async () => {
    expect(await problemWith('a: 1\n---\nb: 2\n')).toContain('multiple docs');
    const levels = Array.from({ length: 9 }, (_, n) => {
      const items = n === 0 ? Array(10).fill('x') : Array(10).fill(`*l${n - 1}`);
      return `l${n}: &l${n} [${items.join()}]`;
    });
    expect(await problemWith(levels.join('\n'))).toContain('or for too much');
  });

  it('because it is no text, or too much of it', async () => {
    expect(await problemWith(Buffer.from([0x61, 0xff]))).toBe(': is not UTF-8');
    expect(await problemWith(`# ${'x'.repeat(1024 * 1024)}`)).toContain('is larger than');
    const nested = `a: ${'['.repeat(50_000)}${']'.repeat(50_000)}`;
    expect(await problemWith(nested)).toMatch(/^:/);
  });

  it.each([
    ['a folder', (path: string) => mkdir(path)],
    ['a link to nothing', (path: string) => symlink('nowhere', path)],
    ['a pipe', async (path: string) => execFileSync('mkfifo', [path])],
  ])('because it is %s', async (_, make) => {
    const folder = temporaryFolder();
    await make(join(folder, 'config.yaml'));
    expect(await readConfig(folder)).toMatchObject({
      status: 'unreadable',
      problem: { code: 'config', message: expect.stringContaining(join(folder, 'config.yaml')) },
    });
  });

  it('because its folder is a file', async () => {
    const folder = join(await folderWith(''), 'config.yaml');
    expect(await readConfig(folder)).toMatchObject({ status: 'unreadable' });
  });
});
