/** A child process and its messages, one kind at a time. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { z } from 'zod';

export interface Talk<
  Sent extends { [key: string]: unknown },
  Got extends { readonly is: string },
> {
  send(message: Sent): void;
  /** The next message of this kind. @throws Error where the process ends before */
  next<Is extends Got['is']>(is: Is): Promise<Extract<Got, { readonly is: Is }>>;
  /** Resolves when it has ended. */
  ended(): Promise<void>;
  /** Ends it now. */
  kill(): void;
}

export interface TalkOptions<Got> {
  readonly script: string;
  readonly args?: readonly string[];
  readonly schema: z.ZodType<Got>;
  readonly execArgv?: readonly string[];
}

/** Starts a process; everything that it says is checked. */
export function talkTo<
  Sent extends { [key: string]: unknown },
  Got extends { readonly is: string },
>(options: TalkOptions<Got>): Talk<Sent, Got> {
  const { script, args = [], schema, execArgv = [] } = options;
  const child = fork(script, args, {
    execArgv: ['--expose-gc', ...execArgv],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const got: Got[] = [];
  let wake = Promise.withResolvers<void>();
  child.on('message', (message) => {
    got.push(schema.parse(message));
    wake.resolve();
    wake = Promise.withResolvers();
  });
  const gone = goneOf(child);
  return {
    send: (message) => void child.send(message),
    next: async (is) => {
      for (;;) {
        const index = got.findIndex((message) => message.is === is);
        const [found] = index === -1 ? [] : got.splice(index, 1);
        if (isOf(found, is)) return found;
        await Promise.race([wake.promise, gone.then(fail)]);
      }
    },
    ended: async () => void (await gone),
    kill: () => void child.kill('SIGKILL'),
  };
}

async function goneOf(child: ChildProcess): Promise<string> {
  await once(child, 'exit');
  return `a measured process ended with ${child.signalCode ?? child.exitCode}`;
}

function fail(why: string): never {
  throw new Error(why);
}

const isOf = <Got extends { readonly is: string }, Is extends Got['is']>(
  message: Got | undefined,
  is: Is,
): message is Extract<Got, { readonly is: Is }> => message?.is === is;
