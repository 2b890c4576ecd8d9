/** Reads of those who wait, on a platform that tells what changed, over real sockets. */
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  type Approvals,
  memoryAuditLog,
  type Outcome,
  systemEnvironment,
} from '../../src/index.ts';
import { createPlatform } from '../../src/platform/index.ts';
import { DATABASE_FILE } from '../../src/platform/storage/index.ts';
import { fakeRoutes } from '../../src/testing/index.ts';
import {
  caller,
  type RunningPlatform,
  runningPlatform,
  temporaryFolder,
} from '../support/platform.ts';
import { fakePlatform, requestingSide, WORKSPACE, type WorldOptions } from '../support/world.ts';

const LIST = `/workspaces/${WORKSPACE}/approvals`;

/** A requesting side that polls, and the list requests that it has sent, as `whole` or `changes`. */
function polling(url: string, options: WorldOptions = {}) {
  const lists: string[] = [];
  const answers: string[] = [];
  const network = { isDown: false };
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = input instanceof Request ? input : new Request(input, init);
    const { search } = new URL(request.url);
    if (request.method === 'GET') lists.push(kindOf(search));
    if (network.isDown) throw new TypeError('fetch failed');
    const answer = await systemEnvironment.fetch(input, init);
    if (request.method === 'GET') answers.push(await answer.clone().text());
    return answer;
  };
  const { approvals } = requestingSide(url, {
    useWebSocket: false,
    audit: memoryAuditLog(),
    journal: false,
    maxConcurrent: 10_000,
    timeout: '60s',
    environment: { ...systemEnvironment, fetch },
    ...options,
  });
  return { approvals, lists, answers, network };
}

const kindOf = (search: string): string =>
  search === '' ? 'whole' : search.includes('changed_since') ? 'changes' : 'page';

function ask(approvals: Approvals, count: number): Promise<Outcome>[] {
  return Array.from({ length: count }, (_, number) =>
    approvals.request({ action: `Refund order ${number}` }),
  );
}

async function rowsOf({ call }: RunningPlatform): Promise<string[]> {
  const ids: string[] = [];
  for (let next: string | undefined = ''; next !== undefined; ) {
    const { rows, headers } = await call('GET', LIST + next);
    ids.push(...rows.map(({ id }) => String(id)));
    next = /<([^<>]+)>; rel="next"/.exec(headers.get('link') ?? '')?.[1];
  }
  return ids;
}

const decide = ({ call, token }: RunningPlatform, id: string, decision = 'approved') =>
  call('POST', `${LIST}/${id}/decide`, { token, body: { decision } });

/** Resolves when so many wait, and the list requests that are sent are for changes alone. */
async function settled(
  platform: RunningPlatform,
  lists: string[],
  count: number,
): Promise<string[]> {
  await vi.waitFor(async () => expect(await rowsOf(platform)).toHaveLength(count));
  const sent = lists.length;
  await vi.waitFor(() => expect(lists.slice(sent).filter(isChanges).length).toBeGreaterThan(1));
  return rowsOf(platform);
}

const isChanges = (kind: string): boolean => kind === 'changes';

describe('who waits on a platform that tells what changed', () => {
  it('G10 sends one list request in each interval, whatever the number, and gets every decision', async () => {
    const platform = await runningPlatform();
    const pollInterval = '200ms';
    const { approvals, lists } = polling(platform.platform.url, { pollInterval });
    const asked = ask(approvals, 500);
    const ids = await settled(platform, lists, 500);
    const from = lists.length;
    const startedAt = performance.now();
    await vi.waitFor(() => expect(lists.length).toBeGreaterThanOrEqual(from + 5));
    const intervals = Math.ceil((performance.now() - startedAt) / 200);
    expect(lists.length - from).toBeLessThanOrEqual(intervals + 1);
    expect(new Set(lists.slice(from))).toEqual(new Set(['changes']));
    await Promise.all(
      ids.map((id, at) => decide(platform, id, at % 2 === 0 ? 'approved' : 'denied')),
    );
    const outcomes = await Promise.all(asked);
    const granted = outcomes.flatMap((o) => (o.status === 'granted' ? [o.approvalId] : []));
    expect(new Set(granted)).toEqual(new Set(ids.filter((_, at) => at % 2 === 0)));
    expect(outcomes.filter(({ status }) => status === 'denied')).toHaveLength(250);
    expect(lists.slice(from)).not.toContain('whole');
  });

  it('is shown what ended, and no row that has not changed', async () => {
    const platform = await runningPlatform();
    const { approvals, lists, answers } = polling(platform.platform.url);
    const [first] = ask(approvals, 20);
    await settled(platform, lists, 20);
    const rows = await rowsOf(platform);
    expect(answers.at(-1)).toBe('[]');
    const { rows: all } = await platform.call('GET', LIST);
    const id = String(all.find(({ action }) => action === 'Refund order 0')?.['id']);
    const from = answers.length;
    await decide(platform, id);
    expect(await first).toMatchObject({ status: 'granted', approvalId: id });
    const told = answers.slice(from).join('');
    expect(rows.filter((each) => told.includes(each))).toEqual([id]);
  });

  it('learns of ends that no person brought about', async () => {
    const platform = await runningPlatform();
    const { approvals, lists } = polling(platform.platform.url);
    const asked = ask(approvals, 3);
    const ids = await settled(platform, lists, 3);
    for (const id of ids)
      await platform.call('POST', `${LIST}/${id}/decide`, { body: { decision: 'denied' } });
    const outcomes = await Promise.all(asked);
    expect(outcomes.map(({ status }) => status)).toEqual(['withdrawn', 'withdrawn', 'withdrawn']);
  });

  it('G1 gets a decision that came before the wait began, however soon it was read', async () => {
    const platform = await runningPlatform();
    const gate = Promise.withResolvers<void>();
    const held = { isHeld: false };
    const { approvals, lists } = polling(platform.platform.url, {
      environment: {
        ...systemEnvironment,
        fetch: async (input, init) => {
          const request = input instanceof Request ? input : new Request(input, init);
          const answer = await systemEnvironment.fetch(input, init);
          if (request.method === 'POST' && held.isHeld) await gate.promise;
          if (request.method === 'GET') lists.push(kindOf(new URL(request.url).search));
          return answer;
        },
      },
    });
    const others = ask(approvals, 2);
    await settled(platform, lists, 2);
    held.isHeld = true;
    const asked = approvals.request({ action: 'Decided before its answer came' });
    const ids = await vi.waitFor(async () => {
      const rows = await rowsOf(platform);
      expect(rows).toHaveLength(3);
      return rows;
    });
    await decide(platform, ids[0] ?? '');
    const sent = lists.length;
    await vi.waitFor(() => expect(lists.length).toBeGreaterThan(sent + 2));
    gate.resolve();
    expect(await asked).toMatchObject({ status: 'granted', approvalId: ids[0] });
    for (const id of ids.slice(1)) await decide(platform, id);
    await Promise.all(others);
  });

  it('G1 finds a row of its key that ended before, with one whole read', async () => {
    const platform = await runningPlatform();
    const first = polling(platform.platform.url);
    const before = first.approvals.request({ action: 'Refund', key: 'order-7' });
    const [id = ''] = await settled(platform, first.lists, 1);
    const second = polling(platform.platform.url);
    const other = second.approvals.request({ action: 'Something else' });
    await settled(platform, second.lists, 2);
    await decide(platform, id);
    await before;
    await vi.waitFor(() => {
      const told = second.answers.filter((text) => text.includes(id) && text.includes('approved'));
      expect(told).toHaveLength(1);
    });
    expect(await second.approvals.request({ action: 'Refund', key: 'order-7' })).toMatchObject({
      status: 'granted',
      approvalId: id,
    });
    const from = second.lists.length;
    await vi.waitFor(() => expect(second.lists.length).toBeGreaterThan(from + 2));
    expect(new Set(second.lists.slice(from + 1))).toEqual(new Set(['changes']));
    await decide(platform, (await rowsOf(platform))[0] ?? '');
    await other;
  });

  it('G1 reads the whole list after reads that failed, and then changes again', async () => {
    const platform = await runningPlatform();
    const { approvals, lists, network } = polling(platform.platform.url);
    const [first, second] = ask(approvals, 2);
    const [idOfLast = '', idOfFirst = ''] = await settled(platform, lists, 2);
    network.isDown = true;
    const failed = lists.length;
    await vi.waitFor(() => expect(lists.length).toBeGreaterThan(failed + 1));
    await decide(platform, idOfFirst);
    network.isDown = false;
    const back = lists.length;
    await Promise.race([first, second]);
    expect(lists.slice(back).find((kind) => kind !== 'page')).toBe('whole');
    await settled(platform, lists, 2);
    await decide(platform, idOfLast);
    await Promise.all([first, second]);
  });

  it('G1 loses nothing when the platform restarts, and when it was restored from a back-up', async () => {
    const dataDir = temporaryFolder();
    const backUp = join(temporaryFolder(), DATABASE_FILE);
    let platform = await runningPlatform({ dataDir });
    const port = Number(new URL(platform.platform.url).port);
    const restart = async (): Promise<void> => {
      const next = createPlatform({ dataDir, port });
      onTestFinished(() => next.close());
      await next.listen();
      const call = caller((path, init) => fetch(next.url + path, init));
      platform = { ...platform, platform: next, call };
    };
    const { approvals, lists } = polling(platform.platform.url);
    const [first, second, third] = ask(approvals, 3);
    const ids = await settled(platform, lists, 3);
    const named = async (action: string): Promise<string> => {
      const { rows } = await platform.call('GET', LIST);
      return String(rows.find((row) => row['action'] === action)?.['id']);
    };
    const [idOfFirst, idOfSecond, idOfThird] = [
      await named('Refund order 0'),
      await named('Refund order 1'),
      await named('Refund order 2'),
    ];
    expect(ids).toHaveLength(3);
    await platform.platform.close();
    await restart();
    await decide(platform, idOfFirst);
    expect(await first).toMatchObject({ status: 'granted' });

    await platform.platform.close();
    copyFileSync(join(dataDir, DATABASE_FILE), backUp);
    await restart();
    // The mark moves on, past what the back-up holds.
    await platform.call('POST', LIST, { body: { action: 'Another' } });
    await settled(platform, lists, 4);
    await platform.platform.close();
    copyFileSync(backUp, join(dataDir, DATABASE_FILE));
    await restart();
    await decide(platform, idOfSecond);
    await decide(platform, idOfThird);
    expect(await second).toMatchObject({ status: 'granted' });
    expect(await third).toMatchObject({ status: 'granted' });
  });

  it('takes no answer of another workspace for its own', async () => {
    const platform = await runningPlatform();
    const { approvals, lists } = polling(platform.platform.url);
    const [asked] = ask(approvals, 1);
    const [id = ''] = await settled(platform, lists, 1);
    const elsewhere = await platform.ask({}, 'elsewhere');
    await platform.call('POST', `/workspaces/elsewhere/approvals/${elsewhere}/decide`, {
      token: platform.token,
      body: { decision: 'approved' },
    });
    await settled(platform, lists, 1);
    await decide(platform, id, 'denied');
    expect(await asked).toMatchObject({ status: 'denied' });
  });
});

describe('a platform with another idea of changes', () => {
  it.each([
    ['another host', '<http://127.0.0.1:9/changes>; rel="monitor"'],
    ['another protocol', '<sip:approvals@example.com>; rel="monitor"'],
    ['another path', '<../changes?since=1>; rel="monitor"'],
    ['a group', '<?changed_since=1>; rel="monitor-group"'],
  ])('that links to %s is read as one without', async (_, link) => {
    const platform = await fakePlatform();
    platform.respond(fakeRoutes.list, () => ({ headers: { link }, body: platform.rows() }));
    const { approvals, lists } = polling(platform.url);
    const [asked] = ask(approvals, 1);
    await vi.waitFor(() => expect(lists.length).toBeGreaterThan(3));
    platform.decide(platform.rows()[0]?.id ?? '', 'approved');
    expect(await asked).toMatchObject({ status: 'granted' });
    expect(new Set(lists)).toEqual(new Set(['whole']));
  });

  it.each([
    ['no link any more', () => ({ body: [] })],
    ['410', () => ({ status: 410, body: { error: 'gone' } })],
    ['400', () => ({ status: 400, body: { error: 'what?' } })],
    ['no list', () => ({ body: { changes: [] } })],
    [
      'rows that cannot be read',
      () => ({ headers: { link: '<?changed_since=2>; rel="monitor"' }, body: [{ id: 7 }] }),
    ],
  ])('that answers for changes with %s is asked for the whole list again', async (_, answer) => {
    const platform = await fakePlatform();
    platform.respond(fakeRoutes.list, ({ query }) =>
      query.has('changed_since')
        ? answer()
        : { headers: { link: '<?changed_since=1>; rel="monitor"' }, body: platform.rows() },
    );
    const { approvals, lists } = polling(platform.url);
    const [asked] = ask(approvals, 1);
    await vi.waitFor(() => expect(lists).toContain('changes'));
    platform.decide(platform.rows()[0]?.id ?? '', 'approved');
    expect(await asked).toMatchObject({ status: 'granted' });
  });

  it('that never ends a page of changes is left after as many pages as any other', async () => {
    const platform = await fakePlatform();
    platform.respond(fakeRoutes.list, ({ query }) => ({
      headers: {
        link: query.has('changed_since')
          ? '<?changed_since=1>; rel="monitor", <?changed_since=1>; rel="next"'
          : '<?changed_since=1>; rel="monitor"',
      },
      body: query.has('changed_since') ? [] : platform.rows(),
    }));
    const { approvals, lists } = polling(platform.url, { timeout: '1s' });
    const [asked] = ask(approvals, 1);
    expect(await asked).toMatchObject({ status: 'timeout' });
    expect(lists.length).toBeGreaterThan(1);
  });

  it('that lists as Molecule does gets the same requests as ever', async () => {
    const platform = await fakePlatform();
    const { approvals, lists } = polling(platform.url);
    const asked = ask(approvals, 3);
    await vi.waitFor(() => expect(lists.length).toBeGreaterThan(5));
    for (const { id } of platform.rows()) platform.decide(id, 'approved');
    await Promise.all(asked);
    const listed = platform.requests.filter(({ method }) => method === 'GET');
    expect(listed.every(({ path, query }) => path === LIST && query.size === 0)).toBe(true);
  });
});
