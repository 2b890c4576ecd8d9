import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createActor, type EventObject, fromCallback, fromPromise } from 'xstate';
import {
  type ApprovalRequest,
  type AuditEvent,
  approvalMachine,
  createDeadline,
  DeadlineQueue,
  type Outcome,
  type Permission,
  type Submission,
  type WaitInput,
  type Withdrawal,
  type WithdrawInput,
} from '../../machines/index.ts';
import { ApprovalRun } from '../../src/approvals/approval-run.ts';
import type { StateEvent } from '../../src/approvals/events.ts';
import { Trial } from '../../src/approvals/trial.ts';
import { waitingSnapshot } from '../../src/approvals/waiting-snapshot.ts';
import { Waiters, type WaitMode } from '../../src/client/waiters.ts';
import { sampleDecision, sampleRequest } from '../../src/testing/walk/sample.ts';
import { SimulatedTime } from '../support/simulated-clock.ts';

const ROW = 'approval-1';

interface Asked {
  /** Actors that may live. */
  readonly most?: number;
  readonly channel?: 'live' | 'down';
  readonly isWatched?: boolean;
  /** A guard of the chart throws. */
  readonly isBroken?: boolean;
  readonly fields?: Partial<ApprovalRequest>;
}

/** One approval that waits, in a world without a network. */
async function asked({
  most = 0,
  channel = 'live',
  isWatched = false,
  isBroken = false,
  fields = {},
}: Asked = {}) {
  const time = new SimulatedTime();
  const deadlines = new DeadlineQueue(time.clock);
  const contradictions: unknown[] = [];
  const waiters = new Waiters(
    (contradiction) => contradictions.push(contradiction.later),
    () => deadlines.look(),
  );
  const services = { starts: 0, running: 0 };
  const wait = (mode: WaitMode) =>
    fromCallback<EventObject, WaitInput>(({ input, sendBack }) => {
      services.starts += 1;
      services.running += 1;
      const leave = waiters.add({ ...input, mode, report: sendBack });
      return () => {
        services.running -= 1;
        leave();
      };
    });
  const machine = approvalMachine.provide({
    ...(isBroken ? { guards: { isDenied: () => assert.fail('the chart is broken') } } : {}),
    actors: {
      deadline: createDeadline(time.clock, deadlines),
      checkPermission: fromPromise<Permission, ApprovalRequest>(async () => ({
        status: 'allowed',
        roles: ['operator'],
      })),
      submitRequest: fromPromise<Submission, ApprovalRequest>(async () => ({
        status: 'submitted',
        approvalId: ROW,
        channel,
      })),
      awaitDecision: wait('live'),
      pollDecision: wait('polling'),
      withdrawRequest: fromPromise<Withdrawal, WithdrawInput>(async () => ({
        status: 'withdrawn',
      })),
    },
  });
  const request = sampleRequest({ deadlineAt: time.clock.now() + 300_000, ...fields });
  const told: string[] = [];
  const ends: Outcome[] = [];
  const awake = { count: 0, most };
  const host = {
    machine,
    trial: new Trial(machine),
    inspection: isWatched ? { inspect: () => undefined } : {},
    client: waiters,
    deadlines,
    environment: { clock: time.clock },
    awake,
    owner: {
      recorded: (_: ApprovalRun, { outcome }: AuditEvent) => told.push(`record ${outcome}`),
      moved: (_: ApprovalRun, { state }: StateEvent) => told.push(state),
      givenUp: (_: ApprovalRun, why: string) => told.push(`given up: ${why}`),
      ended: (_: ApprovalRun, outcome: Outcome) => ends.push(outcome),
    },
  };
  const run = new ApprovalRun(host, request);
  run.start();
  await turn();
  return { run, time, waiters, services, contradictions, machine, request, told, ends, awake };
}

const approved = () => sampleDecision({ approvalId: ROW, status: 'approved' });

type World = Awaited<ReturnType<typeof asked>>;

/** What can happen to an approval that waits. */
const STORIES: Readonly<Record<string, (world: World) => void | Promise<void>>> = {
  'a person approves': ({ waiters }) => waiters.deliver(approved()),
  'a person denies': ({ waiters }) =>
    waiters.deliver(sampleDecision({ approvalId: ROW, status: 'denied' })),
  'it is withdrawn elsewhere': ({ waiters }) =>
    waiters.deliver(sampleDecision({ approvalId: ROW, status: 'withdrawn' })),
  'nobody decides': ({ time }) => time.advance(300_000),
  'the caller gives up': ({ run }) => run.withdraw('the caller gave up'),
  'the wait fails': ({ waiters }) =>
    waiters.fail({ code: 'auth', message: 'the token was not accepted' }),
  'the channel goes, and a person approves': async ({ waiters }) => {
    waiters.broadcast({ type: 'channel.lost', error: 'gone' });
    await turn();
    waiters.deliver(approved());
  },
  'the channel goes and comes back, and nobody decides': async ({ waiters, time }) => {
    waiters.broadcast({ type: 'channel.lost', error: 'gone' });
    waiters.broadcast({ type: 'channel.lost', error: 'gone again' });
    await turn();
    waiters.broadcast({ type: 'channel.live' });
    await turn();
    time.advance(300_000);
  },
  'the channel goes as it falls asleep, and the caller gives up': async ({ waiters, run }) => {
    waiters.broadcast({ type: 'channel.live' });
    waiters.broadcast({ type: 'channel.lost', error: 'gone' });
    run.withdraw('the caller gave up');
    await turn();
    waiters.deliver(approved());
  },
};

describe('an approval that waits among many', () => {
  it.each(Object.entries(STORIES))('has the same end asleep and awake: %s', async (_, tell) => {
    const worlds = [await asked({ most: 0 }), await asked({ most: 1 })];
    const [asleep, awake] = worlds.map(({ services }) => services);
    expect(asleep).toEqual({ starts: 1, running: 0 });
    expect(awake).toEqual({ starts: 1, running: 1 });
    for (const world of worlds) {
      await tell(world);
      await turn();
      expect(world.ends).toHaveLength(1);
      expect(world.waiters.size).toBe(0);
      expect(world.time.timers).toBe(0);
      expect(world.awake.count).toBe(0);
    }
    expect(worlds[0]?.told).toEqual(worlds[1]?.told);
    expect(worlds[0]?.ends).toEqual(worlds[1]?.ends);
  });

  it('has the same end asleep and awake where the chart itself is broken', async () => {
    for (const most of [0, 1]) {
      const { waiters, ends, told } = await asked({ most, isBroken: true });
      waiters.deliver(sampleDecision({ approvalId: ROW, status: 'denied' }));
      await turn();
      expect(ends).toMatchObject([{ status: 'failed', error: { code: 'internal' } }]);
      expect(told.slice(-3)).toEqual(['awaitingWS', 'record failure', 'failed']);
      expect(waiters.size).toBe(0);
    }
  });

  it.each([
    ['a person approves', { starts: 1, running: 0 }],
    ['the wait fails', { starts: 1, running: 0 }],
    ['it is withdrawn elsewhere', { starts: 2, running: 0 }],
    ['the caller gives up', { starts: 2, running: 0 }],
  ])('is woken only by what does not end it at once: %s', async (story, expected) => {
    const world = await asked();
    await STORIES[story]?.(world);
    expect(world.services).toEqual(expected);
  });

  it('says after its end in which state it ended', async () => {
    const { run, waiters } = await asked();
    waiters.deliver(approved());
    expect(run.state).toMatchObject({ state: 'granted', approvalId: ROW });
    run.withdraw('too late');
    expect(run.state).toMatchObject({ state: 'granted' });
  });

  it.each([
    ['awaitingWS', 'live'],
    ['fallbackPolling', 'down'],
  ] as const)('sleeps as what XState would persist of it in %s', async (state, channel) => {
    const { machine, request } = await asked({ channel });
    const actor = createActor(machine, { input: request }).start();
    await turn();
    expect(actor.getSnapshot().value).toBe(state);
    const built = waitingSnapshot({ state, request, approvalId: ROW }, request.deadlineAt);
    expect(built).toEqual(actor.getPersistedSnapshot());
    actor.stop();
  });

  it.each([-3_600_000, 3_600_000])(
    'G4 ends at its deadline, though the wall clock was set by %i ms',
    async (step) => {
      const { time, ends, run } = await asked();
      time.step(step);
      time.advance(200_000);
      expect(ends).toEqual([]);
      time.advance(99_000);
      await turn();
      expect(ends).toEqual([]);
      time.advance(1_000);
      await turn();
      expect(ends).toMatchObject([{ status: 'timeout', cause: 'deadline' }]);
      run.withdraw('too late');
      expect(ends).toHaveLength(1);
    },
  );

  it('G4 keeps its deadline where the channel woke it after the wall clock was set', async () => {
    const { time, ends, waiters, services } = await asked();
    time.step(3_600_000);
    waiters.broadcast({ type: 'channel.lost', error: 'gone' });
    await turn();
    expect(services).toEqual({ starts: 3, running: 0 });
    time.advance(299_000);
    await turn();
    expect(ends).toEqual([]);
    time.advance(1_000);
    await turn();
    expect(ends).toMatchObject([{ status: 'timeout', cause: 'deadline' }]);
  });

  it('is woken by nothing that its state does not heed', async () => {
    const { waiters, services } = await asked();
    waiters.broadcast({ type: 'channel.live' });
    expect(services).toEqual({ starts: 1, running: 0 });
  });

  it('is known after its end, so that who says something else is noticed', async () => {
    const { waiters, contradictions, ends } = await asked();
    waiters.deliver(approved());
    waiters.deliver(approved());
    waiters.deliver(sampleDecision({ approvalId: ROW, status: 'denied' }));
    expect(ends).toMatchObject([{ status: 'granted' }]);
    expect(contradictions).toEqual(['denied']);
  });

  it('leaves its place to another approval to which the platform gave the same id', async () => {
    const world = await asked({ fields: { deadlineAt: 1_000_000_010_000 } });
    const later: string[] = [];
    world.waiters.add({
      approvalId: ROW,
      request: sampleRequest({ traceId: 'another' }),
      mode: 'live',
      report: ({ type }) => later.push(type),
    });
    world.time.advance(10_000);
    await turn();
    expect(world.ends).toMatchObject([{ status: 'timeout' }]);
    world.waiters.deliver(approved());
    expect(later).toEqual(['decision.received']);
  });

  it('stays awake while somebody watches the actors', async () => {
    const { services } = await asked({ isWatched: true });
    expect(services).toEqual({ starts: 1, running: 1 });
  });

  it('stays awake with arguments that XState would take for an actor', async () => {
    const args = { note: [{ xstate$$type: 1, id: 'deadline' }] };
    const { services, waiters, ends } = await asked({ fields: { args } });
    expect(services).toEqual({ starts: 1, running: 1 });
    waiters.deliver(approved());
    expect(ends).toMatchObject([{ status: 'granted', args }]);
  });
});
