import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { createFakePlatform, expectCleanFinish, openHandles } from '../../src/testing/index.ts';

const SOON = { withinMs: 30 };

describe('the check of a clean finish', () => {
  it('is content where nothing was opened', async () => {
    await expectCleanFinish(openHandles(), SOON);
  });

  it('names a timer that still runs', async () => {
    // A timer of somebody else's that runs out in this moment would hide it.
    await vi.waitFor(async () => {
      const before = openHandles();
      const timer = setInterval(() => undefined, 60_000);
      try {
        await expect(expectCleanFinish(before, SOON)).rejects.toThrow('1 Timeout (a timer)');
      } finally {
        clearInterval(timer);
      }
      await expectCleanFinish(before);
    });
  });

  it('names a server that still listens and the sockets on it', async () => {
    const before = openHandles();
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const socket = connect(typeof address === 'object' ? (address?.port ?? 0) : 0, '127.0.0.1');
    await once(socket, 'connect');
    try {
      await expect(expectCleanFinish(before, SOON)).rejects.toThrow(
        /a server that listens.*a socket|a socket.*a server that listens/,
      );
    } finally {
      socket.destroy();
      server.close();
    }
    await expectCleanFinish(before);
  });

  it('waits for what is still closing', async () => {
    const before = openHandles();
    const platform = await createFakePlatform();
    void platform.close();
    await expectCleanFinish(before);
  });

  it('does not count what was open before', async () => {
    const timer = setInterval(() => undefined, 60_000);
    const before = openHandles();
    await expectCleanFinish(before, SOON);
    clearInterval(timer);
  });
});
