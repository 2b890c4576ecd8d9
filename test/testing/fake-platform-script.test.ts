import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createFakePlatform, fakeRoutes } from '../../src/testing/index.ts';
import { expectCleanFinishOfEachTest } from '../support/clean-finish.ts';
import { openLive, roundTrip } from '../support/live-client.ts';

expectCleanFinishOfEachTest();

async function start() {
  const platform = await createFakePlatform();
  onTestFinished(() => platform.close());
  const address = `${platform.url}/workspaces/w1/approvals`;
  const post = (init: RequestInit = {}) =>
    fetch(address, { method: 'POST', body: '{"action":"a"}', redirect: 'manual', ...init });
  const get = (init: RequestInit = {}) => fetch(address, init);
  return { platform, post, get };
}

describe('scripted answers', () => {
  it('are given once each from a list, and then the recorded ones again', async () => {
    const { platform, post } = await start();
    platform.respond(fakeRoutes.create, [{ status: 500 }, { status: 429 }, 'asRecorded']);
    const statuses = [];
    for (let time = 0; time < 4; time += 1) statuses.push((await post()).status);
    expect(statuses).toEqual([500, 429, 201, 201]);
    expect(platform.rows()).toHaveLength(2);
  });

  it('are given for ever from a single one, until it is taken back', async () => {
    const { platform, get } = await start();
    const takeBack = platform.respond(fakeRoutes.list, { status: 401, body: { error: 'no' } });
    expect([(await get()).status, (await get()).status]).toEqual([401, 401]);
    takeBack();
    expect((await get()).status).toBe(200);
  });

  it('come from the newest rule, and go on to the older one where it has none', async () => {
    const { platform, get } = await start();
    platform.respond(fakeRoutes.list, { status: 500 });
    platform.respond(
      ({ headers }) => headers.accept === 'x',
      () => ({ status: 418 }),
    );
    platform.respond(fakeRoutes.list, async () => undefined);
    expect((await get({ headers: { accept: 'x' } })).status).toBe(418);
    expect((await get()).status).toBe(500);
  });

  it('leave other methods and deeper paths alone', async () => {
    const { platform, post, get } = await start();
    platform.respond(fakeRoutes.create, { status: 500 });
    expect((await get()).status).toBe(200);
    platform.respond('* /workspaces/*', { status: 500 });
    expect((await get()).status).toBe(200);
    platform.respond('* /workspaces/w1/*', { status: 502 });
    expect((await post()).status).toBe(502);
  });

  it('send text and bytes as they are, and values as JSON', async () => {
    const { platform, get } = await start();
    platform.respond(fakeRoutes.list, [
      { body: '{"id":' },
      { body: null },
      { headers: { 'content-type': 'text/html' }, body: Buffer.from('<p>') },
      {},
    ]);
    expect(await (await get()).text()).toBe('{"id":');
    expect(await (await get()).text()).toBe('null');
    const page = await get();
    expect([page.headers.get('content-type'), await page.text()]).toEqual(['text/html', '<p>']);
    expect(await (await get()).text()).toBe('');
  });

  it('tell of a handler that threw', async () => {
    const { platform, get } = await start();
    platform.respond(fakeRoutes.list, () => {
      throw new Error('wrong script');
    });
    const answer = await get();
    expect([answer.status, await answer.text()]).toEqual([
      500,
      expect.stringContaining('wrong script'),
    ]);
  });
});

describe('scripted failures', () => {
  it('reset the connection without a row', async () => {
    const { platform, post } = await start();
    platform.respond(fakeRoutes.create, ['reset']);
    await expect(post()).rejects.toThrow('fetch failed');
    expect(platform.rows()).toEqual([]);
  });

  it('reset the connection after the row was made and announced', async () => {
    const { platform, post } = await start();
    const { frames, socket } = await openLive(platform.url);
    platform.respond(fakeRoutes.create, ['commitThenReset']);
    await expect(post()).rejects.toThrow('fetch failed');
    expect(platform.rows()).toHaveLength(1);
    await roundTrip(socket);
    expect(frames).toHaveLength(1);
  });

  it('answer 500 after the row was made and before it was announced', async () => {
    const { platform, post } = await start();
    const { frames, socket } = await openLive(platform.url);
    platform.respond(fakeRoutes.create, ['commitThen500']);
    expect((await post()).status).toBe(500);
    expect(platform.rows()).toHaveLength(1);
    await roundTrip(socket);
    expect(frames).toEqual([]);
  });

  it('never answer, or stop after the headers, until the close ends them', async () => {
    const { platform, post, get } = await start();
    platform.respond(fakeRoutes.create, 'hang');
    platform.respond(fakeRoutes.list, 'stall');
    const hanging = post();
    const stalled = await get();
    expect(stalled.status).toBe(200);
    const reading = stalled.text();
    await Promise.all([
      expect(hanging).rejects.toThrow('fetch failed'),
      expect(reading).rejects.toThrow('terminated'),
      platform.close(),
    ]);
  });

  it('drip a body, also to somebody who leaves in the middle', async () => {
    const { platform, get } = await start();
    platform.respond(fakeRoutes.list, { drip: '[1]', everyMs: 1 });
    expect(await (await get()).text()).toBe('[1]');
    platform.respond(fakeRoutes.list, { drip: '['.repeat(10_000), everyMs: 1 });
    const leaving = new AbortController();
    await get({ signal: leaving.signal });
    leaving.abort();
  });

  it('pour a huge body of exactly that size, which is JSON', async () => {
    const { platform, get } = await start();
    platform.respond(fakeRoutes.list, { hugeBody: 3_000_000 });
    const body = await (await get()).text();
    expect(body).toHaveLength(3_000_000);
    expect(JSON.parse(body)).toHaveLength(1);
  });

  it('redirect', async () => {
    const { platform, post } = await start();
    platform.respond(fakeRoutes.create, { redirect: 'http://127.0.0.1:9/', status: 302 });
    const answer = await post();
    expect([answer.status, answer.headers.get('location')]).toEqual([302, 'http://127.0.0.1:9/']);
  });

  it('give 429 with the seconds to wait when the minute is used up', async () => {
    const { platform, get } = await start();
    platform.quirks.rateLimit = 1;
    await get();
    const answer = await get();
    expect(answer.status).toBe(429);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  });
});

describe('the log of requests', () => {
  it('holds what came, and promises what is to come', async () => {
    const { platform, post } = await start();
    const next = platform.nextRequest(fakeRoutes.create);
    const row = platform.waitForRow(({ action }) => action === 'second');
    await post({ headers: { authorization: 'Bearer t' } });
    await post({ body: '{"action":"second"}' });
    expect(await next).toMatchObject({
      method: 'POST',
      path: '/workspaces/w1/approvals',
      headers: { authorization: 'Bearer t' },
      body: '{"action":"a"}',
      upgrade: false,
    });
    expect(await row).toMatchObject({ action: 'second', workspace_id: 'w1' });
    expect(platform.countRequests(fakeRoutes.create)).toBe(2);
    expect(platform.requests).toHaveLength(2);
  });

  it('does not take an earlier request for the next one', async () => {
    const { platform, post } = await start();
    await post();
    const next = platform.nextRequest(fakeRoutes.create);
    await post({ body: '{"action":"later"}' });
    expect((await next).body).toContain('later');
  });
});

describe('the close', () => {
  it('ends sockets, hanging upgrades and bare connections, and refuses what still waits', async () => {
    const { platform } = await start();
    const live = await openLive(platform.url);
    platform.refuseUpgrades('hang');
    const upgrade = platform.nextRequest(fakeRoutes.live);
    const unanswered = expect(openLive(platform.url)).rejects.toThrow('socket hang up');
    await upgrade;
    const bare = connect(Number(new URL(platform.url).port), '127.0.0.1');
    bare.on('error', () => undefined);
    await once(bare, 'connect');
    const ended = Promise.all([once(live.socket, 'close'), once(bare, 'close')]);
    const waiting = platform.waitForRow();
    await Promise.all([platform.close(), platform.close()]);
    await Promise.all([ended, unanswered]);
    await expect(waiting).rejects.toThrow('closed');
  });

  it('comes by itself with "await using"', async () => {
    let url: string;
    {
      await using platform = await createFakePlatform();
      url = platform.url;
      expect((await fetch(url)).status).toBe(404);
    }
    await expect(fetch(url)).rejects.toThrow('fetch failed');
  });
});
