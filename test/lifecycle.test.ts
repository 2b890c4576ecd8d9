/** The whole life of an approval, the client over our own platform: real HTTP, real sockets, real SQLite. */
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { toToolResult, verifyAuditLog } from '../src/index.ts';
import { createPlatform, type Platform } from '../src/platform/index.ts';
import { digestOf } from '../src/protocol/digest.ts';
import { requestingSide, temporaryFolder, WORKSPACE } from './support/world.ts';

/** On a machine that is busy with other things. */
const PATIENT = { timeout: 10_000 };

const ASK = {
  action: 'Drop table users',
  reason: 'GDPR erasure request 4711',
  args: { table: 'users' },
};

async function ownPlatform(): Promise<Platform> {
  const platform = createPlatform({ dataDir: temporaryFolder(), port: 0 });
  await platform.listen();
  onTestFinished(() => platform.close());
  return platform;
}

interface View {
  readonly id: string;
  readonly action: string;
  readonly digest: string | null;
  readonly outcome: string | null;
}

async function call(platform: Platform, path: string, body?: object): Promise<Response> {
  return fetch(`${platform.url}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      authorization: `Bearer ${platform.approverToken}`,
      'content-type': 'application/json',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

async function views(platform: Platform, path: string): Promise<View[]> {
  const response = await call(platform, path);
  const list: View[] = JSON.parse(await response.text());
  return list;
}

async function firstPending(platform: Platform): Promise<View> {
  return vi.waitFor(async () => {
    const [view] = await views(platform, '/approvals/pending');
    if (view === undefined) throw new Error('nothing is pending');
    return view;
  }, PATIENT);
}

const decide = (platform: Platform, id: string, decision: string, more: object = {}) =>
  call(platform, `/workspaces/${WORKSPACE}/approvals/${id}/decide`, { decision, ...more });

describe('the client over our own platform', () => {
  it('is granted what the approver saw, and the audit log proves it', async () => {
    const platform = await ownPlatform();
    const { approvals, outcomes, auditPath } = requestingSide(platform.url);
    const asked = approvals.request(ASK);
    const view = await firstPending(platform);
    expect(view.digest).toBe(digestOf({ ...ASK, workspaceId: WORKSPACE }));
    expect((await decide(platform, view.id, 'approved', { note: 'go' })).status).toBe(200);
    const outcome = await asked;
    expect(outcome).toMatchObject({
      status: 'granted',
      approvalId: view.id,
      digest: view.digest,
      args: ASK.args,
      note: 'go',
    });
    expect(outcomes()).toEqual(['allowed', 'requested', 'granted']);
    expect(await verifyAuditLog(auditPath)).toMatchObject({ status: 'intact', records: 3 });
  });

  it('is denied, with the note', async () => {
    const platform = await ownPlatform();
    const { approvals } = requestingSide(platform.url);
    const asked = approvals.request(ASK);
    const { id } = await firstPending(platform);
    await decide(platform, id, 'denied', { note: 'not on a Friday' });
    expect(toToolResult(await asked)).toMatchObject({
      approved: false,
      status: 'denied',
      message: 'Denied by human: not on a Friday',
    });
  });

  it.each([true, false])(
    'takes the request back at the deadline (live channel: %s)',
    async (useWebSocket) => {
      const platform = await ownPlatform();
      const { approvals, outcomes } = requestingSide(platform.url, {
        useWebSocket,
        timeout: '700ms',
      });
      expect(await approvals.request(ASK)).toMatchObject({ status: 'timeout' });
      const [view] = await views(platform, '/approvals/recent');
      expect(['withdrawn', 'timeout']).toContain(view?.outcome);
      expect((await decide(platform, view?.id ?? '', 'approved')).status).toBe(404);
      expect(outcomes()).toEqual(['allowed', 'requested', 'timeout']);
    },
  );

  it('outlives a restart of the platform', async () => {
    const dataDir = temporaryFolder();
    const first = createPlatform({ dataDir, port: 0 });
    await first.listen();
    const port = Number(new URL(first.url).port);
    const { approvals, outcomes } = requestingSide(first.url, { timeout: '20s' });
    const asked = approvals.request(ASK);
    const { id } = await firstPending(first);
    await first.close();
    await vi.waitFor(() => expect(outcomes()).toContain('fallback'));
    const second = createPlatform({ dataDir, port });
    await second.listen();
    onTestFinished(() => second.close());
    await decide(second, id, 'approved');
    expect(await asked).toMatchObject({ status: 'granted', approvalId: id });
  });

  it('shows one approval for one key, and gives the same answer to both', async () => {
    const platform = await ownPlatform();
    const sides = [requestingSide(platform.url), requestingSide(platform.url)];
    const asked = sides.map(({ approvals }) => approvals.request({ ...ASK, key: 'nightly' }));
    const { id } = await firstPending(platform);
    await vi.waitFor(() => {
      for (const { outcomes } of sides) expect(outcomes()).toContain('requested');
    });
    expect(await views(platform, '/approvals/pending')).toHaveLength(1);
    await decide(platform, id, 'approved');
    for (const outcome of await Promise.all(asked))
      expect(outcome).toMatchObject({ status: 'granted', approvalId: id });
  });

  it('finds a decision in a list of more than one page', async () => {
    const platform = await ownPlatform();
    const { approvals } = requestingSide(platform.url, {
      useWebSocket: false,
      pollInterval: '200ms',
    });
    const asked = approvals.request(ASK);
    const { id } = await firstPending(platform);
    for (let index = 0; index < 120; index += 1) {
      const response = await fetch(`${platform.url}/workspaces/${WORKSPACE}/approvals`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ action: `other ${index}` }),
      });
      expect(response.status).toBe(201);
    }
    await decide(platform, id, 'approved');
    expect(await asked).toMatchObject({ status: 'granted', approvalId: id });
  });
});
