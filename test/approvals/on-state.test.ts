import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { requestApproval, type StateEvent } from '../../src/index.ts';
import { fakePlatform, requestingSide, temporaryFolder, WORKSPACE } from '../support/world.ts';

const ASK = { action: 'Drop table users' };

const namesOf = (told: readonly StateEvent[]): string[] => told.map(({ state }) => state);

describe('who asks is told of the states of its own approval', () => {
  it('from the first to the last, and of no other that asks the same', async () => {
    const platform = await fakePlatform();
    const { approvals } = requestingSide(platform.url);
    const told: StateEvent[][] = [[], []];
    const asked = told.map((mine) =>
      approvals.request(ASK, { onState: (event) => mine.push(event) }),
    );
    await vi.waitUntil(() => told.every((mine) => mine.at(-1)?.state === 'awaitingWS'));
    for (const { id } of platform.rows()) platform.decide(id, 'approved');
    const outcomes = await Promise.all(asked);
    for (const [index, { traceId, approvalId }] of outcomes.entries()) {
      const mine = told[index] ?? [];
      expect(namesOf(mine)).toEqual(['rbacCheck', 'submitting', 'awaitingWS', 'granted']);
      expect(mine.map((event) => event.traceId)).toEqual(Array(4).fill(traceId));
      expect(mine.at(-1)).toMatchObject({ action: ASK.action, approvalId });
    }
    expect(outcomes[0]?.traceId).not.toBe(outcomes[1]?.traceId);
  });

  it.each([0, Infinity])(
    'and, where it comes to share one, of the state that this is in (awake at most: %j)',
    async (awakeAtMost) => {
      const platform = await fakePlatform();
      const { approvals } = requestingSide(platform.url, { awakeAtMost });
      const states: string[] = [];
      approvals.on('state', ({ state }) => states.push(state));
      const first = approvals.request({ ...ASK, key: 'nightly' });
      await vi.waitUntil(() => states.at(-1) === 'awaitingWS');
      const told: StateEvent[] = [];
      const onState = (event: StateEvent): unknown => told.push(event);
      const second = approvals.request({ ...ASK, key: 'nightly' }, { onState });
      await vi.waitUntil(() => told.length > 0);
      const { id } = await platform.waitForRow();
      expect(told).toMatchObject([{ state: 'awaitingWS', approvalId: id }]);
      platform.decide(id, 'approved');
      expect((await second).traceId).toBe((await first).traceId);
      expect(namesOf(told)).toEqual(['awaitingWS', 'granted']);
      expect(told[1]?.traceId).toBe(told[0]?.traceId);
    },
  );

  it('until it leaves, though the approval goes on for another', async () => {
    const platform = await fakePlatform();
    const { approvals } = requestingSide(platform.url);
    const shared: StateEvent[] = [];
    const left: StateEvent[] = [];
    const controller = new AbortController();
    const first = approvals.request(
      { ...ASK, key: 'nightly' },
      { onState: (event) => shared.push(event) },
    );
    const second = approvals.request(
      { ...ASK, key: 'nightly' },
      { signal: controller.signal, onState: (event) => left.push(event) },
    );
    await vi.waitUntil(() => left.at(-1)?.state === 'awaitingWS');
    controller.abort();
    expect(await second).toMatchObject({ status: 'withdrawn' });
    platform.decide((await platform.waitForRow()).id, 'approved');
    expect(await first).toMatchObject({ status: 'granted' });
    expect(namesOf(shared)).toContain('granted');
    expect(namesOf(left)).not.toContain('granted');
  });

  it('and what it throws, or rejects with, changes nothing', async () => {
    const platform = await fakePlatform();
    const { approvals } = requestingSide(platform.url);
    const told: string[] = [];
    const broken = [
      ({ state }: StateEvent): never => {
        told.push(state);
        throw new Error('a listener broke');
      },
      async ({ state }: StateEvent): Promise<never> => {
        told.push(state);
        throw new Error('a listener broke later');
      },
    ];
    const asked = broken.map((onState, key) =>
      approvals.request({ ...ASK, key: `${key}` }, { onState }),
    );
    await vi.waitUntil(() => platform.rows().length === 2);
    for (const { id } of platform.rows()) platform.decide(id, 'approved');
    expect(await Promise.all(asked)).toMatchObject([{ approved: true }, { approved: true }]);
    await turn();
    expect(told.filter((state) => state === 'granted')).toHaveLength(2);
  });

  it.each([
    ['an onState that is no function', { onState: false }],
    ['a signal that is none', { signal: {} }],
    ['a signal that does not work', { signal: Object.create(AbortSignal.prototype) }],
  ])('and %s is refused before anything is sent', async (_, options) => {
    const platform = await fakePlatform();
    const { approvals } = requestingSide(platform.url);
    const strange: object = options;
    const outcome = await approvals.request(ASK, strange);
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'input' } });
    expect(platform.requests).toEqual([]);
  });

  it('also where it has a client of its own', async () => {
    const platform = await fakePlatform();
    const folder = temporaryFolder();
    const told: StateEvent[] = [];
    const asked = requestApproval(ASK.action, '', {
      platformUrl: platform.url,
      workspaceId: WORKSPACE,
      configDir: folder,
      stateDir: folder,
      auditLogPath: `${folder}/audit.jsonl`,
      onState: (event) => told.push(event),
    });
    platform.decide((await platform.waitForRow()).id, 'approved');
    expect(await asked).toMatchObject({ approved: true });
    expect(namesOf(told).at(-1)).toBe('granted');
  });
});
