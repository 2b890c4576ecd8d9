import { describe, expect, it } from 'vitest';
import { checkPermission, type WorkspaceConfig } from '../../src/rbac/index.ts';
import { permits } from '../../src/rbac/roles.ts';

const none = new Map<string, readonly string[]>();

describe('built-in roles', () => {
  it.each([
    ['admin', ['delegate', 'approve', 'memory.read', 'memory.write', 'anything']],
    ['operator', ['delegate', 'approve', 'memory.read', 'memory.write']],
    ['read-only', ['memory.read']],
    ['no-delegation', ['approve', 'memory.read', 'memory.write']],
    ['no-approval', ['delegate', 'memory.read', 'memory.write']],
    ['memory-readonly', ['memory.read']],
    ['unknown', []],
    ['Admin', []],
    ['', []],
  ])('%s may do exactly %j', (role, expected) => {
    const actions = ['delegate', 'approve', 'memory.read', 'memory.write', 'anything'];
    expect(actions.filter((action) => permits([role], none, action))).toEqual(expected);
  });

  it('F64 are not the names that every object knows', () => {
    for (const role of ['__proto__', 'constructor', 'toString', 'hasOwnProperty'])
      for (const action of ['approve', 'constructor', 'length', '__proto__'])
        expect(permits([role], none, action)).toBe(false);
  });
});

describe('roles of a file', () => {
  const file = new Map([
    ['analyst', ['memory.read']],
    ['operator', ['memory.read']],
    ['admin', []],
    ['__proto__', ['approve']],
  ]);

  it('replace built-in ones of the same name, but for admin', () => {
    expect(permits(['operator'], file, 'approve')).toBe(false);
    expect(permits(['operator'], file, 'memory.read')).toBe(true);
    expect(permits(['admin'], file, 'approve')).toBe(true);
  });

  it('have exactly the actions that are listed', () => {
    expect(permits(['analyst'], file, 'memory.read')).toBe(true);
    expect(permits(['analyst'], file, 'memory.write')).toBe(false);
    expect(permits(['__proto__'], file, 'approve')).toBe(true);
  });

  it('add up: any role that grants suffices, and none grants nothing', () => {
    expect(permits(['read-only', 'no-delegation'], none, 'approve')).toBe(true);
    expect(permits([], none, 'approve')).toBe(false);
  });
});

describe('a permission check', () => {
  const config: WorkspaceConfig = {
    roles: ['analyst', 'operator'],
    allowedActions: none,
    bypassRoles: ['operator'],
    defaultTimeoutMs: undefined,
  };

  it('says whether, with which roles, and which of them needs no approval', () => {
    expect(checkPermission(config, 'approve')).toEqual({
      allowed: true,
      roles: ['analyst', 'operator'],
      bypass: 'operator',
    });
  });

  it('names a role that needs no approval also where it may not ask for one', () => {
    const ci = { ...config, roles: ['ci'], bypassRoles: ['ci'] };
    expect(checkPermission(ci, 'approve')).toEqual({
      allowed: false,
      roles: ['ci'],
      bypass: 'ci',
    });
  });

  it('does not let a workspace bypass by a role that it does not have', () => {
    expect(
      checkPermission({ ...config, bypassRoles: ['admin'] }, 'approve').bypass,
    ).toBeUndefined();
  });
});
