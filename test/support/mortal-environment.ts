/**
 * The real world of a process that can end as `kill -9` ends it: its timers do not fire any more, its
 * sockets are gone, nothing that it waits for arrives, and others see that it is dead.
 */
import {
  type ConnectOptions,
  type Environment,
  type LiveSocket,
  systemEnvironment,
} from '../../src/index.ts';

/** Processes of one machine, who can tell which of them live. */
export class Machine {
  readonly #dead = new Set<number>();
  #pids = 0;

  start(base: Environment = systemEnvironment): {
    readonly environment: Environment;
    readonly kill: () => void;
  } {
    this.#pids += 1;
    const pid = this.#pids;
    const timers = new Set<unknown>();
    const sockets = new Set<LiveSocket>();
    const isDead = (): boolean => this.#dead.has(pid);
    const alive = <Value>(value: Promise<Value>): Promise<Value> =>
      new Promise((resolve, reject) => {
        value.then(
          (result) => isDead() || resolve(result),
          (error: unknown) => isDead() || reject(error),
        );
      });
    const environment: Environment = {
      ...base,
      clock: {
        ...base.clock,
        setTimeout: (callback, ms) => {
          const timer = base.clock.setTimeout(() => isDead() || callback(), ms);
          timers.add(timer);
          return timer;
        },
      },
      fetch: (input, init) => alive(isDead() ? new Promise(() => {}) : base.fetch(input, init)),
      connect: (url: string, options: ConnectOptions) => {
        const socket = base.connect(url, options);
        sockets.add(socket);
        return socket;
      },
      process: {
        pid,
        startedAt: `start of ${pid}`,
        host: 'here',
        isAlive: (other) => !this.#dead.has(other.pid),
      },
    };
    const kill = (): void => {
      this.#dead.add(pid);
      for (const timer of timers) base.clock.clearTimeout(timer);
      for (const socket of sockets) socket.terminate();
    };
    return { environment, kill };
  }
}
