/**
 * The real machine, walked: every path through its graph is replayed over services that settle on
 * command, and after each step the running actor is where the model says.
 */
import { describe, expect, it } from 'vitest';
import type { AnyStateNode } from 'xstate';
import { approvalMachine } from '../../machines/index.ts';
import { APPROVAL_EVENTS } from '../../src/testing/walk/catalogue.ts';
import { canHappen, isHandled, keyOfState, modelRequest } from '../../src/testing/walk/model.ts';
import { shortestPaths, simplePaths, situations, storyOf } from '../support/approval-model.ts';
import { commandedApproval } from '../support/commanded-approval.ts';

const FINAL = ['granted', 'denied', 'timeout', 'withdrawn', 'failed'];
const TERMINAL = new Set([...FINAL, 'failure']);

describe('the approval machine', () => {
  it('has these states and no others', () => {
    expect(Object.keys(approvalMachine.states).sort()).toEqual(
      ['rbacCheck', 'submitting', 'awaitingWS', 'fallbackPolling', 'withdrawing', ...FINAL].sort(),
    );
    expect(FINAL.every((name) => nodeOf(name).type === 'final')).toBe(true);
  });

  it('has this many paths', () => {
    expect(shortestPaths).toHaveLength(48);
    expect(simplePaths).toHaveLength(155);
  });

  it('reaches every state', () => {
    const reached = new Set(situations.map(({ state }) => state.value));
    expect([...reached].sort()).toEqual(Object.keys(approvalMachine.states).sort());
  });

  it('is where the model says after every step of every path, and walks every transition', async () => {
    const walked = new Set<string>();
    for (const path of simplePaths) {
      const live = commandedApproval(modelRequest, {
        inspect: (event) => {
          if (event.type !== '@xstate.microstep') return;
          for (const taken of event._transitions) walked.add(keyOf(taken));
        },
      });
      live.actor.start();
      for (const { event, state } of path.steps.slice(1)) {
        await live.apply(event);
        expect(live.actor.getSnapshot().value, storyOf(path)).toEqual(state.value);
      }
      live.actor.stop();
    }
    expect([...walked].filter((key) => key !== '').sort()).toEqual(
      [...new Set(allTransitions())].sort(),
    );
  });

  it('G3 writes exactly one terminal record on every path that ends, and it is the last', async () => {
    for (const path of simplePaths) {
      const live = commandedApproval(modelRequest);
      live.actor.start();
      for (const { event } of path.steps.slice(1)) await live.apply(event);
      const { status, output } = live.actor.getSnapshot();
      const terminal = live.audit.filter(
        ({ outcome, action }) =>
          TERMINAL.has(outcome) && (action === 'approve' || action === 'rbac.deny'),
      );
      expect(terminal, storyOf(path)).toHaveLength(status === 'done' ? 1 : 0);
      expect(live.audit.every(({ trace_id }) => trace_id === modelRequest.traceId)).toBe(true);
      if (status === 'done') {
        expect(live.audit.at(-1)).toBe(terminal[0]);
        expect(terminal[0]?.outcome).toBe(output?.status === 'failed' ? 'failure' : output?.status);
      }
      live.actor.stop();
    }
  });

  it('emits one event on every transition that leaves a state', async () => {
    for (const path of simplePaths) {
      const live = commandedApproval(modelRequest);
      live.actor.start();
      for (const { event } of path.steps.slice(1)) {
        const before = live.emitted.length;
        await live.apply(event);
        expect(live.emitted.length - before, storyOf(path)).toBe(1);
      }
      live.actor.stop();
    }
  });

  it('G2 grants only when the last thing that happened is the approval of exactly this request', () => {
    const granted = simplePaths.filter(({ state }) => state.value === 'granted');
    expect(granted.length).toBeGreaterThan(0);
    for (const path of granted) {
      expect(storyOf(path)).toMatch(/a person approves(, and the digest is the one asked)?$/);
      expect(path.state.output).toMatchObject({ approved: true, approvalId: 'approval-1' });
    }
    const others = simplePaths.filter(
      ({ state }) => state.status === 'done' && state.value !== 'granted',
    );
    expect(others.every(({ state }) => state.output?.approved === false)).toBe(true);
  });

  it('has from every state that is not final a way to an end that grants nothing', () => {
    const safe = new Set(
      situations
        .filter(({ state }) => state.status === 'done' && state.value !== 'granted')
        .map(({ state }) => keyOfState(state)),
    );
    for (let before = -1; before !== safe.size; ) {
      before = safe.size;
      for (const { state, next } of situations)
        if (next.some((other) => safe.has(keyOfState(other)))) safe.add(keyOfState(state));
    }
    const stuck = situations.filter(
      ({ state }) => state.status === 'active' && !safe.has(keyOfState(state)),
    );
    expect(stuck).toEqual([]);
  });

  it('handles every event in every state, or ignores it on purpose', () => {
    const ignored = new Map<string, string[]>();
    for (const { state } of situations) {
      if (state.status !== 'active') continue;
      const names = Object.entries(APPROVAL_EVENTS)
        .filter(([, event]) => canHappen(state, event) && !isHandled(state, event))
        .map(([name]) => name);
      ignored.set(state.value, names);
    }
    expect(Object.fromEntries(ignored)).toEqual(IGNORED);
  });

  it('goes on after a restart at any point, and ends the same way', async () => {
    for (const path of simplePaths) {
      let live = commandedApproval(modelRequest);
      live.actor.start();
      for (const { event, state } of path.steps.slice(1)) {
        const written: unknown = JSON.parse(JSON.stringify(live.actor.getPersistedSnapshot()));
        live.actor.stop();
        live = commandedApproval(modelRequest, { snapshot: written as never });
        live.actor.start();
        await live.apply(event);
        expect(live.actor.getSnapshot().value, storyOf(path)).toEqual(state.value);
      }
      expect(live.actor.getSnapshot().output, storyOf(path)).toEqual(path.state.output);
      live.actor.stop();
    }
  });

  it('fails when its services were not provided', async () => {
    const { createActor, waitFor } = await import('xstate');
    const actor = createActor(approvalMachine, {
      input: { ...modelRequest, deadlineAt: Date.now() + 60_000 },
    });
    actor.start();
    const { output } = await waitFor(actor, ({ status }) => status === 'done');
    expect(output).toMatchObject({ status: 'failed', error: { code: 'internal' } });
  });
});

/** Decisions mean nothing before there is an id, and nothing any more once it is being taken back. */
const DECISIONS = [
  'a person approves',
  'a person approves, and the digest is the one asked',
  'an approval of other arguments',
  'an approval of edited arguments',
  'a person denies',
  'the platform expires it',
  'somebody else withdraws it',
];
const STRANGERS = ['an approval of another request', 'an approval of the same id in another case'];
const WAITING = ['the channel is lost', 'the channel is live', 'the wait fails'];
const IGNORED: Record<string, string[]> = {
  rbacCheck: [...DECISIONS, ...STRANGERS, ...WAITING],
  submitting: [...DECISIONS, ...STRANGERS, ...WAITING],
  awaitingWS: [...STRANGERS, 'the channel is live'],
  fallbackPolling: [...STRANGERS, 'the channel is lost'],
  withdrawing: [
    ...DECISIONS,
    ...STRANGERS,
    ...WAITING,
    'the deadline passes',
    'the caller withdraws',
  ],
};

const nodeOf = (name: string): AnyStateNode => {
  const node: AnyStateNode | undefined = Object.entries(approvalMachine.states).find(
    ([key]) => key === name,
  )?.[1];
  if (node === undefined) throw new Error(`no state ${name}`);
  return node;
};

interface Definition {
  readonly source?: { readonly id: string };
  readonly eventType: string;
  readonly guard?: unknown;
  readonly target?: readonly { readonly id: string }[] | undefined;
  readonly actions: readonly unknown[];
}

/** Transitions into nowhere that only forbid one of the root are no transitions to walk. */
function keyOf({ source, eventType, guard, target, actions }: Definition): string {
  if (target === undefined && actions.length === 0) return '';
  return JSON.stringify([source?.id, eventType, guard, target?.map(({ id }) => id)]);
}

function allTransitions(): string[] {
  const nodes: AnyStateNode[] = [approvalMachine.root, ...Object.values(approvalMachine.states)];
  return nodes
    .flatMap((node) => [...node.transitions.values()].flat())
    .map((definition) => keyOf(definition as unknown as Definition))
    .filter((key) => key !== '');
}
