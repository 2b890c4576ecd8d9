/** The real world, in which the process can end at every operation. */
import { type Environment, type LiveSocket, systemEnvironment } from '../../src/index.ts';
import { crashingFiles } from './crashing-files.ts';
import type { Trigger } from './trigger.ts';

export function crashingEnvironment(trigger: Trigger): Environment {
  const { clock, fetch, connect, files } = systemEnvironment;
  return {
    ...systemEnvironment,
    clock: {
      ...clock,
      setTimeout: (callback, ms) =>
        clock.setTimeout(() => {
          const number = trigger.begin('timer fire');
          callback();
          trigger.end('timer fire', number);
        }, ms),
    },
    files: crashingFiles(files, trigger),
    fetch: (input, init) => {
      const request = new Request(input, init);
      return trigger.around(exchangeOf(request), () => fetch(request));
    },
    connect: (url, options) => {
      const number = trigger.begin('live connect');
      const socket = connect(url, options);
      trigger.end('live connect', number);
      return crashingSocket(socket, trigger);
    },
  };
}

function exchangeOf({ method, url }: Request): string {
  if (url.endsWith('/decide')) return 'withdraw exchange';
  return method === 'POST' ? 'post exchange' : 'list exchange';
}

/** Listens before anybody else does, and hands on what it hears. */
function crashingSocket(socket: LiveSocket, trigger: Trigger): LiveSocket {
  const hear = (name: string): void => trigger.end(name, trigger.begin(name));
  socket.on('open', () => hear('live open'));
  socket.on('message', () => hear('live frame'));
  return socket;
}
