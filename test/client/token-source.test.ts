import { execFileSync } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createTokenSource, type TokenSource } from '../../src/client/token-source.ts';
import { temporaryFolder } from '../support/temp-folder.ts';

async function fileSource(): Promise<{ path: string; tokens: TokenSource }> {
  const path = join(temporaryFolder(), '.auth_token');
  return { path, tokens: createTokenSource({ token: undefined, tokenFile: path }) };
}

describe('a token that was set', () => {
  it('is the one, whatever the file says', async () => {
    const { path } = await fileSource();
    await writeFile(path, 'from-the-file');
    const tokens = createTokenSource({ token: 'set', tokenFile: path });
    expect(await tokens.current()).toBe('set');
    expect(await tokens.refresh()).toBe(false);
    expect(await tokens.refresh('set')).toBe(false);
    expect(await tokens.current()).toBe('set');
  });
});

describe('a token file', () => {
  it('is read when a token is first needed, without its line end', async () => {
    const { path, tokens } = await fileSource();
    await writeFile(path, 'token-1\r\n');
    expect(await tokens.current()).toBe('token-1');
    await writeFile(path, 'token-2');
    expect(await tokens.current()).toBe('token-1');
  });

  it('may be missing, and may come later', async () => {
    const { path, tokens } = await fileSource();
    expect(await tokens.current()).toBeUndefined();
    expect(await tokens.refresh()).toBe(false);
    await writeFile(path, 'token-1');
    expect(await tokens.current()).toBe('token-1');
  });

  it('F7 is read again after a 401, and says whether there is another token', async () => {
    const { path, tokens } = await fileSource();
    await writeFile(path, 'token-1');
    await tokens.current();
    expect(await tokens.refresh()).toBe(false);
    await writeFile(path, 'token-2');
    expect(await tokens.refresh()).toBe(true);
    expect(await tokens.current()).toBe('token-2');
  });

  it('has another token for all that were refused with the old one', async () => {
    const { path, tokens } = await fileSource();
    await writeFile(path, 'token-1');
    const rejected = await tokens.current();
    await writeFile(path, 'token-2');
    const first = await Promise.all([tokens.refresh(rejected), tokens.refresh(rejected)]);
    expect([...first, await tokens.refresh(rejected)]).toEqual([true, true, true]);
    expect(await tokens.refresh('token-2')).toBe(false);
  });

  it('keeps its token while the file is being replaced', async () => {
    const { path, tokens } = await fileSource();
    await writeFile(path, 'token-1');
    await tokens.current();
    await writeFile(path, '');
    expect(await tokens.refresh()).toBe(false);
    await rm(path);
    expect(await tokens.refresh()).toBe(false);
    expect(await tokens.current()).toBe('token-1');
  });

  it.each([
    ['two lines', 's3cret\nheader: injected'],
    ['a control character', 's3cret\u0007'],
    ['a text that is too long', `s3cret${'x'.repeat(100_000)}`],
    ['white space without end behind it', `s3cret${' '.repeat(100_000)}`],
    ['bytes that are no token', Buffer.from([0xff, 0xfe, 0x73, 0x33])],
  ])('F51 with %s is refused by name, and its content is not shown', async (_, content) => {
    const { path, tokens } = await fileSource();
    await writeFile(path, content);
    const error: unknown = await tokens.current().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'config', message: expect.stringContaining(path) });
    expect(String(error).replace(path, '')).not.toMatch(/s3|injected|xxx/);
  });

  it.each([
    ['a folder', (path: string) => mkdir(path)],
    ['a pipe', async (path: string) => execFileSync('mkfifo', [path])],
  ])('that is %s is refused', async (_, make) => {
    const { path, tokens } = await fileSource();
    await make(path);
    await expect(tokens.current()).rejects.toMatchObject({ code: 'config' });
    await expect(tokens.refresh()).rejects.toThrow('it is no regular file');
  });
});
