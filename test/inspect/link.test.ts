import { describe, expect, it, vi } from 'vitest';
import { createActor, fromCallback, fromPromise } from 'xstate';
import { channelMachine } from '../../machines/index.ts';
import { graphOf } from '../../src/inspect/graph.ts';
import type { ViewLink } from '../../src/inspect/link/index.ts';
import type { ActorRow } from '../../src/inspect/wire.ts';
import { APPROVAL_EVENTS } from '../../src/testing/walk/catalogue.ts';
import { approvalRequest } from '../support/approval-request.ts';
import { expectCleanFinishOfEachTest } from '../support/clean-finish.ts';
import { commandedApproval } from '../support/commanded-approval.ts';
import { linkTo, runningView, watchingPage } from '../support/inspect-view.ts';

expectCleanFinishOfEachTest();

const ALLOWED = APPROVAL_EVENTS['the roles allow asking'];
const SUBMITTED = APPROVAL_EVENTS['submitted, channel live'];
const IS_LIVE = APPROVAL_EVENTS['the channel is live'];
const IS_LOST = APPROVAL_EVENTS['the channel is lost'];
const APPROVED = APPROVAL_EVENTS['a person approves'];
const TOO_LATE = APPROVAL_EVENTS['the deadline passes'];

/** An approval whose records are told to the link, as the client does it. */
function watchedApproval(link: ViewLink, traceId = 'trace-1') {
  const request = approvalRequest({ traceId, args: { table: 'users', password: 'hunter2' } });
  const live = commandedApproval(request, { inspect: (event) => link.inspect(event) });
  live.actor.on('audit', ({ event }) => link.audit(event));
  live.actor.start();
  return live;
}

const approvalIn = (rows: ReadonlyMap<string, ActorRow>): ActorRow | undefined =>
  [...rows.values()].find(({ machine }) => machine === 'approval');

describe('an approval in the view', () => {
  it('is there with all that happens to it, in order, and without its secrets', async () => {
    const view = await runningView();
    const page = await watchingPage(view.url);
    const link = linkTo(view.url);
    const live = watchedApproval(link);
    await vi.waitUntil(() => approvalIn(page.rows) !== undefined);
    const row = approvalIn(page.rows);
    expect(row).toMatchObject({ state: 'rbacCheck', status: 'active', action: 'Drop table users' });
    page.watch(row?.id ?? '');
    for (const event of [ALLOWED, SUBMITTED, IS_LIVE, APPROVED]) await live.apply(event);
    await vi.waitUntil(() => page.entries.some(({ kind }) => kind === 'ended'));
    expect(page.entries.map(({ kind, label, state }) => `${kind} ${label} ${state}`)).toEqual([
      'began began rbacCheck',
      'service deadline began rbacCheck',
      'service permission began rbacCheck',
      'transition xstate.done.actor.permission submitting',
      'audit allowed submitting',
      'service submission began submitting',
      'service permission done submitting',
      'transition xstate.done.actor.submission awaitingWS',
      'audit requested awaitingWS',
      'service liveDecision began awaitingWS',
      'service submission done awaitingWS',
      'ignored channel.live awaitingWS',
      'transition decision.received granted',
      'service liveDecision stopped granted',
      'audit granted granted',
      'service deadline stopped granted',
      'ended done granted',
    ]);
    expect(page.entries.map(({ n }) => n)).toEqual([...page.entries.keys()]);
    expect(approvalIn(page.rows)).toMatchObject({
      status: 'done',
      state: 'granted',
      approvalId: 'approval-1',
      workspaceId: 'ws-1',
      traceId: 'trace-1',
      deadlineAt: 1_000_300_000,
    });
    expect(JSON.stringify(page.messages)).not.toContain('hunter2');
    expect(JSON.stringify(page.entries)).toContain('[secret]');
    expect(link.dropped).toBe(0);
  });

  it('takes arrows that stand in the picture of its machine', async () => {
    const view = await runningView();
    const page = await watchingPage(view.url);
    const live = watchedApproval(linkTo(view.url));
    await vi.waitUntil(() => approvalIn(page.rows) !== undefined);
    page.watch(approvalIn(page.rows)?.id ?? '');
    await live.apply(ALLOWED);
    await live.apply(SUBMITTED);
    await live.apply(IS_LOST);
    await live.apply(TOO_LATE);
    await vi.waitUntil(() => approvalIn(page.rows)?.state === 'withdrawing');
    await vi.waitUntil(() => page.entries.some(({ state }) => state === 'withdrawing'));
    const taken = page.entries.flatMap(({ transition }) => transition ?? []);
    expect(taken).toEqual([
      'rbacCheck:xstate.done.actor.permission:0',
      'submitting:xstate.done.actor.submission:1',
      'awaitingWS:channel.lost:0',
      ':deadline.passed:0',
    ]);
    const known = new Set(graphOf(live.actor.logic).transitions.map(({ id }) => id));
    expect(taken.filter((id) => !known.has(id))).toEqual([]);
    live.actor.stop();
    await vi.waitUntil(() => approvalIn(page.rows)?.status === 'stopped');
  });
});

it('shows the live channel with the states inside of states', async () => {
  const view = await runningView();
  const page = await watchingPage(view.url);
  const link = linkTo(view.url);
  const sockets: ((event: { type: string; error?: string }) => void)[] = [];
  const channel = createActor(
    channelMachine.provide({
      actors: {
        openSocket: fromCallback(({ sendBack }) => void sockets.push(sendBack)),
        backOff: fromPromise(() => new Promise<void>(() => undefined)),
      },
    }),
    { input: { url: 'ws://platform' }, inspect: (event) => link.inspect(event) },
  ).start();
  sockets[0]?.({ type: 'socket.opened' });
  await vi.waitUntil(() => [...page.rows.values()][0]?.state === 'open.live');
  const [row] = page.rows.values();
  expect(row).toMatchObject({
    machine: 'channel',
    from: 'open.connecting',
    transition: 'open.connecting:socket.opened:0',
  });
  sockets[0]?.({ type: 'socket.lost', error: 'cut' });
  await vi.waitUntil(() => [...page.rows.values()][0]?.state === 'backingOff');
  channel.send({ type: 'channel.close' });
  await vi.waitUntil(() => [...page.rows.values()][0]?.status === 'done');
});

it('shows what breaks as broken', async () => {
  const view = await runningView();
  const page = await watchingPage(view.url);
  const link = linkTo(view.url);
  const actor = createActor(
    fromPromise(() => Promise.reject(new Error('token=hunter2 is wrong'))),
    { inspect: (event) => link.inspect(event) },
  );
  actor.subscribe({ error: () => undefined });
  actor.start();
  await vi.waitUntil(() => [...page.rows.values()][0]?.status === 'error');
  page.watch([...page.rows.keys()][0] ?? '');
  await vi.waitUntil(() => page.entries.length === 2);
  expect(page.entries[1]).toMatchObject({ kind: 'ended', label: 'error' });
  expect(JSON.stringify(page.entries)).not.toContain('hunter2');
});
