/** A cable between a client and a server that a test can cut and mend. */
import { connect, createServer, type Socket } from 'node:net';
import type { TestContext } from 'vitest';

export interface TcpSwitch {
  readonly port: number;
  /** Leads to this port on the loopback address from now on. */
  leadTo(port: number): void;
  /** Ends every connection, and every new one at once. */
  cut(): void;
  mend(): void;
}

export async function tcpSwitch({
  onTestFinished,
}: Pick<TestContext, 'onTestFinished'>): Promise<TcpSwitch> {
  const sockets = new Set<Socket>();
  let target: number | undefined;
  let isCut = false;

  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    return socket.on('close', () => sockets.delete(socket));
  };
  const cut = (): void => {
    isCut = true;
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((client) => {
    keep(client);
    if (isCut || target === undefined) return client.destroy();
    const upstream = keep(connect(target, '127.0.0.1'));
    upstream.on('close', () => client.destroy());
    client.on('close', () => upstream.destroy());
    return client.pipe(upstream).pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    cut();
    await new Promise((resolve) => server.close(resolve));
  });

  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    leadTo: (port) => {
      target = port;
    },
    cut,
    mend: () => {
      isCut = false;
    },
  };
}
