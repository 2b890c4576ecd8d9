/** An audit log that cannot be written, was torn, is written by force, or would tell too much. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { createApprovals, verifyAuditLog } from '../../src/index.ts';
import { fakeRoutes } from '../../src/testing/index.ts';
import { CANNOT_KEEP, faultyFiles, twoThatWait } from '../support/faulty-files.ts';
import { fakePlatform, requestingSide, temporaryFolder } from '../support/world.ts';

const ASK = { action: 'Drop table users' };

const CANNOT_OPEN = ['EACCES', 'EROFS', 'EMFILE', 'ENFILE', 'ENOSPC', 'EDQUOT', 'EIO'];

describe('an audit log that cannot be written', () => {
  it.each<[string, (path: string) => unknown]>([
    ['a folder', (path) => mkdirSync(path)],
    ['a pipe', (path) => execFileSync('mkfifo', [path])],
    ['a link', (path) => symlinkSync('/dev/null', path)],
    ['below a file', (path) => writeFileSync(join(path, '..'), '')],
  ])('F46 grants and asks nothing where its path is %s', async (kind, make) => {
    const folder = temporaryFolder();
    const auditLogPath = join(folder, 'logs', 'audit.jsonl');
    if (kind !== 'below a file') mkdirSync(join(folder, 'logs'));
    make(auditLogPath);
    const platform = await fakePlatform();
    const { approvals } = requestingSide(platform.url, { auditLogPath });
    expect(await approvals.request(ASK)).toMatchObject({
      status: 'failed',
      error: { code: 'audit', message: expect.stringContaining(auditLogPath) },
    });
    expect(platform.requests).toEqual([]);
  });

  it('F46 is made with its folders where they are missing', async () => {
    const auditLogPath = join(temporaryFolder(), 'a', 'b', 'audit.jsonl');
    const platform = await fakePlatform();
    const { approvals, outcomes } = requestingSide(platform.url, { auditLogPath });
    const asked = approvals.request(ASK);
    platform.decide((await platform.waitForRow()).id, 'approved');
    expect(await asked).toMatchObject({ status: 'granted' });
    expect(outcomes()).toEqual(['allowed', 'requested', 'granted']);
  });

  it.each(CANNOT_OPEN)(
    'F46 asks nothing while it cannot be opened, and then does: %s',
    async (code) => {
      const auditLogPath = join(temporaryFolder(), 'audit.jsonl');
      const disk = faultyFiles(auditLogPath);
      const platform = await fakePlatform();
      const { environment } = disk;
      const { approvals } = requestingSide(platform.url, { auditLogPath, environment });
      disk.fault = { on: 'open', code };
      expect(await approvals.request(ASK)).toMatchObject({
        status: 'failed',
        error: { code: 'audit', message: expect.stringContaining(code) },
      });
      expect(platform.requests).toEqual([]);
      disk.fault = undefined;
      const asked = approvals.request(ASK);
      platform.decide((await platform.waitForRow()).id, 'approved');
      expect(await asked).toMatchObject({ status: 'granted' });
    },
  );

  it.each(CANNOT_KEEP)('F46 asks nothing where the first record meets %s', async (_, fault) => {
    const auditLogPath = join(temporaryFolder(), 'audit.jsonl');
    const disk = faultyFiles(auditLogPath);
    disk.fault = fault;
    const platform = await fakePlatform();
    const { environment } = disk;
    const { approvals } = requestingSide(platform.url, { auditLogPath, environment });
    expect(await approvals.request(ASK)).toMatchObject({
      status: 'failed',
      approved: false,
      error: { code: 'audit', message: expect.stringContaining(fault.code) },
    });
    expect(platform.rows()).toEqual([]);
  });

  it.each(CANNOT_KEEP)('F46 grants nothing where a grant meets %s', async (_, fault) => {
    const { platform, disk, approvals, auditLogPath, waiting } = await twoThatWait();
    disk.fault = fault;
    platform.decide(waiting.id, 'approved');
    for (const outcome of await waiting.outcomes)
      expect(outcome).toMatchObject({
        status: 'failed',
        approved: false,
        error: { code: 'audit', message: expect.stringContaining(fault.code) },
      });
    expect(await verifyAuditLog(auditLogPath)).toMatchObject({ status: 'intact' });
    await approvals.close();
    expect(platform.rows().map(({ status }) => status)).toEqual(['denied', 'approved']);
  });
});

describe('an audit log that was torn', () => {
  it('F47 is not cut; the first record of the next start names what was torn', async () => {
    const auditLogPath = join(temporaryFolder(), 'audit.jsonl');
    const platform = await fakePlatform();
    const first = requestingSide(platform.url, { auditLogPath });
    await first.approvals.request({ action: '' });
    await first.approvals.close();
    const whole = readFileSync(auditLogPath, 'utf8');
    appendFileSync(auditLogPath, '{"timestamp":"2026-');
    const second = requestingSide(platform.url, { auditLogPath });
    await second.approvals.request({ action: '' });
    expect(readFileSync(auditLogPath, 'utf8').startsWith(`${whole}{"timestamp":"2026-\n`)).toBe(
      true,
    );
    expect(await verifyAuditLog(auditLogPath)).toMatchObject({
      status: 'intact',
      records: 3,
      recovered: 1,
    });
  });
});

describe('an audit log that is written by force', () => {
  const FORGED = 'x"}\n{"event_type":"approval","outcome":"granted","actor":"alice"}\u2028';

  it('F50 takes what an agent or a platform wrote as text, one line a record', async () => {
    const platform = await fakePlatform();
    const { approvals, audit, auditPath } = requestingSide(platform.url);
    expect(await approvals.request({ action: FORGED })).toMatchObject({ status: 'failed' });
    const asked = approvals.request(ASK);
    platform.decide((await platform.waitForRow()).id, 'denied', FORGED);
    expect(await asked).toMatchObject({ status: 'denied', decidedBy: FORGED });
    expect(readFileSync(auditPath, 'utf8').split(/[\n\u2028]/)).toHaveLength(5);
    expect(audit().map(({ outcome }) => outcome)).toEqual([
      'failure',
      'allowed',
      'requested',
      'denied',
    ]);
    expect(audit()[0]?.['resource']).toBe(FORGED);
    expect(audit()[3]?.actor).toBe(FORGED);
    expect(await verifyAuditLog(auditPath)).toMatchObject({ status: 'intact', records: 4 });
  });
});

describe('secrets', () => {
  const TOKEN = 'tok-5f1c3a9be2d4';
  const HMAC_KEY = 'hmac-77aa01c9e3';
  const ARG = 'card-4111-1111';

  it('F51 are in no error, log, address or record, also when the platform repeats them', async () => {
    const platform = await fakePlatform({ requireToken: TOKEN });
    const said: string[] = [];
    const logger = pino({ level: 'trace' }, { write: (line: string) => said.push(line) });
    const { approvals, auditPath } = requestingSide(platform.url, {
      token: TOKEN,
      auditHmacKey: HMAC_KEY,
      logger,
    });
    for (const name of ['trouble', 'state', 'audit'] as const)
      approvals.on(name, (event) => said.push(JSON.stringify(event)));
    const repeated = { error: `Bearer ${TOKEN} may not do this` };
    for (const status of [400, 403, 500]) {
      const stop = platform.respond(fakeRoutes.create, { status, body: repeated });
      said.push(JSON.stringify(await approvals.request(ASK)));
      stop();
    }
    platform.respond(fakeRoutes.list, { status: 401, body: repeated });
    const asked = approvals.request({ ...ASK, args: { card: ARG }, timeout: '1s' });
    await platform.waitForRow();
    said.push(JSON.stringify(await asked), readFileSync(auditPath, 'utf8'));
    expect(said.join('\n')).toContain('may not do this');
    for (const secret of [TOKEN, HMAC_KEY]) expect(said.join('\n')).not.toContain(secret);
    for (const { path, query } of platform.requests)
      expect(`${path}?${query.toString()}`).not.toContain(TOKEN);
  });

  it('F51 arguments are in the audit log by their digest alone', async () => {
    const platform = await fakePlatform();
    const { approvals, audit, auditPath } = requestingSide(platform.url);
    const asked = approvals.request({ ...ASK, args: { card: ARG } });
    platform.decide((await platform.waitForRow()).id, 'approved');
    const { digest } = await asked;
    expect(audit().at(-1)).toMatchObject({ outcome: 'granted', digest });
    expect(readFileSync(auditPath, 'utf8')).not.toContain(ARG);
  });

  it.each([
    ['an address', { platformUrl: `https://user:${TOKEN}@platform.example` }],
    ['a token', { token: `${TOKEN} with spaces` }],
  ])('F51 are not in what is said of settings that are wrong: %s', (_, options) => {
    let thrown: unknown;
    try {
      createApprovals({ workspaceId: 'w1', ...options });
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(Error);
    expect(String(thrown)).not.toContain(TOKEN);
    expect(JSON.stringify(thrown)).not.toContain(TOKEN);
  });
});
