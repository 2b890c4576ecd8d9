/** What a client does before the code behind it is there. */
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createFakePlatform } from '../../src/testing/index.ts';
import { readAudit, temporaryFolder, WORKSPACE } from '../support/world.ts';

/** As in a process that has just begun. */
async function freshClient(platformUrl = 'http://127.0.0.1:9') {
  const { createApprovals } = await import('../../src/approvals.ts');
  const folder = temporaryFolder();
  const auditLogPath = `${folder}/audit.jsonl`;
  const approvals = createApprovals({
    platformUrl,
    workspaceId: WORKSPACE,
    configDir: folder,
    stateDir: folder,
    auditLogPath,
    timeout: '10s',
  });
  onTestFinished(() => approvals.close());
  return { approvals, outcomes: () => readAudit(auditLogPath).map(({ outcome }) => outcome) };
}

describe('a client whose code is not loaded yet', () => {
  beforeEach(() => void vi.resetModules());
  afterEach(() => {
    vi.doUnmock('../../src/approvals/parts.ts');
  });

  it('asks as soon as it is', async () => {
    const platform = await createFakePlatform();
    onTestFinished(() => platform.close());
    const { approvals, outcomes } = await freshClient(platform.url);
    const states: string[] = [];
    approvals.on('state', ({ state }) => states.push(state));
    const asked = approvals.request({ action: 'Drop table users' });
    const [row] = await vi.waitUntil(() => platform.rows().length > 0 && platform.rows());
    platform.decide(row?.id ?? '', 'approved');
    expect(await asked).toMatchObject({ status: 'granted' });
    expect(outcomes()).toContain('granted');
    expect(states[0]).toBe('rbacCheck');
  });

  it('knows of nothing that was ignored or dropped', async () => {
    const { approvals } = await freshClient();
    const { ignoredFrames, inspectionFailures, inspectionDropped } = approvals;
    expect([ignoredFrames, inspectionFailures, inspectionDropped]).toEqual([0, 0, 0]);
  });

  it('is closed at once where nobody asked', async () => {
    const { approvals } = await freshClient();
    await approvals.close();
    expect(await approvals.request({ action: 'Drop table users' })).toMatchObject({
      status: 'failed',
      error: { code: 'closed' },
    });
    await expect(approvals.resume()).rejects.toMatchObject({ code: 'closed' });
  });

  it('answers and records what was asked before it was closed', async () => {
    const { approvals, outcomes } = await freshClient();
    const asked = approvals.request({ action: 'Drop table users' });
    await approvals.close();
    expect(await asked).toMatchObject({ approved: false, error: { code: 'closed' } });
    expect(outcomes()).toEqual(['failure']);
  });

  it('resumes nothing where it is closed meanwhile', async () => {
    const { approvals } = await freshClient();
    const resumed = expect(approvals.resume()).rejects.toMatchObject({ code: 'closed' });
    await approvals.close();
    await resumed;
  });

  it('runs no guarded function, and tells everybody, where it cannot be loaded', async () => {
    vi.doMock('../../src/approvals/parts.ts', () => {
      throw new Error('the file is gone');
    });
    const { approvals } = await freshClient();
    const run = vi.fn();
    const guarded = approvals.requires(run, () => ({ action: 'Drop table users' }));
    expect(await approvals.request({ action: 'Drop table users' })).toMatchObject({
      approved: false,
      error: { code: 'internal' },
    });
    await expect(guarded({ table: 'users' })).rejects.toThrow();
    await expect(approvals.resume()).rejects.toThrow();
    await approvals.close();
    expect(run).not.toHaveBeenCalled();
  });
});
