import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { JsonObject } from '../machines/index.ts';
import { hashOf } from '../src/audit/chain.ts';
import { findEnds } from '../src/audit/ends.ts';
import { systemFiles } from '../src/environment/files.ts';
import {
  type Approvals,
  type ApprovalsOptions,
  createApprovals,
  type RequestInput,
  systemEnvironment,
  verifyAuditLog,
} from '../src/index.ts';
import { type FakePlatform, fakeRoutes } from '../src/testing/index.ts';
import { fastEnvironment } from './support/fast-environment.ts';
import { faultyFiles } from './support/faulty-files.ts';
import { Machine } from './support/mortal-environment.ts';
import { fakePlatform, readAudit, temporaryFolder, WORKSPACE } from './support/world.ts';

const ASK = { action: 'Refund order 4711', args: { eur: 5 } };
const KEYED = { ...ASK, key: 'refund-4711' };

/** A machine on which one process after the other asks, with one state folder and one audit log. */
function machineOn(platform: FakePlatform) {
  const machine = new Machine();
  const folder = temporaryFolder();
  const auditPath = join(folder, 'audit.jsonl');
  const start = (options: ApprovalsOptions = {}) => {
    const { environment, kill } = machine.start(options.environment ?? systemEnvironment);
    const approvals = createApprovals({
      platformUrl: platform.url,
      workspaceId: WORKSPACE,
      configDir: folder,
      stateDir: folder,
      auditLogPath: auditPath,
      timeout: '10s',
      pollInterval: '100ms',
      ...options,
      environment,
    });
    let isDead = false;
    onTestFinished(async () => {
      if (!isDead) await approvals.close();
    });
    const die = (): void => {
      isDead = true;
      kill();
    };
    return { approvals, kill: die };
  };
  const entries = (): string[] => {
    const journal = join(folder, 'journal');
    if (!existsSync(journal)) return [];
    return readdirSync(journal, { recursive: true, encoding: 'utf8' }).filter(
      (name) => /owners\/[^/]+\/[^/]+\.json$/.test(name) && !name.endsWith('owner.json'),
    );
  };
  const audit = (traceId: string) =>
    readAudit(auditPath).filter((line) => line.trace_id === traceId);
  return { start, folder, auditPath, entries, audit };
}

const resumed = async (approvals: Approvals) => {
  const [first, ...more] = await approvals.resume();
  if (first === undefined) throw new Error('nothing was resumed');
  expect(more).toEqual([]);
  return first;
};

/** Killed while it waited for an approval with a key. */
async function killedWithKey() {
  const platform = await fakePlatform();
  const { start, entries } = machineOn(platform);
  const first = start();
  void first.approvals.request(KEYED);
  const { id } = await platform.waitForRow();
  await vi.waitFor(() => expect(entries()).toHaveLength(1));
  first.kill();
  return { start, id, approve: () => platform.decide(id, 'approved', 'dana') };
}

async function resumedWithKey() {
  const { start, approve } = await killedWithKey();
  const { approvals } = start();
  const { outcome } = await resumed(approvals);
  return { start, approvals, outcome, approve };
}

const ends = (lines: ReturnType<typeof readAudit>): string[] =>
  lines
    .map(({ outcome }) => outcome)
    .filter((outcome) =>
      ['granted', 'denied', 'timeout', 'withdrawn', 'failure'].includes(outcome),
    );

describe('resume() after a crash', () => {
  it('G7 goes on with what was under way, on the same row, and tells the decision', async () => {
    const platform = await fakePlatform();
    const { start, audit, entries, auditPath, folder } = machineOn(platform);
    const first = start();
    void first.approvals.request(ASK);
    const { id } = await platform.waitForRow();
    await vi.waitFor(() => {
      const [name = ''] = entries();
      expect(readFileSync(join(folder, 'journal', name), 'utf8')).toContain(id);
    });
    first.kill();
    platform.decide(id, 'approved', 'dana');
    const { approvals } = start();
    const { traceId, action, outcome } = await resumed(approvals);
    expect(action).toBe(ASK.action);
    expect(await outcome).toMatchObject({
      status: 'granted',
      traceId,
      approvalId: id,
      decidedBy: 'dana',
      args: ASK.args,
    });
    await approvals.close();
    expect(platform.rows()).toHaveLength(1);
    expect(entries()).toEqual([]);
    expect(audit(traceId).map((line) => line.outcome)).toEqual(
      expect.arrayContaining(['requested', 'resumed', 'granted']),
    );
    expect(ends(audit(traceId))).toEqual(['granted']);
    expect(await verifyAuditLog(auditPath)).toMatchObject({ status: 'intact' });
  });

  it('G7 goes on where the same key is asked again, with the deadline that it had', async () => {
    const platform = await fakePlatform();
    const { start, entries } = machineOn(platform);
    const first = start();
    void first.approvals.request({ ...KEYED, timeout: '1s' });
    await platform.waitForRow();
    await vi.waitFor(() => expect(entries()).toHaveLength(1));
    first.kill();
    const { approvals } = start();
    expect(await approvals.request({ ...KEYED, timeout: '1h' })).toMatchObject({
      status: 'timeout',
      cause: 'deadline',
    });
    expect(platform.rows()).toMatchObject([{ status: 'denied' }]);
    expect(platform.rows()).toHaveLength(1);
  });

  it('refuses the same key for something else, also after a crash', async () => {
    const platform = await fakePlatform();
    const { start, entries } = machineOn(platform);
    const first = start();
    void first.approvals.request(KEYED);
    await platform.waitForRow();
    await vi.waitFor(() => expect(entries()).toHaveLength(1));
    first.kill();
    const { approvals } = start();
    const other = { ...KEYED, args: { eur: 5_000 } };
    expect(await approvals.request(other)).toMatchObject({ error: { code: 'conflict' } });
    expect(platform.rows()).toHaveLength(1);
  });

  it('F54 reports a decision as late that nobody read before the deadline', async () => {
    const platform = await fakePlatform();
    const { start, entries, audit } = machineOn(platform);
    const first = start();
    void first.approvals.request({ ...ASK, timeout: '300ms' });
    const { id } = await platform.waitForRow();
    await vi.waitFor(() => expect(entries()).toHaveLength(1));
    first.kill();
    platform.decide(id, 'approved');
    const { clock } = systemEnvironment;
    const later = { ...systemEnvironment, clock: { ...clock, now: () => clock.now() + 1_000 } };
    const { traceId, outcome } = await resumed(start({ environment: later }).approvals);
    expect(await outcome).toMatchObject({ status: 'timeout', cause: 'decided_late' });
    expect(audit(traceId).at(-1)).toMatchObject({ outcome: 'timeout', cause: 'decided_late' });
  });

  it('F54 takes back what nobody decided before the deadline', async () => {
    const platform = await fakePlatform();
    const { start, entries } = machineOn(platform);
    const first = start();
    void first.approvals.request({ ...ASK, timeout: '300ms' });
    await platform.waitForRow();
    await vi.waitFor(() => expect(entries()).toHaveLength(1));
    first.kill();
    const { clock } = systemEnvironment;
    const later = { ...systemEnvironment, clock: { ...clock, now: () => clock.now() + 1_000 } };
    const { outcome } = await resumed(start({ environment: later }).approvals);
    expect(await outcome).toMatchObject({ status: 'timeout', cause: 'deadline' });
    expect(platform.rows()).toMatchObject([{ status: 'denied' }]);
  });

  it('G5 finds the row whose POST was not answered before the crash', async () => {
    const platform = await fakePlatform();
    const { start } = machineOn(platform);
    const first = start();
    platform.quirks.onCreate = () => first.kill();
    void first.approvals.request(ASK);
    const { id } = await platform.waitForRow();
    platform.quirks.onCreate = undefined;
    const { outcome } = await resumed(start().approvals);
    await vi.waitFor(() => expect(platform.countRequests(fakeRoutes.list)).toBeGreaterThan(0));
    platform.decide(id, 'denied', 'dana');
    expect(await outcome).toMatchObject({ status: 'denied', approvalId: id });
    expect(platform.rows()).toHaveLength(1);
  });

  it('F53 leaves to a living process what it holds, and says so', async () => {
    const platform = await fakePlatform();
    const { start, entries } = machineOn(platform);
    void start().approvals.request(ASK);
    await vi.waitFor(() => expect(entries()).toHaveLength(1));
    const { approvals } = start();
    const trouble: string[] = [];
    approvals.on('trouble', ({ message }) => trouble.push(message));
    expect(await approvals.resume()).toEqual([]);
    expect(trouble).toEqual([
      expect.stringMatching(/1 approvals are in the hands of process 1 on here/),
    ]);
  });

  it('F52 ends what is broken in the journal as failed, and goes on with the others', async () => {
    const platform = await fakePlatform();
    const { start, entries, folder, auditPath } = machineOn(platform);
    const first = start();
    void first.approvals.request(ASK);
    void first.approvals.request({ action: 'Delete the backups' });
    await platform.waitForRow((row) => row.action === 'Delete the backups');
    const entryWith = (text: string): string =>
      entries()
        .map((name) => join(folder, 'journal', name))
        .find((path) => readFileSync(path, 'utf8').includes(text)) ?? '';
    // Written again with the id; what is under way at the end of this process would still be done.
    await vi.waitFor(() => {
      expect(platform.rows()).toHaveLength(2);
      for (const { id } of platform.rows()) expect(entryWith(id)).not.toBe('');
    });
    first.kill();
    const broken = entryWith('backups');
    appendFileSync(broken, 'x');
    const { approvals } = start();
    const all = await approvals.resume();
    expect(all.map(({ action }) => action).toSorted()).toEqual(['', ASK.action]);
    const failed = await all.find(({ action }) => action === '')?.outcome;
    expect(failed).toMatchObject({ status: 'failed', error: { code: 'journal' } });
    expect(readAudit(auditPath)).toContainEqual(
      expect.objectContaining({ outcome: 'failure', code: 'journal' }),
    );
  });

  it('F52 says what to do where the entry of a key is broken, and goes on with its row when that is done', async () => {
    const platform = await fakePlatform();
    const { start, entries, folder } = machineOn(platform);
    const first = start();
    void first.approvals.request(KEYED);
    const { id } = await platform.waitForRow();
    const path = (): string => join(folder, 'journal', entries()[0] ?? '');
    await vi.waitFor(() => expect(readFileSync(path(), 'utf8')).toContain(id));
    first.kill();
    appendFileSync(path(), 'x');
    const { approvals } = start();
    const refused = await approvals.request(KEYED);
    expect(refused).toMatchObject({ status: 'failed', error: { code: 'journal' } });
    const message = refused.status === 'failed' ? refused.error.message : '';
    expect(message).toMatch(/checksum.*set aside as .*quarantine.*Ask again with the same key/);
    expect(message).not.toContain('COUNTERSIGN_STATE_DIR');
    const again = approvals.request(KEYED);
    platform.decide(id, 'approved');
    expect(await again).toMatchObject({ status: 'granted', approvalId: id });
    expect(platform.rows()).toHaveLength(1);
  });

  it('F43 hands over a grant that nobody used, once', async () => {
    const { start, approvals, auditPath, fn } = await grantedAndNotUsed();
    const { outcome } = await resumed(approvals);
    expect(await outcome).toMatchObject({ status: 'granted', args: { eur: 5 } });
    expect(readAudit(auditPath).at(-1)).toMatchObject({
      outcome: 'resumed',
      ended: { outcome: 'granted' },
    });
    await approvals.close();
    expect(await start().approvals.resume()).toEqual([]);
    expect(fn).not.toHaveBeenCalled();
  });

  it('G8 hands over no grant that it cannot record once more, and leaves it to the next', async () => {
    const { start, approvals, auditPath } = await grantedAndNotUsed();
    await approvals.close();
    const disk = faultyFiles(auditPath);
    disk.fault = { on: 'write', code: 'ENOSPC', everywhere: true };
    const unrecorded = start({ environment: disk.environment });
    const { outcome } = await resumed(unrecorded.approvals);
    expect(await outcome).toMatchObject({ status: 'failed', error: { code: 'audit' } });
    await unrecorded.approvals.close();
    const next = await resumed(start().approvals);
    expect(await next.outcome).toMatchObject({ status: 'granted' });
  });

  it('G8 finds an end also where only the record of who resumed it is left', async () => {
    const { approvals, auditPath } = await grantedAndNotUsed();
    const { traceId } = await resumed(approvals);
    await approvals.close();
    const lines = readFileSync(auditPath, 'utf8').split('\n');
    expect(lines.filter(isGrant)).toHaveLength(1);
    writeFileSync(auditPath, lines.filter((line) => !isGrant(line)).join('\n'));
    const ids = new Set([traceId]);
    const found = await findEnds(auditPath, ids, { files: systemFiles, hmacKey: undefined });
    expect(found.get(traceId)).toMatchObject({ outcome: 'granted' });
  });

  it('F43 hands over a grant also to whoever asks by its key while the client is closed', async () => {
    const { start } = await grantedAndNotUsed({}, KEYED);
    const stat: typeof systemFiles.stat = (path) => {
      if (path.includes('/used/')) void approvals.close();
      return systemFiles.stat(path);
    };
    const environment = { ...systemEnvironment, files: { ...systemFiles, stat } };
    const { approvals } = start({ environment });
    expect(await approvals.request(KEYED)).toMatchObject({ status: 'granted' });
    await approvals.close();
    expect(await start().approvals.resume()).toEqual([]);
  });

  it('goes on also where somebody who asked with its key gives up', async () => {
    const { approvals, outcome, approve } = await resumedWithKey();
    const joined = approvals.request(KEYED, { signal: AbortSignal.abort() });
    expect(await joined).toMatchObject({ status: 'withdrawn' });
    approve();
    expect(await outcome).toMatchObject({ status: 'granted', decidedBy: 'dana' });
  });

  it('F43 hands over a grant once also where somebody left who would have used it', async () => {
    const { start, approvals, outcome, approve } = await resumedWithKey();
    const fn = vi.fn();
    const guarded = approvals.requires(fn, () => ({ action: KEYED.action, key: KEYED.key }));
    const left = guarded(KEYED.args, { signal: AbortSignal.abort() });
    await expect(left).rejects.toThrow('the caller gave up');
    approve();
    expect(await outcome).toMatchObject({ status: 'granted' });
    await approvals.close();
    expect(await start().approvals.resume()).toEqual([]);
    expect(fn).not.toHaveBeenCalled();
  });

  it('F43 hands over no grant that was used, also where the log says nothing of it', async () => {
    const platform = await fakePlatform();
    const { start, auditPath } = machineOn(platform);
    const files = { ...systemFiles, unlink: refuseToUnlinkEntries };
    const first = start({ environment: { ...systemEnvironment, files } });
    const fn = vi.fn();
    const used = first.approvals.requires(fn, () => KEYED)({ eur: 5 });
    platform.decide((await platform.waitForRow()).id, 'approved');
    await used;
    first.kill();
    renameSync(auditPath, `${auditPath}-yesterday`);
    const { outcome } = await resumed(start().approvals);
    expect(await outcome).toMatchObject({ status: 'failed', error: { code: 'conflict' } });
    expect(readAudit(auditPath).at(-1)).toMatchObject({ outcome: 'failure', code: 'conflict' });
    expect(fn).toHaveBeenCalledOnce();
  });

  it('F43 does not close before a grant that is being used is marked', async () => {
    const platform = await fakePlatform();
    const { start } = machineOn(platform);
    const [marking, mayMark] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const happened: string[] = [];
    const open: typeof systemFiles.open = async (path, ...how) => {
      if (!path.includes('/used/')) return systemFiles.open(path, ...how);
      marking.resolve();
      await mayMark.promise;
      happened.push('marked');
      return systemFiles.open(path, ...how);
    };
    const unlink: typeof systemFiles.unlink = (path) => {
      if (path.endsWith('owner.json')) happened.push('left');
      return systemFiles.unlink(path);
    };
    const environment = { ...systemEnvironment, files: { ...systemFiles, open, unlink } };
    const { approvals } = start({ environment, maxConcurrent: 1 });
    const used = approvals.requires(vi.fn(), () => KEYED)({ eur: 5 });
    platform.decide((await platform.waitForRow()).id, 'approved');
    await marking.promise;
    // It is no approval that is under way.
    const other = approvals.request(ASK);
    await platform.waitForRow(({ status }) => status === 'pending');
    const closed = approvals.close();
    expect(await other).toMatchObject({ status: 'withdrawn' });
    await vi.waitFor(() => expect(platform.sockets).toBe(0));
    mayMark.resolve();
    await Promise.all([closed, used]);
    expect(happened).toEqual(['marked', 'left']);
    expect(await start().approvals.resume()).toEqual([]);
  });

  it('F43 keeps a grant in the journal until it is used, however long that takes', async () => {
    const platform = await fakePlatform();
    const { start, entries } = machineOn(platform);
    const using = Promise.withResolvers<void>();
    const open: typeof systemFiles.open = (path, ...how) => {
      if (!path.includes('/used/')) return systemFiles.open(path, ...how);
      using.resolve();
      return new Promise<never>(() => {});
    };
    const fast = fastEnvironment(100);
    const environment = { ...fast, files: { ...systemFiles, open } };
    const first = start({ environment, timeout: '10m', pollInterval: '10s' });
    void first.approvals.requires(vi.fn(), () => KEYED)({ eur: 5 });
    platform.decide((await platform.waitForRow()).id, 'approved', 'dana');
    await using.promise;
    // A twin of the key is looked for once more; then nothing is owed, and only the grant is open.
    const later = fast.clock.monotonic() + 60_000;
    await vi.waitFor(() => expect(fast.clock.monotonic()).toBeGreaterThan(later), 5_000);
    expect(entries()).toHaveLength(1);
    first.kill();
    const { outcome } = await resumed(start({ environment: fast, grantTtl: '1d' }).approvals);
    expect(await outcome).toMatchObject({ status: 'granted', decidedBy: 'dana' });
  });

  it('F43 hands over no grant that is older than it may be, and says so', async () => {
    const { start, approvals, auditPath, fn } = await grantedAndNotUsed({ grantTtl: '1ms' });
    const { outcome } = await resumed(approvals);
    expect(await outcome).toMatchObject({
      status: 'failed',
      error: { code: 'conflict', message: expect.stringMatching(/granted at .* ask again/) },
    });
    expect(readAudit(auditPath).at(-1)).toMatchObject({ outcome: 'grant_dropped' });
    await approvals.close();
    expect(await start().approvals.resume()).toEqual([]);
    expect(fn).not.toHaveBeenCalled();
  });

  it('G6 withdraws what the caller had given up', async () => {
    const platform = await fakePlatform();
    const { start, entries, folder } = machineOn(platform);
    const first = start();
    const controller = new AbortController();
    const takeRuleBack = platform.respond(fakeRoutes.decide, 'hang');
    void first.approvals.request(ASK, { signal: controller.signal });
    await platform.waitForRow();
    await vi.waitFor(() => expect(entries()).toHaveLength(1));
    controller.abort();
    await vi.waitFor(() => {
      const [name = ''] = entries();
      expect(readFileSync(join(folder, 'journal', name), 'utf8')).toContain('gave up');
    });
    first.kill();
    takeRuleBack();
    const { outcome } = await resumed(start().approvals);
    expect(await outcome).toMatchObject({ status: 'withdrawn' });
    expect(platform.rows()).toMatchObject([
      { status: 'denied', decided_by: 'withdrawn: the caller gave up' },
    ]);
  });

  it.each([
    ['G9', 'wrong', {}, { status: 'denied', decidedBy: 'dana' }],
    ['G2', 'right', { digest: 'sha256:other' }, { status: 'failed', error: { code: 'journal' } }],
  ] as const)(
    '%s hands over no grant that somebody wrote into the log with a %s hash: %j',
    async (_, hash, changes, expected) => {
      const platform = await fakePlatform();
      const { start, entries, auditPath } = machineOn(platform);
      const first = start();
      void first.approvals.request(ASK);
      const { id } = await platform.waitForRow();
      await vi.waitFor(() => expect(entries()).toHaveLength(1));
      await vi.waitFor(() => expect(readAudit(auditPath)).toHaveLength(2));
      first.kill();
      forgeGrant(auditPath, hash, changes);
      platform.decide(id, 'denied', 'dana');
      const { outcome } = await resumed(start().approvals);
      expect(await outcome).toMatchObject({ approved: false, ...expected });
    },
  );

  it('G7 goes on with a key also where it is asked for something else at the same moment', async () => {
    const { start, id, approve } = await killedWithKey();
    const second = start().approvals;
    const asked = second.request(KEYED);
    expect(await second.request({ ...KEYED, action: 'Refund all orders' })).toMatchObject({
      status: 'failed',
      error: { code: 'conflict' },
    });
    expect(await start().approvals.resume()).toEqual([]);
    approve();
    expect(await asked).toMatchObject({ status: 'granted', approvalId: id });
  });

  it('does not go on when the client was closed', async () => {
    const { approvals } = machineOn(await fakePlatform()).start();
    await approvals.close();
    await expect(approvals.resume()).rejects.toMatchObject({ code: 'closed' });
  });
});

const refuseToUnlinkEntries: typeof systemFiles.unlink = (path) =>
  path.includes('owners') ? Promise.reject(new Error('EIO')) : systemFiles.unlink(path);

/** Appends a copy of the last record that says "granted", with the hash that it had, or a right one. */
function forgeGrant(path: string, hash: 'wrong' | 'right', changes: JsonObject): void {
  const [last = ''] = readFileSync(path, 'utf8').trimEnd().split('\n').slice(-1);
  const copied: JsonObject = JSON.parse(last);
  const record = { ...copied, ...changes, outcome: 'granted', decided_by: 'mallory' };
  const hashed = { ...record, hash: hashOf(record, undefined) };
  appendFileSync(path, `${JSON.stringify(hash === 'right' ? hashed : record)}\n`);
}

const isGrant = (line: string): boolean => line.includes('"outcome":"granted","trace_id"');

/** A guarded function was granted, and its process died before it could use the grant. */
async function grantedAndNotUsed(
  options: ApprovalsOptions = {},
  ask: RequestInput = { action: ASK.action },
) {
  const platform = await fakePlatform();
  const machine = machineOn(platform);
  const dying = Promise.withResolvers<void>();
  const die = (): Promise<never> => {
    first.kill();
    dying.resolve();
    return new Promise<never>(() => {});
  };
  // A key's grant is marked as used, and then the entry goes.
  const open: typeof systemFiles.open = (path, ...how) =>
    path.includes('/used/') ? die() : systemFiles.open(path, ...how);
  const unlink = (path: string): Promise<void> =>
    path.includes('owners') ? die() : systemFiles.unlink(path);
  const files = { ...systemFiles, open, unlink };
  const first = machine.start({ environment: { ...systemEnvironment, files } });
  const fn = vi.fn();
  void first.approvals.requires(fn, () => ask)({ eur: 5 });
  platform.decide((await platform.waitForRow()).id, 'approved');
  await dying.promise;
  return { ...machine, ...machine.start(options), start: machine.start, fn };
}
