/** The platforms over which the client is walked, each as little as a walk needs of it. */
import { z } from 'zod';
import { ownerName } from '../../src/platform/auth.ts';
import { createPlatform } from '../../src/platform/index.ts';
import { createFakePlatform } from '../../src/testing/index.ts';
import { APPROVER } from '../../src/testing/walk/sample.ts';
import { quickFolder } from './quick-folder.ts';
import { sleepyClock } from './sleepy-clock.ts';

export type RowEnd = 'approved' | 'denied' | 'expired' | 'withdrawn';

export interface WalkedRow {
  readonly id: string;
  readonly action: string;
  readonly end: RowEnd | undefined;
}

export interface WalkedPlatform {
  readonly url: string;
  /** Who decides, as outcomes name them. */
  readonly approver: string;
  /** Of every request of the workspace. */
  readonly rows: () => Promise<readonly WalkedRow[]>;
  readonly end: (row: WalkedRow, end: RowEnd) => Promise<void>;
  /** Somebody else asks in the workspace, and is approved. */
  readonly approveStranger: () => Promise<void>;
  /** A frame to every socket, whatever the rows say; only a platform that can lie has it. */
  readonly say?: (frame: object) => void;
  /** Whether its frames name the digest that was asked. */
  readonly namesDigest: boolean;
  readonly close: () => Promise<void>;
}

export const WORKSPACE = '11111111-1111-1111-1111-111111111111';
export const STRANGE = 'What somebody else asks';

const DECIDED_BY = { expired: 'auto-expired', withdrawn: 'withdrawn: by another process' };

export async function walkedFake(): Promise<WalkedPlatform> {
  const platform = await createFakePlatform();
  return {
    url: platform.url,
    approver: APPROVER,
    namesDigest: false,
    rows: async () =>
      platform.rows().map(({ id, action, status, decided_by }) => ({
        id,
        action,
        end: endOfRow(status, decided_by),
      })),
    end: async ({ id }, end) => {
      if (end === 'approved' || end === 'denied') platform.decide(id, end, APPROVER);
      else platform.decide(id, 'denied', DECIDED_BY[end]);
    },
    approveStranger: async () => {
      const { id } = platform.addRow({ workspaceId: WORKSPACE, action: STRANGE });
      platform.decide(id, 'approved', APPROVER);
    },
    say: (frame) => platform.sendFrame(frame),
    close: () => platform.close(),
  };
}

const rowSchema = z.object({
  id: z.string(),
  action: z.string(),
  status: z.string(),
  decided_by: z.string().nullable(),
});

export async function walkedReal(): Promise<WalkedPlatform> {
  const { path: dataDir, remove } = quickFolder();
  const clock = sleepyClock();
  const platform = createPlatform({ dataDir, port: 0, clock });
  await platform.listen();
  const approvals = `/workspaces/${WORKSPACE}/approvals`;
  const call = async (path: string, body?: object, token?: string): Promise<unknown> => {
    const answer = await fetch(platform.url + path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${path} was answered with ${await answer.text()}`);
    return answer.json();
  };
  const decide = (id: string, body: object, token?: string) =>
    call(`${approvals}/${id}/decide`, body, token);
  return {
    url: platform.url,
    approver: ownerName(),
    namesDigest: true,
    rows: async () =>
      z
        .array(rowSchema)
        .parse(await call(approvals))
        .map(({ id, action, status, decided_by }) => ({
          id,
          action,
          end: endOfRow(status, decided_by),
        })),
    end: async ({ id }, end) => {
      if (end === 'expired') clock.sleep(EXPIRES_AFTER_MS, EXPIRES_AFTER_MS);
      else if (end === 'withdrawn') await decide(id, { decision: 'denied' });
      else await decide(id, { decision: end }, platform.approverToken);
    },
    approveStranger: async () => {
      const created = await call(approvals, { action: STRANGE, reason: '' });
      const { approval_id } = z.object({ approval_id: z.string() }).parse(created);
      await decide(approval_id, { decision: 'approved' }, platform.approverToken);
    },
    close: async () => {
      await platform.close();
      remove();
    },
  };
}

/** More than the client asks for. */
const EXPIRES_AFTER_MS = 400_000;

function endOfRow(status: string, decidedBy: string | null): RowEnd | undefined {
  if (status === 'approved') return 'approved';
  if (status !== 'denied') return undefined;
  if (decidedBy === 'auto-expired') return 'expired';
  return decidedBy?.startsWith('withdrawn: ') === true ? 'withdrawn' : 'denied';
}
