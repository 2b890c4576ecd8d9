/** The processes of this benchmark, as the one that measures sees them. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { z } from 'zod';

export type RoleName = 'server' | 'load' | 'sockets' | 'broadcast';

/** What a process does: orders one at a time, each with one answer. */
export interface Role {
  obey(order: unknown): Promise<object>;
  stop(): Promise<void>;
}

export interface Child extends AsyncDisposable {
  ask<Answer>(order: object, answer: z.ZodType<Answer>): Promise<Answer>;
}

export function startChild(role: RoleName): Child {
  const child = fork(join(import.meta.dirname, 'agent.ts'), [role]);
  const ended = once(child, 'exit');
  return {
    ask: async (order, answer) => answer.parse(await answerTo(child, order, role)),
    [Symbol.asyncDispose]: async () => {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}

function answerTo(child: ChildProcess, order: object, role: RoleName): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onExit = (status: number | null, signal: string | null): void =>
      reject(new Error(`the process of the role ${role} ended early: ${status ?? signal}`));
    child.once('exit', onExit);
    child.once('message', (answer) => {
      child.off('exit', onExit);
      resolve(answer);
    });
    child.send(order);
  });
}
