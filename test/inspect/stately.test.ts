/** What Stately's own receiver, in a process of its own, sees of real approvals. */
import { createInspector } from '@statelyai/inspect';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createMachine } from 'xstate';
import { z } from 'zod';
import { approvalMachine, channelMachine } from '../../machines/index.ts';
import type { Approvals, Outcome } from '../../src/index.ts';
import { type StatelyInspector, statelyInspector } from '../../src/inspect/index.ts';
import { definitionOf } from '../../src/inspect/stately/definition.ts';
import type { FakePlatform } from '../../src/testing/index.ts';
import { expectCleanFinishOfEachTest } from '../support/clean-finish.ts';
import { lineOf, type Received, recording, statelyViewer } from '../support/stately.ts';
import { fakePlatform, requestingSide } from '../support/world.ts';

expectCleanFinishOfEachTest();

const TOKEN = 'tok-9f8e7d6c5b4a';
const PASSWORD = 'hunter2-Zq81';
const ASK = {
  action: `Copy the table over postgres://app:${PASSWORD}@db.example/x`,
  reason: `Bearer ${PASSWORD}`,
  args: { rows: 12, login: { user: 'app', password: PASSWORD }, argv: ['--api-key', PASSWORD] },
};
const PREFIX = `${process.pid}-`;

const definitionSchema = z.looseObject({ id: z.string(), states: z.record(z.string(), z.json()) });

function inspector(url: string): StatelyInspector {
  const made = statelyInspector({ url, firstRetryMs: 20 });
  onTestFinished(() => made.close());
  return made;
}

interface Run {
  readonly name: string;
  readonly status: Outcome['status'];
  readonly timeout?: string;
  readonly states: readonly string[];
  readonly actors: readonly string[];
  readonly play: (platform: FakePlatform, approvals: Approvals) => Promise<void> | void;
}

const decide = async (platform: FakePlatform, decision: 'approved' | 'denied'): Promise<void> => {
  const { id } = await platform.waitForRow(({ status }) => status === 'pending');
  await platform.waitForSockets(1);
  platform.decide(id, decision);
};

const RUNS: readonly Run[] = [
  {
    name: 'granted',
    status: 'granted',
    states: ['rbacCheck', 'submitting', 'awaitingWS', 'granted'],
    actors: [
      'approval',
      'deadline',
      'permission',
      'submission',
      'liveDecision',
      'channel',
      'socket',
    ],
    play: (platform) => decide(platform, 'approved'),
  },
  {
    name: 'denied',
    status: 'denied',
    states: ['rbacCheck', 'submitting', 'awaitingWS', 'denied'],
    actors: [
      'approval',
      'deadline',
      'permission',
      'submission',
      'liveDecision',
      'channel',
      'socket',
    ],
    play: (platform) => decide(platform, 'denied'),
  },
  {
    name: 'timed out',
    status: 'timeout',
    timeout: '400ms',
    states: ['rbacCheck', 'submitting', 'awaitingWS', 'withdrawing', 'timeout'],
    actors: ['approval', 'deadline', 'permission', 'submission', 'liveDecision', 'withdrawal'],
    play: () => undefined,
  },
  {
    name: 'granted after the fallback to polling',
    status: 'granted',
    states: ['rbacCheck', 'submitting', 'awaitingWS', 'fallbackPolling', 'granted'],
    actors: ['approval', 'liveDecision', 'polledDecision', 'channel', 'socket', 'pause'],
    play: async (platform, approvals) => {
      const { id } = await platform.waitForRow();
      await platform.waitForSockets(1);
      // A read that began before would tell of the decision too early.
      const polls = new Promise<void>((resolve) => {
        approvals.on('state', ({ state }) => state === 'fallbackPolling' && resolve());
      });
      platform.refuseUpgrades(503);
      platform.dropSockets(1001);
      await polls;
      platform.decide(id, 'approved');
    },
  },
];

describe('the receiver of @statelyai/inspect, in another process', () => {
  it.each(RUNS)(
    'sees every actor, event and snapshot of an approval that is $name, in order',
    async ({ status, states, actors, play, timeout = '10s' }) => {
      const viewer = await statelyViewer();
      const platform = await fakePlatform({ requireToken: TOKEN });
      const stately = inspector(viewer.url);
      const plain = recording(PREFIX);
      const { approvals } = requestingSide(platform.url, {
        token: TOKEN,
        timeout,
        inspect: (event) => {
          plain.next(event);
          stately.inspect(event);
        },
      });
      const asked = approvals.request(ASK);
      await play(platform, approvals);
      expect((await asked).status).toBe(status);
      await approvals.close();
      await stately.close();
      await vi.waitUntil(() => viewer.lines.length >= plain.lines.length);

      const received = viewer.received();
      expect(received.map(lineOf)).toEqual(plain.lines);
      expect(stately.dropped).toBe(0);
      expect(namesOf(received)).toEqual(expect.arrayContaining([...actors]));
      expect(statesOf(received)).toEqual(states);
      expectDefinitions(received);
      const all = viewer.lines.join('\n');
      expect(all).not.toContain(PASSWORD);
      expect(all).not.toContain(TOKEN);
      expect(all).toContain('"rows":12');
    },
  );
});

describe('the definition of a machine', () => {
  it.each([approvalMachine, channelMachine])(
    'is what the official inspector makes of it: $id',
    (machine) => {
      const official: unknown[] = [];
      const maker = createInspector({ send: (event) => official.push(event) });
      const target = { sessionId: 'x', send: () => undefined, getSnapshot: () => undefined };
      maker.actor(Object.assign(target, { logic: machine }));
      const [message] = z.array(z.looseObject({ definition: z.string() })).parse(official);
      expect(JSON.parse(definitionOf(machine) ?? '')).toEqual(
        JSON.parse(message?.definition ?? ''),
      );
      // Its states stand in their order, which the official text has not.
      expect(definitionOf(machine)).not.toBe(message?.definition);
    },
  );

  it('has the names of states and events, whatever they are, and no values', () => {
    const inner = createMachine({ id: 'inner', context: { token: PASSWORD } });
    const definition = definitionOf(
      createMachine({
        id: 'outer',
        context: { token: PASSWORD },
        meta: { password: PASSWORD },
        initial: 'token',
        states: {
          token: {
            invoke: { src: inner, input: { secret: PASSWORD } },
            on: {
              password: {
                target: 'context',
                guard: isIt,
              },
            },
          },
          context: { states: {}, entry: { type: 'say', params: { apiKey: PASSWORD } } },
        },
      }),
    );
    expect(definition).not.toContain(PASSWORD);
    expect(JSON.parse(definition ?? '')).toMatchObject({
      initial: 'token',
      states: {
        token: {
          invoke: { src: { type: 'inner' } },
          on: { password: { target: 'context', guard: { type: 'isIt' } } },
        },
        context: { entry: { type: 'say' } },
      },
    });
  });

  it('has an end where the config has none', () => {
    const config: Record<string, unknown> = { id: 'endless' };
    config['a'] = config;
    config['b'] = [config, config];
    const from = performance.now();
    expect(definitionOf({ config })?.length).toBeLessThan(2_000_000);
    expect(performance.now() - from).toBeLessThan(1_000);
  });
});

const isIt = (): boolean => true;

const namesOf = (received: readonly Received[]): string[] =>
  received.flatMap((message) => (message.type === '@xstate.actor' ? message.name : []));

/** The way of the approval, each state once. */
function statesOf(received: readonly Received[]): unknown[] {
  const root = received.find(
    (message) => message.type === '@xstate.actor' && message.name === 'approval',
  );
  const values = received.flatMap((message) =>
    message.type === '@xstate.snapshot' && message.sessionId === root?.sessionId
      ? [message.snapshot.value]
      : [],
  );
  return values.filter((value, index) => value !== values[index - 1]);
}

function expectDefinitions(received: readonly Received[]): void {
  for (const message of received) {
    if (message.type !== '@xstate.actor') continue;
    const machine = { approval: approvalMachine, channel: channelMachine }[message.name];
    const definition: unknown = JSON.parse(message.definition);
    if (machine === undefined) expect(definition).toEqual({ id: message.name });
    else {
      const { id, states } = definitionSchema.parse(definition);
      expect(id).toBe(machine.id);
      expect(Object.keys(states)).toEqual(Object.keys(machine.states));
      expect(message.definition).toContain(id === 'approval' ? '"type":"isAllowed"' : 'stable');
    }
  }
}
