/** The platforms that the askers are tried with: the fake one, with the faults of Molecule's, and our own. */
import { join } from 'node:path';
import { z } from 'zod';
import { createPlatform, type Platform } from '../../src/platform/index.ts';
import { routes } from '../../src/protocol/routes.ts';
import {
  createFakePlatform,
  type FakePlatformOptions,
  fakeRoutes,
} from '../../src/testing/index.ts';

const rowSchema = z.object({
  id: z.string(),
  task_id: z.string(),
  action: z.string(),
  status: z.enum(['pending', 'approved', 'denied']),
  decided_by: z.string().nullable(),
  decided_at: z.string().nullable(),
});
export type Row = z.infer<typeof rowSchema>;

export type Decision = 'approved' | 'denied';

/** What happens to an exchange on its way through the fake platform. */
export interface OnTheWay {
  /** A create or a withdrawal has arrived, and nothing is stored yet. */
  arrived(what: 'create' | 'withdrawal'): void | Promise<void>;
  /** It is stored, and not answered yet. */
  stored(what: 'create' | 'withdrawal'): void;
}

export interface CrashPlatform {
  readonly url: string;
  /** Oldest first. */
  rows(): Promise<Row[]>;
  /** False where it was decided already. */
  decide(row: Row, decision: Decision): Promise<boolean>;
  /** Resolves when nothing that was sent is still on its way. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

export async function fakeCrashPlatform(
  options: FakePlatformOptions,
  onTheWay: OnTheWay,
): Promise<CrashPlatform> {
  const platform = await createFakePlatform(options);
  const underWay = new Set<Promise<void>>();
  const passing = async (what: 'create' | 'withdrawal'): Promise<'asRecorded'> => {
    const arrived = Promise.resolve(onTheWay.arrived(what));
    underWay.add(arrived);
    await arrived;
    // What is stored is stored in the turn after this one; its answer comes later still.
    setImmediate(() => underWay.delete(arrived));
    if (what === 'withdrawal') setImmediate(() => onTheWay.stored(what));
    return 'asRecorded';
  };
  platform.respond(fakeRoutes.create, () => passing('create'));
  platform.respond(fakeRoutes.decide, () => passing('withdrawal'));
  platform.quirks.onCreate = () => onTheWay.stored('create');
  return {
    url: platform.url,
    rows: () => Promise.resolve(platform.rows().toReversed()),
    decide: async ({ id }, decision) => {
      if (platform.rows().find((row) => row.id === id)?.status !== 'pending') return false;
      platform.decide(id, decision);
      return true;
    },
    settled: async () => {
      while (underWay.size > 0) await Promise.all([...underWay, turn()]);
    },
    close: () => platform.close(),
  };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** One for all stories: each has a workspace of its own. */
export async function startOwnPlatform(folder: string): Promise<Platform> {
  const platform = createPlatform({ dataDir: join(folder, 'platform'), port: 0 });
  await platform.listen();
  return platform;
}

export function ownCrashPlatform(platform: Platform, workspaceId: string): CrashPlatform {
  const { url } = platform;
  const headers = {
    authorization: `Bearer ${platform.approverToken}`,
    'content-type': 'application/json',
  };
  return {
    url,
    rows: async () => {
      const answer = await fetch(`${url}/${routes.approvals(workspaceId)}`, { headers });
      return z
        .array(rowSchema)
        .parse(await answer.json())
        .toReversed();
    },
    decide: async ({ id }, decision) => {
      const init = { method: 'POST', headers, body: JSON.stringify({ decision }) };
      const answer = await fetch(`${url}/${routes.decide(workspaceId, id)}`, init);
      return answer.ok;
    },
    settled: () => new Promise((resolve) => setTimeout(resolve, 50)),
    close: () => Promise.resolve(),
  };
}
