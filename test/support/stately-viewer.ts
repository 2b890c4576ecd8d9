/**
 * Stately's own relay and receiver, as a program: prints every message that the receiver is given,
 * one a line, and the address as soon as it may be used. Its argument is the port; 0: a free one.
 */
import { Server } from 'node:http';
import { Server as NetServer } from 'node:net';
import { createWebSocketReceiver } from '@statelyai/inspect';
import { createInspectorServer } from '@statelyai/inspect/server';
import { WebSocket } from 'ws';

/** The relay would listen to everybody, and does not tell on which port. */
function listenOnLoopback(port: number): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  Server.prototype.listen = function listen(this: Server) {
    NetServer.prototype.listen.call(this, { port, host: '127.0.0.1' }, () => {
      const address = this.address();
      if (typeof address === 'object') resolve(`ws://127.0.0.1:${address?.port}`);
    });
    return this;
  };
  createInspectorServer({ autoOpen: false });
  return promise;
}

const url = await listenOnLoopback(Number(process.argv[2] ?? 0));
// The receiver does not tell when it is connected: something that it gets does.
const probe = new WebSocket(url);
const probing = setInterval(() => {
  if (probe.readyState === WebSocket.OPEN) probe.send('{"probe":true}');
}, 10);
let isReady = false;
createWebSocketReceiver({ server: url }).subscribe((message) => {
  if (!Object.hasOwn(message, 'probe')) process.stdout.write(`${JSON.stringify(message)}\n`);
  else if (!isReady) {
    isReady = true;
    clearInterval(probing);
    probe.close();
    process.stdout.write(`${url}\n`);
  }
});
