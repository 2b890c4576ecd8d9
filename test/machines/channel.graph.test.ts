import { describe, expect, it } from 'vitest';
import {
  type AnyEventObject,
  createActor,
  fromCallback,
  fromPromise,
  SimulatedClock,
} from 'xstate';
import {
  type ChannelEmitted,
  channelMachine,
  RETRY_REFUSED_AFTER_MS,
  STABLE_AFTER_MS,
} from '../../machines/index.ts';

/** The real machine over a socket and pauses that the test commands. */
function commandedChannel() {
  const clock = new SimulatedClock();
  const emitted: ChannelEmitted[] = [];
  const pauses: { attempt: number; end: () => void }[] = [];
  let sockets = 0;
  let report: ((event: AnyEventObject) => void) | undefined;
  const actor = createActor(
    channelMachine.provide({
      actors: {
        openSocket: fromCallback(({ sendBack }) => {
          sockets += 1;
          report = sendBack;
          return () => {
            report = undefined;
          };
        }),
        backOff: fromPromise<void, { readonly attempt: number }>(
          ({ input }) => new Promise((end) => pauses.push({ attempt: input.attempt, end })),
        ),
      },
    }),
    { input: { url: 'ws://127.0.0.1:1/ws' }, clock },
  );
  actor.on('*', (event) => emitted.push(event));
  actor.start();
  return {
    actor,
    clock,
    emitted,
    pauses,
    report: (event: AnyEventObject) => report?.(event),
    get sockets() {
      return sockets;
    },
    get hasSocket() {
      return report !== undefined;
    },
    endPause: async () => {
      pauses.at(-1)?.end();
      await new Promise(setImmediate);
    },
  };
}

describe('the channel machine', () => {
  it('connects, is live, loses its socket, pauses and connects again', async () => {
    const channel = commandedChannel();
    const { actor, emitted } = channel;
    expect(actor.getSnapshot().value).toEqual({ open: 'connecting' });
    channel.report({ type: 'socket.opened' });
    expect(actor.getSnapshot().value).toEqual({ open: 'live' });
    channel.report({ type: 'socket.lost', error: 'closed (1006)' });
    expect(actor.getSnapshot().value).toBe('backingOff');
    expect(channel.hasSocket).toBe(false);
    await channel.endPause();
    expect(actor.getSnapshot().value).toEqual({ open: 'connecting' });
    expect(channel.sockets).toBe(2);
    expect(emitted).toEqual([{ type: 'live' }, { type: 'down', error: 'closed (1006)' }]);
    actor.stop();
  });

  it('pauses longer after each failure, and forgets them once a socket was stable', async () => {
    const channel = commandedChannel();
    for (let failures = 1; failures <= 3; failures += 1) {
      channel.report({ type: 'socket.opened' });
      channel.clock.increment(STABLE_AFTER_MS - 1);
      channel.report({ type: 'socket.lost', error: 'flapping' });
      expect(channel.pauses.at(-1)?.attempt).toBe(failures);
      await channel.endPause();
    }
    channel.report({ type: 'socket.opened' });
    channel.clock.increment(STABLE_AFTER_MS);
    channel.report({ type: 'socket.lost', error: 'once more' });
    expect(channel.pauses.at(-1)?.attempt).toBe(1);
    channel.actor.stop();
  });

  it('does not try again for five minutes where the platform will not have it', () => {
    const channel = commandedChannel();
    channel.report({ type: 'socket.refused', error: '403' });
    expect(channel.actor.getSnapshot().value).toBe('refused');
    expect(channel.emitted).toEqual([{ type: 'down', error: '403' }]);
    expect(channel.pauses).toEqual([]);
    channel.clock.increment(RETRY_REFUSED_AFTER_MS - 1);
    expect(channel.sockets).toBe(1);
    channel.clock.increment(1);
    expect(channel.sockets).toBe(2);
    channel.actor.stop();
  });

  it.each(['connecting', 'live', 'backingOff', 'refused'])(
    'can be closed while it is %s, and holds no socket then',
    (state) => {
      const channel = commandedChannel();
      if (state === 'live') channel.report({ type: 'socket.opened' });
      if (state === 'backingOff') channel.report({ type: 'socket.lost', error: 'x' });
      if (state === 'refused') channel.report({ type: 'socket.refused', error: 'x' });
      expect(JSON.stringify(channel.actor.getSnapshot().value)).toContain(state);
      channel.actor.send({ type: 'channel.close' });
      expect(channel.actor.getSnapshot()).toMatchObject({ status: 'done', value: 'closed' });
      expect(channel.hasSocket).toBe(false);
    },
  );
});
