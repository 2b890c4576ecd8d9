import { WebSocket } from 'ws';

/** How long a goodbye may take when the server stops, milliseconds. */
const GOODBYE_MS = 500;
/** Close code: the server stops. */
const GOING_AWAY = 1001;

/** Resolves when the socket is closed, which takes no longer than {@link GOODBYE_MS}. */
export function sayGoodbye(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    const giveUp = setTimeout(() => socket.terminate(), GOODBYE_MS);
    socket.once('close', () => {
      clearTimeout(giveUp);
      resolve();
    });
    if (socket.readyState === WebSocket.CLOSED) socket.emit('close');
    else socket.close(GOING_AWAY, 'the server stops');
  });
}
