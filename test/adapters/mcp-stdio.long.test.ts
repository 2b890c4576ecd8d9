import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  type Answer,
  expectCleanFinish,
  fakeRoutes,
  openHandles,
} from '../../src/testing/index.ts';
import { expectCleanFinishOfEachTest } from '../support/clean-finish.ts';
import { callResultSchema, MODERN, RawClient, serverWorld } from '../support/mcp-process.ts';

const ASK = { action: 'Drop table users', reason: 'GDPR' };
const PATIENCE = { timeout: 10_000, interval: 5 };

async function serverSide(more: Record<string, string> = {}) {
  const world = await serverWorld(more);
  const client = new RawClient(world.env);
  const answerTo = (id: number) => vi.waitUntil(() => client.answersTo(id)[0], PATIENCE);
  const end = async () => {
    await client.end();
    await world.end();
  };
  return { ...world, client, answerTo, end };
}

async function start(more: Record<string, string> = {}) {
  const side = await serverSide(more);
  onTestFinished(side.end);
  return side;
}

describe('a call', () => {
  const before = openHandles();
  let side: Awaited<ReturnType<typeof serverSide>>;
  beforeAll(async () => {
    side = await serverSide({ TEST_PROGRESS_MS: '20' });
    side.client.initialize();
  });
  afterAll(async () => {
    expect(side.client.foreign).toEqual([]);
    await side.end();
    await expectCleanFinish(before);
  });

  const waiting = (action: string) =>
    side.platform.waitForRow((row) => row.action === action && row.status === 'pending');
  const reported = (token: string | number, times: number) =>
    vi.waitUntil(() => side.client.progress(token).length >= times, PATIENCE);

  it('is reported on until its answer, with the time until which it waits', async () => {
    const { client, platform, answerTo } = side;
    client.call(10, ASK, { progressToken: 'ten' });
    await reported('ten', 4);
    platform.decide((await waiting(ASK.action)).id, 'approved');
    await answerTo(10);
    client.send({ id: 11, method: 'ping' });
    await answerTo(11);

    const params = client.progress('ten').map((message) => message.params);
    expect(params.map((param) => param?.['progress'])).toEqual(params.map((_, index) => index + 1));
    const left = Date.parse(String(params[0]?.['message']).replace(/^.* until /, '')) - Date.now();
    expect(left).toBeGreaterThan(5_000);
    expect(left).toBeLessThan(20_000);
    const last = client.received.findLastIndex(({ method }) => method === 'notifications/progress');
    expect(last).toBeLessThan(client.received.findIndex(({ id }) => id === 10));
  });

  it('is not reported on where the client did not ask for it', async () => {
    const { client, platform, answerTo } = side;
    const already = client.received.length;
    client.call(20, { ...ASK, action: 'Ask in silence' });
    platform.decide((await waiting('Ask in silence')).id, 'approved');
    await answerTo(20);
    expect(client.received.slice(already).map(({ id }) => id)).toEqual([20]);
  });

  it('is reported on under its own token, and answered by its own decision', async () => {
    const { client, platform, answerTo } = side;
    client.call(30, { ...ASK, action: 'First of two' }, { progressToken: 'thirty' });
    client.call(31, { ...ASK, action: 'Second of two' }, { progressToken: 31 });
    await Promise.all([reported('thirty', 2), reported(31, 2)]);
    platform.decide((await waiting('Second of two')).id, 'denied');
    platform.decide((await waiting('First of two')).id, 'approved');
    const [first, second] = await Promise.all([answerTo(30), answerTo(31)]);
    const contentOf = ({ result }: typeof first) =>
      callResultSchema.parse(result).structuredContent;
    expect(contentOf(first)).toMatchObject({ approved: true });
    expect(contentOf(second)).toMatchObject({ approved: false });
  });

  it('is withdrawn when the client cancels it, and never heard of again', async () => {
    const { client, platform, outcomes, answerTo } = side;
    client.call(40, { ...ASK, action: 'Change of mind' }, { progressToken: 40 });
    const { id } = await waiting('Change of mind');
    await reported(40, 1);
    const withdrawal = Promise.withResolvers<Answer>();
    const asked = platform.nextRequest(fakeRoutes.decide);
    const takeBack = platform.respond(fakeRoutes.decide, () => withdrawal.promise);
    client.send({ method: 'notifications/cancelled', params: { requestId: 40, reason: 'user' } });
    await asked;
    client.send({ id: 41, method: 'ping' });
    await answerTo(41);

    const already = client.progress(40).length;
    client.call(42, { ...ASK, action: 'The next' }, { progressToken: 42 });
    await reported(42, 3);
    takeBack();
    withdrawal.resolve('asRecorded');
    const row = await platform.waitForRow((one) => one.id === id && one.status === 'denied');
    expect(row.decided_by).toBe('withdrawn: the caller gave up');
    await vi.waitUntil(() => outcomes().at(-1) === 'withdrawn', PATIENCE);
    platform.decide((await waiting('The next')).id, 'approved');
    await answerTo(42);
    expect(client.answersTo(40)).toEqual([]);
    expect(client.progress(40)).toHaveLength(already);
  });
});

describe('the process', () => {
  expectCleanFinishOfEachTest();
  const ended = { code: 0, signal: null };

  it('reports at once, long before the interval has passed', async () => {
    const { client } = await start();
    client.initialize();
    client.call(1, ASK, { progressToken: 0 });
    await vi.waitUntil(() => client.progress(0).length > 0, PATIENCE);
    expect(client.progress(0)).toMatchObject([{ params: { progress: 1 } }]);
  });

  it('serves a client of the protocol of 2026 likewise, which has no handshake', async () => {
    const { platform, client, answerTo } = await start({ TEST_PROGRESS_MS: '10' });
    client.call(1, ASK, { ...MODERN, progressToken: 'one' });
    const { id } = await platform.waitForRow();
    await vi.waitUntil(() => client.progress('one').length > 2, PATIENCE);
    client.send({ method: 'notifications/cancelled', params: { requestId: 1, _meta: MODERN } });
    await platform.waitForRow((row) => row.id === id && row.status === 'denied');
    client.call(2, { ...ASK, action: 'Drop table orders' }, MODERN);
    const { id: next } = await platform.waitForRow(({ status }) => status === 'pending');
    platform.decide(next, 'approved');
    const { result } = await answerTo(2);
    expect(callResultSchema.parse(result).structuredContent).toMatchObject({ approved: true });
    expect(client.answersTo(1)).toEqual([]);
  });

  it('withdraws what waits and exits with 0 when its input ends', async () => {
    const { platform, client, outcomes } = await start();
    client.initialize();
    client.call(1, ASK);
    client.call(2, { ...ASK, action: 'Drop table orders' });
    await vi.waitUntil(() => platform.rows().length === 2, PATIENCE);
    client.child.stdin?.end();
    expect(await client.ended).toEqual(ended);
    expect(platform.rows().map(({ status }) => status)).toEqual(['denied', 'denied']);
    expect(outcomes().filter((outcome) => outcome === 'withdrawn')).toHaveLength(2);
  });

  it('withdraws what waits and exits with 0 on SIGINT', async () => {
    const { platform, client, outcomes } = await start();
    client.initialize();
    client.call(1, ASK);
    await platform.waitForRow();
    client.child.kill('SIGINT');
    expect(await client.ended).toEqual(ended);
    expect(platform.rows()).toMatchObject([{ status: 'denied' }]);
    expect(outcomes().at(-1)).toBe('withdrawn');
  });

  it('finishes the withdrawal when SIGTERM follows the end of its input', async () => {
    const { platform, client } = await start();
    client.initialize();
    client.call(1, ASK);
    await platform.waitForRow();
    const held = Promise.withResolvers<Answer>();
    const asked = platform.nextRequest(fakeRoutes.decide);
    platform.respond(fakeRoutes.decide, () => held.promise);
    client.child.stdin?.end();
    await asked;
    client.child.kill('SIGTERM');
    held.resolve('asRecorded');
    expect(await client.ended).toEqual(ended);
    expect(platform.rows()).toMatchObject([{ status: 'denied' }]);
  });

  it('withdraws and ends when nobody reads its output any more', async () => {
    const { platform, client } = await start({ TEST_PROGRESS_MS: '10' });
    client.initialize();
    client.call(1, ASK, { progressToken: 1 });
    await platform.waitForRow();
    client.child.stdout?.destroy();
    expect(await client.ended).toEqual(ended);
    expect(platform.rows()).toMatchObject([{ status: 'denied' }]);
  });

  it('serves approvals of its owner until the signal of its owner', async () => {
    const { platform, client } = await start({ TEST_OWNER: 'yes' });
    client.initialize();
    client.call(1, ASK);
    await platform.waitForRow();
    client.child.kill('SIGUSR2');
    expect(await client.ended).toEqual(ended);
    expect(platform.rows()).toMatchObject([{ decided_by: 'withdrawn: the caller gave up' }]);
  });

  it('ends at once when its input is empty', async () => {
    const world = await serverWorld();
    const client = new RawClient(world.env);
    onTestFinished(() => world.end());
    client.child.stdin?.end();
    expect(await client.ended).toEqual(ended);
    expect(client.stderr).toBe('');
  });

  it('says everything that is wrong with the settings, and exits with 2 without an answer', async () => {
    const wrong = { PLATFORM_URL: 'ftp://example.com', WORKSPACE_ID: '', APPROVAL_TIMEOUT: 'soon' };
    const { client } = await start(wrong);
    client.initialize();
    expect(await client.ended).toEqual({ code: 2, signal: null });
    expect(client.stderr).toMatch(/PLATFORM_URL .*\n.*WORKSPACE_ID .*\n.*APPROVAL_TIMEOUT /);
    expect(client.stderr).not.toMatch(/ at .*\.ts:/);
    expect(client.received).toEqual([]);
    expect(client.foreign).toEqual([]);
  });
});
