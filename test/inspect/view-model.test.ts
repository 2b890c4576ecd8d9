import { describe, expect, it } from 'vitest';
import { ViewModel } from '../../src/inspect/server/model.ts';
import type { ProcessEvent } from '../../src/inspect/wire.ts';
import { beganEvent as began, PROCESS } from '../support/inspect-view.ts';

const service = (actor: string, name: string, fields: object = {}): ProcessEvent => ({
  kind: 'actor',
  actor,
  machine: 'submitRequest',
  parent: 'a1',
  name,
  startedAt: 1_001,
  at: 1_001,
  about: {},
  ...fields,
});

const moved = (actor: string, from: string, to: string, at = 1_002): ProcessEvent => ({
  kind: 'transition',
  actor,
  at,
  from,
  to,
  transition: `${from}:xstate.done.actor.permission:0`,
  event: { type: 'xstate.done.actor.permission' },
  about: { workspaceId: 'ws-1', action: 'Drop table users', approvalId: 'approval-1' },
  context: {
    request: { action: 'Drop table users', args: { table: 'users' } },
    approvalId: 'approval-1',
  },
});

const ended = (actor: string, status: 'done' | 'error' | 'stopped' = 'done'): ProcessEvent => ({
  kind: 'ended',
  actor,
  at: 1_003,
  status,
  output: { status: 'granted' },
});

function connected(limits = {}) {
  const model = new ViewModel(limits);
  model.hello(PROCESS);
  const tell = (...events: ProcessEvent[]): void => model.batch('p1', { events, dropped: 0 });
  return { model, tell };
}

const requestIn = (context: unknown): unknown => Object(context)['request'];

const labels = (model: ViewModel, actor: string): string[] =>
  model.entriesSince(actor, 0).map(({ label }) => label);

describe('what the view knows', () => {
  it('is one row for an approval, and its way as a timeline', () => {
    const { model, tell } = connected();
    tell(began('a1'), moved('a1', 'rbacCheck', 'submitting'), ended('a1'));
    expect(model.rows).toEqual([
      {
        id: 'p1/a1',
        process: 'p1',
        machine: 'approval',
        status: 'done',
        state: 'submitting',
        from: 'rbacCheck',
        transition: 'rbacCheck:xstate.done.actor.permission:0',
        startedAt: 1_000,
        changedAt: 1_003,
        workspaceId: 'ws-1',
        action: 'Drop table users',
        approvalId: 'approval-1',
      },
    ]);
    expect(model.entriesSince('p1/a1', 0)).toMatchObject([
      { n: 0, kind: 'began', state: 'rbacCheck', label: 'began' },
      { n: 1, kind: 'transition', from: 'rbacCheck', state: 'submitting' },
      { n: 2, kind: 'ended', state: 'submitting', label: 'done', detail: { status: 'granted' } },
    ]);
  });

  it('keeps what did not change in a context once', () => {
    const { model, tell } = connected();
    tell(began('a1'), moved('a1', 'rbacCheck', 'submitting'));
    const [first, second] = model.entriesSince('p1/a1', 0);
    expect(second?.context).toMatchObject({ approvalId: 'approval-1' });
    expect(requestIn(second?.context)).toBe(requestIn(first?.context));
  });

  it('shows services as lines of their parent, and the deadline as a row besides', () => {
    const { model, tell } = connected();
    tell(began('a1'), service('s1', 'deadline'), service('s2', 'submission'));
    tell(ended('s2'), ended('s1', 'stopped'), service('s3', 'withdrawal'), ended('s3', 'error'));
    expect(model.rows.map(({ id, parent, status }) => [id, parent, status])).toEqual([
      ['p1/a1', undefined, 'active'],
      ['p1/s1', 'p1/a1', 'stopped'],
    ]);
    expect(labels(model, 'p1/a1')).toEqual([
      'began',
      'deadline began',
      'submission began',
      'submission done',
      'deadline stopped',
      'withdrawal began',
      'withdrawal failed',
    ]);
  });

  it('takes audit records and what changed nothing into the timeline', () => {
    const { model, tell } = connected();
    tell(
      began('a1'),
      { kind: 'ignored', actor: 'a1', at: 1_001, event: { type: 'channel.live' } },
      { kind: 'audit', actor: 'a1', at: 1_002, record: { outcome: 'requested' } },
    );
    expect(model.entriesSince('p1/a1', 1)).toMatchObject([
      { n: 1, kind: 'ignored', label: 'channel.live', state: 'rbacCheck' },
      { n: 2, kind: 'audit', label: 'requested', state: 'rbacCheck' },
    ]);
  });

  it('knows nothing of actors that nobody announced, nor of processes without a hello', () => {
    const { model, tell } = connected();
    tell(moved('nobody', 'rbacCheck', 'submitting'), ended('nobody'), service('s', 'x'));
    model.batch('stranger', { events: [began('a1')], dropped: 0 });
    expect(model.rows).toEqual([]);
    expect(model.processes).toHaveLength(1);
  });

  it('says of an approval that was seen late that it had begun before', () => {
    const { model, tell } = connected();
    tell(began('a1', { at: 5_000, state: 'awaitingWS' }));
    expect(labels(model, 'p1/a1')).toEqual(['seen']);
  });

  it('marks what lived in a process that is gone as lost, and finds it again', () => {
    const { model, tell } = connected();
    tell(began('a1'), began('a2'), began('a3'), ended('a3'));
    model.left('p1');
    const statuses = () => model.rows.map(({ status }) => status);
    expect(statuses()).toEqual(['lost', 'lost', 'done']);
    expect(model.processes).toMatchObject([{ id: 'p1', isConnected: false }]);
    model.hello(PROCESS);
    tell(began('a1', { state: 'awaitingWS', at: 9_000 }));
    expect(statuses()).toEqual(['active', 'lost', 'done']);
    expect(model.entriesSince('p1/a1', 1)).toMatchObject([
      { kind: 'transition', label: 'not seen', from: 'rbacCheck', state: 'awaitingWS' },
    ]);
  });

  it('tells each change once', () => {
    const { model, tell } = connected();
    tell(began('a1'), moved('a1', 'rbacCheck', 'submitting'), began('a2'));
    const { actors, gone, processes } = model.takeChanges();
    expect([actors.map(({ id }) => id), gone, processes.length]).toEqual([
      ['p1/a1', 'p1/a2'],
      [],
      1,
    ]);
    expect(model.takeChanges()).toEqual({ actors: [], gone: [], processes: [] });
    tell(moved('a2', 'rbacCheck', 'submitting'));
    expect(model.takeChanges().actors.map(({ id }) => id)).toEqual(['p1/a2']);
  });
});

describe('the room that the view takes', () => {
  it('is kept for those who live: the ended are forgotten first, the longest ago first', () => {
    const { model, tell } = connected({ actors: 3 });
    tell(began('a1'), began('a2'), began('a3'), ended('a2'), ended('a1'));
    model.takeChanges();
    tell(began('a4'), began('a5'));
    expect(model.rows.map(({ id }) => id)).toEqual(['p1/a3', 'p1/a4', 'p1/a5']);
    expect(model.takeChanges().gone).toEqual(['p1/a2', 'p1/a1']);
    tell(began('a6'));
    expect(model.rows.map(({ id }) => id)).toEqual(['p1/a4', 'p1/a5', 'p1/a6']);
  });

  it('holds the newest entries of an actor, and says how many went', () => {
    const { model, tell } = connected({ timeline: 3 });
    tell(began('a1'));
    for (let at = 0; at < 9; at += 1) tell(moved('a1', 'awaitingWS', 'fallbackPolling', at));
    expect(model.entriesSince('p1/a1', 0).map(({ n }) => n)).toEqual([7, 8, 9]);
    expect(model.forgottenOf('p1/a1')).toBe(7);
    expect(model.entriesSince('p1/a1', 9).map(({ n }) => n)).toEqual([9]);
    expect(model.entriesSince('p1/a1', 10)).toEqual([]);
  });

  it.each([
    ['entries', { entries: 20 }],
    ['bytes', { bytes: 30_000 }],
  ])(
    'is bounded in %s for all together, and every actor that lives is still there',
    (_, limits) => {
      const { model, tell } = connected(limits);
      for (let index = 0; index < 8; index += 1) tell(began(`a${index}`));
      for (let at = 0; at < 100; at += 1) tell(moved(`a${at % 8}`, 'awaitingWS', 'submitting', at));
      expect(model.rows).toHaveLength(8);
      const kept = model.rows.flatMap(({ id }) => model.entriesSince(id, 0)).length;
      expect(kept).toBeLessThanOrEqual(20);
      expect(kept).toBeGreaterThanOrEqual(8);
    },
  );

  it('does not grow with services of which nobody tells the end', () => {
    const { model, tell } = connected({ services: 2 });
    tell(began('a1'), service('s1', 'one'), service('s2', 'two'), service('s3', 'three'));
    expect(labels(model, 'p1/a1')).toEqual(['began', 'one began', 'two began']);
    tell(ended('s1'), service('s4', 'four'));
    expect(labels(model, 'p1/a1').slice(-2)).toEqual(['one done', 'four began']);
  });

  it('is weighed event by event: one that is large costs no more than itself', () => {
    const { model, tell } = connected({ bytes: 100_000 });
    const large = { type: 'large', text: 'x'.repeat(60_000) };
    const many = Array.from({ length: 400 }, () => moved('a1', 'awaitingWS', 'submitting'));
    tell(began('a1'), began('a2'));
    for (let at = 0; at < 5; at += 1)
      tell(...many, { kind: 'audit', actor: 'a2', at, record: large });
    const kept = model.rows.flatMap(({ id }) => model.entriesSince(id, 0));
    expect(JSON.stringify(kept).length).toBeLessThan(100_000);
  });

  it('counts the rows and the services that run, and what went is not counted any more', () => {
    const { model, tell } = connected({ bytes: 100_000 });
    const about = { action: 'x'.repeat(300), workspaceId: 'y'.repeat(300) };
    for (let index = 0; index < 500; index += 1) {
      tell(began(`a${index}`, { about }));
      tell(service(`s${index}`, 'z'.repeat(200), { parent: `a${index}` }));
    }
    const kept = model.rows.length;
    expect(kept).toBeLessThan(60);
    for (let index = 500; index < 5_000; index += 1) tell(began(`a${index}`), ended(`a${index}`));
    for (let index = 0; index < 500; index += 1) tell(began(`a${index}`, { about }));
    expect(model.rows.length).toBeGreaterThanOrEqual(kept);
  });

  it('is not looked through for each hello, of a process that is known or not', () => {
    const { model, tell } = connected();
    for (let index = 0; index < 20_000; index += 1) tell(began(`a${index}`));
    model.left('p1');
    const before = performance.now();
    for (let index = 0; index < 3_000; index += 1) {
      model.hello(PROCESS);
      model.hello({ ...PROCESS, id: `p${index + 2}` });
      model.left(`p${index + 2}`);
    }
    // With a look at every row it takes ten times as long.
    expect(performance.now() - before).toBeLessThan(1_000);
    expect(model.rows).toHaveLength(20_000);
  });

  it('does not grow with processes that come and go', () => {
    const model = new ViewModel();
    for (let index = 0; index < 1_500; index += 1) {
      model.hello({ ...PROCESS, id: `p${index}` });
      model.batch(`p${index}`, { events: [began('a1')], dropped: 0 });
      model.left(`p${index}`);
    }
    expect(model.processes).toHaveLength(1_000);
    expect(model.rows).toHaveLength(1_000);
  });
});
