/** A requesting side over the fake platform, with its own folder; everything ends with the test. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { loadParts } from '../../src/approvals/lazy-parts.ts';
import { type Approvals, type ApprovalsOptions, createApprovals } from '../../src/index.ts';
import {
  createFakePlatform,
  type FakePlatform,
  type FakePlatformOptions,
} from '../../src/testing/index.ts';
import { temporaryFolder } from './temp-folder.ts';

export { temporaryFolder };

// The first request of a process waits for its code, and has that much less time for an answer.
await loadParts();

export const WORKSPACE = '11111111-1111-1111-1111-111111111111';

export interface AuditLine {
  readonly event_type: string;
  readonly actor: string;
  readonly action: string;
  readonly outcome: string;
  readonly trace_id: string;
  readonly [extra: string]: unknown;
}

export function readAudit(path: string): AuditLine[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): AuditLine => JSON.parse(line));
}

export interface World {
  readonly approvals: Approvals;
  readonly auditPath: string;
  readonly folder: string;
  /** The outcomes in the audit log, in order. */
  readonly outcomes: () => string[];
  readonly audit: () => AuditLine[];
}

export interface WorldOptions extends ApprovalsOptions {
  /** The text of `config.yaml`. Default: there is none. */
  readonly config?: string;
}

export function requestingSide(platformUrl: string, options: WorldOptions = {}): World {
  const { config, ...rest } = options;
  const folder = temporaryFolder();
  if (config !== undefined) writeFileSync(join(folder, 'config.yaml'), config);
  const auditPath = options.auditLogPath ?? join(folder, 'audit.jsonl');
  const approvals = createApprovals({
    platformUrl,
    workspaceId: WORKSPACE,
    configDir: folder,
    stateDir: folder,
    auditLogPath: auditPath,
    timeout: '10s',
    pollInterval: '100ms',
    ...rest,
  });
  onTestFinished(() => approvals.close());
  return {
    approvals,
    auditPath,
    folder,
    audit: () => readAudit(auditPath),
    outcomes: () => readAudit(auditPath).map(({ outcome }) => outcome),
  };
}

export async function fakePlatform(options: FakePlatformOptions = {}): Promise<FakePlatform> {
  const platform = await createFakePlatform(options);
  onTestFinished(() => platform.close());
  return platform;
}
