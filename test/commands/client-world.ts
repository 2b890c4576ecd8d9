/** The real client over the fake platform, on real sockets and a real disk, with a fast clock. */
import { existsSync } from 'node:fs';
import { type Approvals, createApprovals } from '../../src/index.ts';
import { createFakePlatform, type FakePlatform } from '../../src/testing/index.ts';
import { fastEnvironment } from '../support/fast-environment.ts';
import { temporaryFolder } from '../support/temp-folder.ts';
import { readAudit, WORKSPACE } from '../support/world.ts';
import type { AskedRow, Evidence } from './askers-judge.ts';

/** How many times as fast as the real one. Limits of ten seconds are half a second. */
const FACTOR = 20;

export interface ClientWorld extends AsyncDisposable {
  readonly platform: FakePlatform;
  readonly approvals: Approvals;
  /** Rows as they stand, those that were forgotten included. */
  readonly evidence: () => Omit<Evidence, 'confirmGrants'>;
  /** Before the platform forgets them. */
  readonly keepRows: () => void;
}

export async function clientWorld(settings: {
  readonly confirmGrants: boolean;
  readonly dialect: 'flat' | 'enveloped';
}): Promise<ClientWorld> {
  const { dialect, confirmGrants } = settings;
  const platform = await createFakePlatform({ dialect });
  const folder = temporaryFolder();
  const auditLogPath = `${folder}/audit.jsonl`;
  const approvals = createApprovals({
    platformUrl: platform.url,
    workspaceId: WORKSPACE,
    configDir: folder,
    stateDir: folder,
    auditLogPath,
    confirmGrants,
    pollInterval: '1s',
    environment: fastEnvironment(FACTOR),
  });
  const kept: AskedRow[] = [];
  const rows = (): AskedRow[] =>
    platform.rows().map((row) => ({ ...row, digest: digestSent(platform, row.task_id) }));
  return {
    platform,
    approvals,
    keepRows: () => kept.push(...rows()),
    evidence: () => ({
      rows: [...kept, ...rows()],
      audit: existsSync(auditLogPath) ? readAudit(auditLogPath) : [],
    }),
    [Symbol.asyncDispose]: async () => {
      await approvals.close();
      await platform.close();
    },
  };
}

/** What every create of this key had. Two that differ would be a fault. */
function digestSent({ requests }: FakePlatform, key: string): string | undefined {
  const bodies = requests
    .filter(({ method, path }) => method === 'POST' && path.endsWith('/approvals'))
    .map(({ body }): { task_id: string; context?: { digest: string } } => JSON.parse(body))
    .filter(({ task_id }) => task_id === key);
  const digests = new Set(bodies.map(({ context }) => context?.digest));
  if (digests.size > 1) throw new Error(`the key ${key} was sent with ${digests.size} digests`);
  return [...digests][0];
}
