import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createPlatform, type PlatformOptions } from '../../src/platform/index.ts';
import { silent } from '../../src/platform/logger.ts';
import { expectCleanFinishOfEachTest } from '../support/clean-finish.ts';
import { liveClient, runningPlatform, temporaryFolder } from '../support/platform.ts';

expectCleanFinishOfEachTest();

/** Taken before any platform was made. */
const atImport = { Request: globalThis.Request, Response: globalThis.Response };

const tokenFileIn = (dataDir: string) => join(dataDir, 'approver.token');
const modeOf = (path: string) => statSync(path).mode & 0o777;

describe('a platform', () => {
  it('listens on a free port of the loopback address', async () => {
    const { platform, call } = await runningPlatform();
    expect(platform.url).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d*$/);
    const { status, body } = await call('GET', '/health');
    expect([status, body]).toEqual([200, { status: 'ok' }]);
  });

  it('signs in at an address that holds the token in its fragment', async () => {
    const { platform, token } = await runningPlatform();
    expect(platform.signInUrl).toBe(`${platform.url}/#token=${token}`);
  });

  it('is signed in to where people reach it, when that is elsewhere', async () => {
    const origins = ['https://approvals.example.com'];
    const { platform, token } = await runningPlatform({ host: '0.0.0.0', origins });
    expect(platform.signInUrl).toBe(`https://approvals.example.com/#token=${token}`);
  });

  it('has no address before it listens and after it was closed', async () => {
    const platform = createPlatform({ dataDir: temporaryFolder(), port: 0 });
    expect(() => platform.url).toThrow('not listening');
    await platform.listen();
    await platform.close();
    expect(() => platform.url).toThrow('not listening');
    await expect(platform.listen()).rejects.toMatchObject({ code: 'closed' });
  });

  it('listens once and closes once, however often it is told to', async () => {
    const platform = createPlatform({ dataDir: temporaryFolder(), port: 0 });
    await Promise.all([platform.listen(), platform.listen()]);
    await platform.listen();
    await Promise.all([platform.close(), platform.close()]);
    await platform[Symbol.asyncDispose]();
  });

  it('may be closed while it starts, or before', async () => {
    const starting = createPlatform({ dataDir: temporaryFolder(), port: 0 });
    const listening = starting.listen();
    await starting.close();
    await listening;
    expect(() => starting.url).toThrow('not listening');
    await createPlatform({ dataDir: temporaryFolder(), port: 0 }).close();
  });

  it('closes although connections are kept alive, half open, or sockets', async () => {
    const { platform, call } = await runningPlatform();
    await call('GET', '/health');
    await liveClient(platform.url);
    const half = connect(Number(new URL(platform.url).port), '127.0.0.1');
    await new Promise((resolve) => half.once('connect', resolve));
    half.write('POST /workspaces/w1/approvals HTTP/1.1\r\nHost: x\r\n');
    const ended = new Promise((resolve) => half.once('close', resolve));
    half.on('error', () => {});
    await platform.close();
    await ended;
  });

  it('says so when the port is in use, and leaves nothing open', async () => {
    const { platform } = await runningPlatform();
    const port = Number(new URL(platform.url).port);
    const second = createPlatform({ dataDir: temporaryFolder(), port });
    await expect(second.listen()).rejects.toMatchObject({
      code: 'config',
      message: expect.stringMatching(`port ${port}.*is it in use\\? Name another port`),
    });
    await second.close();
  });

  it.each([
    ['is not this machine’s', '192.0.2.1'],
    ['does not resolve', 'n'.repeat(64)],
  ])('names the host that %s, and does not blame the port', async (_, host) => {
    const listening = createPlatform({ dataDir: temporaryFolder(), port: 0, host }).listen();
    await expect(listening).rejects.toMatchObject({
      code: 'config',
      message: expect.stringMatching(`^cannot listen on ${host} port 0: (?!.*in use)`),
    });
  });

  it('does not take the current folder where none is named', () => {
    expect(() => createPlatform({ dataDir: '' })).toThrow(
      expect.objectContaining({ code: 'config', message: expect.stringContaining('dataDir') }),
    );
  });

  it('refuses origins that are none before it makes anything', async () => {
    const dataDir = join(temporaryFolder(), 'data');
    const platform = createPlatform({ dataDir, port: 0, origins: ['example.com'] });
    await expect(platform.listen()).rejects.toMatchObject({ code: 'config' });
    expect(statSync(dataDir, { throwIfNoEntry: false })).toBeUndefined();
  });

  it.each<[string, Partial<PlatformOptions>, string]>([
    [
      'a port beyond the last',
      { port: 70_000 },
      'port must be a whole number from 0 to 65535, not 70000',
    ],
    ['a port that is no number', { port: Number.NaN }, 'not NaN'],
    ['a port below 0', { port: -1 }, 'not -1'],
    ['a broken port', { port: 1.5 }, 'not 1.5'],
    ['no host', { host: '' }, 'the host "" is none'],
    ['words as the host', { host: 'no such host' }, 'the host "no such host" is none'],
    ['an address as the host', { host: 'a/b' }, 'the host "a/b" is none'],
    ['a user in the host', { host: 'u@localhost' }, 'the host "u@localhost" is none'],
  ])('refuses %s before it makes anything', async (_, options, message) => {
    const dataDir = join(temporaryFolder(), 'data');
    await expect(createPlatform({ dataDir, port: 0, ...options }).listen()).rejects.toMatchObject({
      name: 'CountersignError',
      code: 'config',
      message: expect.stringContaining(message),
    });
    expect(statSync(dataDir, { throwIfNoEntry: false })).toBeUndefined();
  });

  it('names the folder or file that it cannot use', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'file');
    writeFileSync(file, '');
    mkdirSync(join(folder, 'garbage'));
    writeFileSync(join(folder, 'garbage', 'countersign.db'), 'this is no database'.repeat(100));
    for (const [dataDir, named] of [
      [join(file, 'data'), file],
      [join(folder, 'garbage'), 'countersign.db'],
      ['/proc/countersign/data', '/proc'],
    ] as const)
      await expect(createPlatform({ dataDir, port: 0 }).listen()).rejects.toMatchObject({
        code: 'config',
        message: expect.stringContaining(named),
      });
  });

  it('leaves the global Request and Response of the process alone', async () => {
    await runningPlatform();
    expect(globalThis.Request).toBe(atImport.Request);
    expect(globalThis.Response).toBe(atImport.Response);
  });

  it('answers a Host that is none without falling over', async () => {
    const { platform, call } = await runningPlatform();
    const raw = connect(Number(new URL(platform.url).port), '127.0.0.1');
    raw.write('GET /health HTTP/1.1\r\nHost: a b/c?\r\nConnection: close\r\n\r\n');
    let text = '';
    for await (const chunk of raw) text += String(chunk);
    expect(text).toMatch(/^HTTP\/1\.1 40[03] /);
    expect((await call('GET', '/health')).status).toBe(200);
  });
});

describe('after a restart', () => {
  it('approvals, tokens and ends are as they were, and browsers are signed in', async () => {
    const first = await runningPlatform();
    const { token, platform } = first;
    const open = await first.ask({ reason: 'still there', task_id: 't' });
    const decided = await first.ask();
    const decision = { decision: 'approved', note: 'ok' };
    await first.call('POST', `/workspaces/w1/approvals/${decided}/decide`, {
      token,
      body: decision,
    });
    const signedIn = await first.call('POST', '/session', { body: { token } });
    const before = await first.call('GET', '/workspaces/w1/approvals');
    await platform.close();

    const second = await runningPlatform({ dataDir: platform.dataDir });
    expect(second.token).toBe(token);
    expect((await second.call('GET', '/workspaces/w1/approvals')).text).toBe(before.text);
    expect((await second.call('GET', '/approvals/pending', { token })).rows).toMatchObject([
      { id: open, reason: 'still there' },
    ]);
    const port = new URL(second.platform.url).port;
    const cookie = (signedIn.headers.get('set-cookie') ?? '').replace(/_\d+=/, `_${port}=`);
    const session = (method: string) => second.call(method, '/session', { headers: { cookie } });
    expect((await session('GET')).status).toBe(200);
    await session('DELETE');
    expect((await session('GET')).status).toBe(401);
  });

  it('whoever reads the data folder’s database finds no secret of a browser in it', async () => {
    const { platform, call, token } = await runningPlatform();
    const signedIn = await call('POST', '/session', { body: { token } });
    const secret = /=([\w-]{43});/.exec(signedIn.headers.get('set-cookie') ?? '')?.[1] ?? '';
    expect(secret).not.toBe('');
    for (const file of ['countersign.db', 'countersign.db-wal'])
      expect(readFileSync(join(platform.dataDir, file)).includes(secret)).toBe(false);
  });

  it('an Idempotency-Key still leads to the same approval', async () => {
    const post = { body: { action: 'a' }, headers: { 'idempotency-key': 'k' } };
    const first = await runningPlatform();
    const before = await first.call('POST', '/workspaces/w1/approvals', post);
    await first.platform.close();
    const second = await runningPlatform({ dataDir: first.platform.dataDir });
    const after = await second.call('POST', '/workspaces/w1/approvals', post);
    expect(after.text).toBe(before.text);
  });
});

describe('the data folder', () => {
  it('is made, and is its owner’s alone', async () => {
    const dataDir = join(temporaryFolder(), 'a', 'b');
    const { token } = await runningPlatform({ dataDir });
    expect(modeOf(dataDir)).toBe(0o700);
    for (const file of ['approver.token', 'countersign.db', 'countersign.db-wal'])
      expect(modeOf(join(dataDir, file))).toBe(0o600);
    expect(readFileSync(tokenFileIn(dataDir), 'utf8')).toBe(`${token}\n`);
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
  });

  it('gets another token when the file is removed, and the old one is good no more', async () => {
    const first = await runningPlatform();
    const { dataDir } = first.platform;
    await first.platform.close();
    rmSync(tokenFileIn(dataDir));
    const second = await runningPlatform({ dataDir });
    expect(second.token).not.toBe(first.token);
    const answer = await second.call('GET', '/approvals/pending', { token: first.token });
    expect(answer.status).toBe(401);
  });

  it('gets a token that others could read made private, and a warning', async () => {
    const dataDir = temporaryFolder();
    const warnings: string[] = [];
    const warn = (_: object, message: string) => void warnings.push(message);
    await (await runningPlatform({ dataDir })).platform.close();
    chmodSync(tokenFileIn(dataDir), 0o644);
    const logger = { ...silent, warn };
    await runningPlatform({ dataDir, logger });
    expect(modeOf(tokenFileIn(dataDir))).toBe(0o600);
    expect(warnings).toEqual([expect.stringContaining('private')]);
  });

  it.each(['', 'short', 'x'.repeat(42), `${'x'.repeat(43)} y`])(
    'with the token file "%s" is refused, naming the file and not what is in it',
    async (content) => {
      const dataDir = temporaryFolder();
      writeFileSync(tokenFileIn(dataDir), content, { mode: 0o600 });
      const listening = createPlatform({ dataDir, port: 0 }).listen();
      await expect(listening).rejects.toMatchObject({
        code: 'config',
        message: `${tokenFileIn(dataDir)} holds no token; remove it to get a new one`,
      });
    },
  );
});
