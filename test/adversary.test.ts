/** What somebody would try who wants a grant for something else, or a decision to get lost. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { systemFiles } from '../src/environment/files.ts';
import { CountersignError, systemEnvironment } from '../src/index.ts';
import { createPlatform } from '../src/platform/index.ts';
import { fakeRoutes, scriptedApprover } from '../src/testing/index.ts';
import { fastEnvironment } from './support/fast-environment.ts';
import { fakePlatform, requestingSide, temporaryFolder, WORKSPACE } from './support/world.ts';

const ASK = { action: 'Pay the invoice', key: 'inv-7' };

describe('a key', () => {
  it('that was asked without arguments grants none', async () => {
    const platform = createPlatform({ dataDir: temporaryFolder(), port: 0 });
    await platform.listen();
    onTestFinished(() => platform.close());
    const planted = await fetch(`${platform.url}/workspaces/${WORKSPACE}/approvals`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ action: ASK.action, task_id: ASK.key }),
    });
    expect(planted.status).toBe(201);
    const approver = scriptedApprover({
      url: platform.url,
      token: platform.approverToken,
      decide: 'approve',
    });
    onTestFinished(() => approver.stop());
    const { approvals } = requestingSide(platform.url);
    const outcome = await approvals.request({ ...ASK, args: { eur: 1_000_000 } });
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'conflict' } });
  });

  it('that was granted for some arguments grants no others, where no digest is stored', async () => {
    const platform = await fakePlatform();
    const { approvals } = requestingSide(platform.url);
    const first = approvals.request({ ...ASK, args: { eur: 5 } });
    platform.decide((await platform.waitForRow()).id, 'approved');
    expect(await first).toMatchObject({ status: 'granted', args: { eur: 5 } });
    expect(await approvals.request({ ...ASK, args: { eur: 1_000_000 } })).toMatchObject({
      status: 'failed',
      error: { code: 'conflict' },
    });
    const elsewhere = requestingSide(platform.url);
    expect(await elsewhere.approvals.request({ ...ASK, args: { eur: 5 } })).toMatchObject({
      status: 'failed',
      error: { code: 'conflict' },
    });
  });

  it('G5 without arguments stands for its action, also when the list does not hold its row any more', async () => {
    const platform = await fakePlatform();
    const { approvals } = requestingSide(platform.url);
    const first = approvals.request(ASK);
    platform.decide((await platform.waitForRow()).id, 'approved');
    expect(await first).toMatchObject({ status: 'granted' });
    for (let row = 0; row < 50; row += 1)
      platform.addRow({ workspaceId: WORKSPACE, action: 'something newer' });
    const other = await approvals.request({ ...ASK, action: 'Pay another invoice' });
    expect(other).toMatchObject({ status: 'failed', error: { code: 'conflict' } });
    expect(platform.rows()).toHaveLength(51);
  });

  it('goes on with the same arguments after a crash, where no digest is stored', async () => {
    const platform = await fakePlatform();
    const stateDir = temporaryFolder();
    const first = requestingSide(platform.url, { stateDir });
    void first.approvals.request({ ...ASK, args: { eur: 5 } });
    const { id } = await platform.waitForRow();
    const second = requestingSide(platform.url, { stateDir });
    const asked = second.approvals.request({ ...ASK, args: { eur: 5 } });
    await vi.waitFor(() => expect(second.outcomes()).toContain('requested'));
    platform.decide(id, 'approved');
    expect(await asked).toMatchObject({ status: 'granted', approvalId: id });
  });

  it('is the same for a process that looked just before another one bound it', async () => {
    const platform = await fakePlatform();
    const stateDir = temporaryFolder();
    const args = { eur: 5 };
    const first = requestingSide(platform.url, { stateDir });
    let isBound = false;
    const open: typeof systemFiles.open = async (path, ...how) => {
      if (isBound || !path.includes('/keys/')) return systemFiles.open(path, ...how);
      isBound = true;
      void first.approvals.request({ ...ASK, args });
      await platform.waitForRow();
      throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    };
    const environment = { ...systemEnvironment, files: { ...systemFiles, open } };
    const second = requestingSide(platform.url, { stateDir, environment });
    const asked = second.approvals.request({ ...ASK, args });
    await vi.waitFor(() => expect(second.outcomes()).toContain('requested'));
    const { id } = await platform.waitForRow();
    platform.decide(id, 'approved');
    expect(await asked).toMatchObject({ status: 'granted', approvalId: id });
    expect(platform.rows()).toHaveLength(1);
  });

  it('F42 serves one execution, however often it is granted', async () => {
    const platform = await fakePlatform();
    const { approvals } = requestingSide(platform.url);
    const fn = vi.fn();
    const pay = approvals.requires(fn, () => ASK);
    const running = Promise.allSettled([pay({ eur: 5 }), pay({ eur: 5 })]);
    platform.decide((await platform.waitForRow()).id, 'approved');
    const ends = [...(await running), ...(await Promise.allSettled([pay({ eur: 5 })]))];
    expect(fn).toHaveBeenCalledTimes(1);
    const refused = ends.flatMap((end) =>
      end.status === 'rejected' ? [end.reason as unknown] : [],
    );
    expect(refused).toHaveLength(2);
    for (const error of refused) {
      expect(error).toBeInstanceOf(CountersignError);
      expect(error).toMatchObject({ code: 'already_used' });
    }
  });

  it('may be left by the one who asked first, and the others go on', async () => {
    const platform = await fakePlatform();
    const { approvals, outcomes } = requestingSide(platform.url);
    const controller = new AbortController();
    const told: string[] = [];
    approvals.on('audit', ({ outcome }) => told.push(outcome));
    const first = approvals.request(ASK, { signal: controller.signal });
    const joined = approvals.request(ASK);
    const { id } = await platform.waitForRow();
    await vi.waitFor(() => expect(outcomes()).toContain('requested'));
    controller.abort();
    expect(await first).toMatchObject({ status: 'withdrawn' });
    platform.decide(id, 'approved');
    expect(await joined).toMatchObject({ status: 'granted' });
    expect(outcomes()).toEqual(['allowed', 'requested', 'left', 'granted']);
    expect(told).toEqual(outcomes());
  });

  it('whose askers have all given up is taken back', async () => {
    const platform = await fakePlatform();
    const { approvals, outcomes } = requestingSide(platform.url);
    const controller = new AbortController();
    const { signal } = controller;
    const asked = [approvals.request(ASK, { signal }), approvals.request(ASK, { signal })];
    await vi.waitFor(() => expect(outcomes()).toContain('requested'));
    controller.abort();
    for (const outcome of await Promise.all(asked))
      expect(outcome).toMatchObject({ status: 'withdrawn' });
    expect(platform.rows()).toMatchObject([{ status: 'denied' }]);
  });

  it('may be left by the one who joined, and the first goes on', async () => {
    const platform = await fakePlatform();
    const { approvals, audit } = requestingSide(platform.url);
    const controller = new AbortController();
    const first = approvals.request(ASK);
    const joined = approvals.request(ASK, { signal: controller.signal });
    const { id } = await platform.waitForRow();
    controller.abort();
    expect(await joined).toMatchObject({ status: 'withdrawn' });
    const impatient = approvals.request({ ...ASK, timeout: '100ms' });
    expect(await impatient).toMatchObject({ status: 'timeout' });
    platform.decide(id, 'approved');
    expect(await first).toMatchObject({ status: 'granted' });
    expect(audit().filter((line) => line.outcome === 'left')).toMatchObject([
      { status: 'withdrawn' },
      { status: 'timeout' },
    ]);
  });
});

describe('frames', () => {
  it('that come before the answer to the POST count in their order', async () => {
    const platform = await fakePlatform();
    const { approvals, outcomes } = requestingSide(platform.url);
    const opening = approvals.request({ action: 'Open the channel' });
    const { id: openId } = await platform.waitForRow();
    await platform.waitForSockets(1);
    platform.quirks.onCreate = async ({ id }) => {
      const frame = (status: string, decided_by: string) =>
        platform.sendFrame({ event: 'APPROVAL_DECIDED', approval_id: id, status, decided_by });
      frame('denied', 'alice');
      frame('approved', 'mallory');
      await vi.waitFor(() => expect(outcomes()).toContain('requested'));
    };
    const outcome = await approvals.request({ action: 'Drop table users' });
    expect(outcome).toMatchObject({ status: 'denied', decidedBy: 'alice' });
    await vi.waitFor(() => expect(outcomes()).toContain('platform_inconsistent'));
    platform.decide(openId, 'approved');
    await opening;
  });

  it('that are nested deeper than the stack, or too many to read, are ignored', async () => {
    const platform = await fakePlatform();
    const { approvals, outcomes } = requestingSide(platform.url, { pollInterval: '60s' });
    const asked = approvals.request({ action: 'Drop table users' });
    const { id } = await platform.waitForRow();
    await vi.waitFor(() => expect(outcomes()).toContain('requested'));
    const deep = `${'['.repeat(3_000)}${']'.repeat(3_000)}`;
    for (const target of [id, 'another'])
      platform.sendFrame(
        `{"event":"APPROVAL_DECIDED","approval_id":"${target}","status":"denied","outcome":${deep}}`,
      );
    platform.decide(id, 'approved', 'alice');
    expect(await asked).toMatchObject({ status: 'granted', decidedBy: 'alice' });
  });

  it.each([
    ['by nobody', { decided_by: 'auto-expired' }],
    ['by its own asker', { decided_by: 'withdrawn: timed out' }],
    ['with another outcome', { outcome: 'denied' }],
    ['with an outcome that is no word', { outcome: 5 }],
    ['with another decision inside', { payload: { decision: 'denied' } }],
    ['with another id inside', { payload: { approval_id: 'other', decision: 'approved' } }],
  ])('that approve %s approve nothing', async (_, more) => {
    const platform = await fakePlatform();
    const { approvals, outcomes } = requestingSide(platform.url, { timeout: '1s' });
    const asked = approvals.request({ action: 'Drop table users' });
    const { id } = await platform.waitForRow();
    await vi.waitFor(() => expect(outcomes()).toContain('requested'));
    platform.sendFrame({ event: 'APPROVAL_DECIDED', approval_id: id, status: 'approved', ...more });
    expect(await asked).toMatchObject({ status: 'timeout' });
  });

  it('that grant early are confirmed by the row where grants are confirmed', async () => {
    const platform = await fakePlatform();
    const { approvals } = requestingSide(platform.url, { confirmGrants: true });
    const opening = approvals.request({ action: 'Open the channel' });
    const { id: openId } = await platform.waitForRow();
    await platform.waitForSockets(1);
    platform.quirks.onCreate = ({ id }) => void platform.decide(id, 'approved', 'alice');
    expect(await approvals.request({ action: 'Drop table users' })).toMatchObject({
      status: 'granted',
      decidedBy: 'alice',
    });
    platform.decide(openId, 'approved');
    await opening;
  });
});

describe('a platform', () => {
  it('that hides our row behind one that cannot be read hides nothing', async () => {
    const platform = await fakePlatform();
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    platform.respond(fakeRoutes.list, () => {
      const [row] = platform.rows();
      const poison = `{"id":"x","status":"approved","edited_args":${deep}}`;
      return { body: `[${poison},${JSON.stringify({ ...row, status: 'approved' })}]` };
    });
    const { approvals } = requestingSide(platform.url, { useWebSocket: false });
    expect(await approvals.request({ action: 'Drop table users' })).toMatchObject({
      status: 'granted',
    });
  });

  it('whose pages never end does not hold an approval beyond its deadline', async () => {
    const platform = await fakePlatform();
    let page = 0;
    platform.respond(fakeRoutes.list, async ({ path }) => {
      page += 1;
      await new Promise(setImmediate);
      return { headers: { link: `<${platform.url}${path}?before=${page}>; rel="next"` }, body: [] };
    });
    platform.respond(fakeRoutes.decide, { status: 404, body: { error: 'unknown' } });
    const { approvals } = requestingSide(platform.url, {
      timeout: '10s',
      environment: fastEnvironment(20),
    });
    const startedAt = performance.now();
    expect(await approvals.request({ action: 'x' })).toMatchObject({
      status: 'timeout',
      cause: 'indeterminate',
    });
    expect(performance.now() - startedAt).toBeLessThan(3_000);
  });

  it.each([
    ['503', { status: 503 }],
    ['429', { status: 429, headers: { 'retry-after': '1' } }],
    ['401', { status: 401 }],
    ['a reset', 'reset' as const],
  ])('that answers a withdrawal with %s is asked again', async (_, answer) => {
    const platform = await fakePlatform();
    platform.respond(fakeRoutes.decide, [answer]);
    const { approvals } = requestingSide(platform.url, { timeout: '1s' });
    expect(await approvals.request({ action: 'x' })).toMatchObject({
      status: 'timeout',
      cause: 'deadline',
    });
    expect(platform.rows()).toMatchObject([{ status: 'denied' }]);
  });

  it('that failed for one approval is asked afresh for the next', async () => {
    const platform = await fakePlatform();
    const stop = platform.respond(fakeRoutes.list, { status: 503 });
    const { approvals } = requestingSide(platform.url, { useWebSocket: false });
    const first = approvals.request({ action: 'first', timeout: '700ms' });
    expect(await first).toMatchObject({ status: 'timeout' });
    stop();
    platform.quirks.onCreate = ({ id }) => void platform.decide(id, 'approved');
    const startedAt = performance.now();
    expect(await approvals.request({ action: 'second' })).toMatchObject({ status: 'granted' });
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });

  it('that links to its next page relatively, below a path of a proxy, is followed', async () => {
    const platform = await fakePlatform({ basePath: '/hitl' });
    let page = 0;
    platform.respond(fakeRoutes.list, () => {
      page += 1;
      if (page === 1) return { headers: { link: '<?before=7>; rel="next"' }, body: [] };
      return { body: platform.rows().map((row) => ({ ...row, status: 'approved' })) };
    });
    const { approvals } = requestingSide(platform.url, { useWebSocket: false });
    expect(await approvals.request({ action: 'x' })).toMatchObject({ status: 'granted' });
    expect(platform.requests.find(({ query }) => query.get('before') === '7')?.belowBase).toBe(
      true,
    );
  });

  it.each(['5', '5, 5', '5;x', '00x'])('whose answer has Age: %s is not believed', async (age) => {
    const platform = await fakePlatform();
    platform.respond(fakeRoutes.list, [{ headers: { age }, body: [] }]);
    const { approvals } = requestingSide(platform.url, { useWebSocket: false });
    const troubles: string[] = [];
    approvals.on('trouble', ({ message }) => troubles.push(message));
    const asked = approvals.request({ action: 'x' });
    platform.decide((await platform.waitForRow()).id, 'approved');
    await asked;
    expect(troubles.join()).toContain('cache');
  });
});

const rejects = (): Promise<void> => Promise.reject(new Error('a broken listener'));

describe('a request', () => {
  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'Drop table users'],
    [
      'a getter that throws',
      Object.defineProperty({}, 'action', {
        get: () => {
          throw new Error('no');
        },
      }),
    ],
    ['no action', {}],
  ])('of %s is refused, and does not reject', async (_, input) => {
    const platform = await fakePlatform();
    const { approvals } = requestingSide(platform.url);
    const told: string[] = [];
    approvals.on('audit', (event) => told.push(event.outcome));
    const outcome = await approvals.request(input as never);
    expect(outcome).toMatchObject({ status: 'failed', approved: false });
    expect(told).toEqual(['failure']);
    expect(platform.requests).toEqual([]);
  });

  it('with a signal that is none is refused before anything is sent', async () => {
    const platform = await fakePlatform();
    const { approvals } = requestingSide(platform.url);
    for (const options of [{ signal: {} }, { signal: null }])
      expect(await approvals.request({ action: 'x' }, options as never)).toMatchObject({
        status: 'failed',
        error: { code: 'input' },
      });
    expect(platform.requests).toEqual([]);
    const asked = approvals.request({ action: 'x' }, null as never);
    platform.decide((await platform.waitForRow()).id, 'approved');
    expect(await asked).toMatchObject({ status: 'granted' });
  });

  it('survives a listener that is an async function and fails', async () => {
    const platform = await fakePlatform();
    const { approvals } = requestingSide(platform.url);
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    onTestFinished(() => void process.off('unhandledRejection', unhandled));
    approvals.on('state', rejects);
    const asked = approvals.request({ action: 'x' });
    platform.decide((await platform.waitForRow()).id, 'approved');
    expect(await asked).toMatchObject({ status: 'granted' });
    await new Promise(setImmediate);
    expect(unhandled).not.toHaveBeenCalled();
  });

  it('is not answered by a server that is no platform', async () => {
    const server = createServer((_, response) => response.end('<h1>It works!</h1>'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const { approvals } = requestingSide(`http://127.0.0.1:${port}`);
    expect(await approvals.request({ action: 'x' })).toMatchObject({
      status: 'failed',
      error: { code: 'protocol' },
    });
  });
});
