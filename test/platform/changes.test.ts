import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { DATABASE_FILE } from '../../src/platform/storage/index.ts';
import { MAX_ANSWER_BYTES } from '../../src/protocol/routes.ts';
import {
  type Call,
  runningPlatform,
  type TestApp,
  temporaryFolder,
  testApp,
} from '../support/platform.ts';

const APPROVALS = '/workspaces/w1/approvals';

const linkIn = (headers: Headers, rel: string): string | undefined =>
  new RegExp(`<([^<>]+)>; rel="${rel}"`).exec(headers.get('link') ?? '')?.[1];

/** Where the history of the workspace stands, as the list says it. */
async function markIn(call: Call, path = APPROVALS): Promise<string> {
  return linkIn((await call('GET', path)).headers, 'monitor') ?? '';
}

/** All changes from a mark on: the ids, page by page, and the mark after them. */
async function changes(call: Call, mark: string, path = APPROVALS) {
  const pages: unknown[][] = [];
  for (let next: string | undefined = mark; ; ) {
    const answer = await call('GET', path + next);
    expect(answer.status).toBe(200);
    pages.push(answer.rows.map(({ id }) => id));
    const monitor = linkIn(answer.headers, 'monitor') ?? '';
    next = linkIn(answer.headers, 'next');
    if (next === undefined) return { pages, ids: pages.flat(), mark: monitor };
    expect(next).toBe(monitor);
  }
}

const end = ({ call, token }: Pick<TestApp, 'call' | 'token'>, id: string, workspace = 'w1') =>
  call('POST', `/workspaces/${workspace}/approvals/${id}/decide`, {
    token,
    body: { decision: 'approved' },
  });

describe('what changed in a workspace', () => {
  it('is linked by its whole list, and by every answer that tells of changes', async () => {
    const app = await testApp();
    expect(await markIn(app.call)).toBe('');
    await app.ask();
    const mark = await markIn(app.call);
    expect(mark).toMatch(/^\?changed_since=\d+-[0-9a-f]{16}$/);
    const answer = await app.call('GET', APPROVALS + mark);
    expect(answer.text).toBe('[]');
    expect(answer.headers.get('link')).toBe(`<${mark}>; rel="monitor"`);
  });

  it('is what ended since, the oldest end first, as the list has the rows', async () => {
    const app = await testApp();
    const { call, clock } = app;
    const [first, second, third, before] = [
      await app.ask(),
      await app.ask(),
      await app.ask({ timeout_seconds: 60 }),
      await app.ask(),
    ];
    await end(app, before);
    const mark = await markIn(call);
    const later = await app.ask();
    await end(app, second);
    await call('POST', `${APPROVALS}/${first}/decide`, { body: { decision: 'denied' } });
    await vi.waitFor(async () => {
      clock.advance(30_000);
      expect((await changes(call, mark)).ids).toHaveLength(3);
    });
    const told = await changes(call, mark);
    expect(told.ids).toEqual([second, first, third]);
    const all = (await call('GET', APPROVALS)).rows;
    const { rows } = await call('GET', APPROVALS + mark);
    expect(rows).toEqual(told.ids.map((id) => all.find((row) => row['id'] === id)));
    await end(app, later);
    expect((await changes(call, told.mark)).ids).toEqual([later]);
  });

  it('comes in pages, bounded in rows and in bytes, that miss nothing', async () => {
    const app = await testApp();
    const reason = '漢'.repeat(50_000);
    const ids: string[] = [];
    for (let count = 0; count < 15; count += 1) ids.push(await app.ask({ reason }));
    const mark = await markIn(app.call);
    for (const id of ids) await end(app, id);
    const { pages } = await changes(app.call, mark);
    expect(pages.length).toBeGreaterThan(1);
    expect(pages.flat()).toEqual(ids);
    const page = await app.call('GET', APPROVALS + mark);
    expect(Buffer.byteLength(page.text)).toBeLessThan(MAX_ANSWER_BYTES);
  });

  it('is nothing of other workspaces', async () => {
    const app = await testApp();
    const ours = await app.ask();
    const others = await app.ask({}, 'w2');
    const mark = await markIn(app.call);
    await end(app, others, 'w2');
    const answer = await app.call('GET', APPROVALS + mark);
    expect([answer.text, linkIn(answer.headers, 'monitor')]).toEqual(['[]', mark]);
    await end(app, ours);
    const OTHERS = '/workspaces/w2/approvals';
    expect((await app.call('GET', OTHERS + mark)).status).toBe(410);
    expect((await app.call('GET', `/workspaces/w3/approvals${mark}`)).status).toBe(410);
  });

  it('is for those alone who may read the list', async () => {
    const app = await testApp();
    await app.ask();
    const mark = await markIn(app.call);
    const { token } = await app.storage.tokens.addToken({ kind: 'workspace', name: 'w2' });
    expect((await app.call('GET', APPROVALS + mark, { token })).status).toBe(403);
    expect((await app.call('GET', APPROVALS + mark, { token: 'x'.repeat(43) })).status).toBe(401);
  });

  it.each(['', '1', '-1', '1-', '1-xyz', `${'9'.repeat(20)}-0123456789abcdef`])(
    'is refused for the mark "%s"',
    async (mark) => {
      const { call, ask } = await testApp();
      await ask();
      expect((await call('GET', `${APPROVALS}?changed_since=${mark}`)).status).toBe(400);
    },
  );

  it('is not told for a mark of another history', async () => {
    const [app, other] = [await testApp(), await testApp()];
    await app.ask();
    await other.ask();
    const answer = await app.call('GET', APPROVALS + (await markIn(other.call)));
    expect([answer.status, answer.body['code']]).toEqual([410, 'unknown_mark']);
    const future = await app.call('GET', `${APPROVALS}?changed_since=99-0123456789abcdef`);
    expect(future.status).toBe(410);
  });

  it('goes on over a restart, and not over a back-up in which the number stands for something else', async () => {
    const dataDir = temporaryFolder();
    const backUp = join(temporaryFolder(), DATABASE_FILE);
    const first = await runningPlatform({ dataDir });
    const ids = [await first.ask(), await first.ask()];
    await first.platform.close();
    copyFileSync(join(dataDir, DATABASE_FILE), backUp);

    const second = await runningPlatform({ dataDir });
    const early = await markIn(second.call);
    await end(second, ids[0] ?? '');
    const late = await markIn(second.call);
    await second.platform.close();
    const third = await runningPlatform({ dataDir });
    expect((await changes(third.call, early)).ids).toEqual([ids[0]]);
    await third.platform.close();

    copyFileSync(backUp, join(dataDir, DATABASE_FILE));
    const restored = await runningPlatform({ dataDir });
    await end(restored, ids[1] ?? '');
    await restored.ask();
    expect((await restored.call('GET', APPROVALS + late)).status).toBe(410);
    expect((await changes(restored.call, early)).ids).toEqual([ids[1]]);
  });

  it('is missed by nobody who reads while many are decided', async () => {
    const { call, token, ask } = await runningPlatform();
    const ids: string[] = [];
    for (let count = 0; count < 60; count += 1) ids.push(await ask());
    let mark = await markIn(call);
    const told: unknown[] = [];
    const deciding = Promise.all(ids.map((id) => end({ call, token }, id)));
    while (told.length < ids.length) {
      const next = await changes(call, mark);
      told.push(...next.ids);
      mark = next.mark;
    }
    await deciding;
    expect(new Set(told)).toEqual(new Set(ids));
    expect(told).toHaveLength(ids.length);
  });
});
