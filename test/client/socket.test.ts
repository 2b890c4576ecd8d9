import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createActor } from 'xstate';
import { socketActor } from '../../src/client/socket.actor.ts';
import { systemEnvironment } from '../../src/index.ts';
import { MemorySocket } from '../support/memory-socket.ts';
import { SimulatedTime } from '../support/simulated-clock.ts';

it('leaves no timer behind for a pong that comes after its goodbye', async () => {
  const time = new SimulatedTime();
  const socket = new MemorySocket();
  const actor = createActor(
    socketActor({
      url: 'ws://platform.test/ws',
      workspaceId: 'ws-1',
      origin: undefined,
      tokens: { current: async () => undefined, refresh: async () => false },
      environment: { ...systemEnvironment, clock: time.clock, connect: () => socket },
      onFrame: () => undefined,
    }),
    { input: { url: 'ws://platform.test/ws' } },
  );
  actor.start();
  await turn();
  socket.open();
  // The next ping is due.
  expect(time.timers).toBe(1);
  actor.stop();
  socket.emit('pong');
  time.advance(1);
  expect(time.timers).toBe(0);
});
