/**
 * The yardstick: what somebody would write who needs nothing but the answer. One socket, one map and
 * one timer each; no roles, no audit, no second look, no restart.
 */
import { WebSocket } from 'ws';
import type { Asker } from './asker.ts';
import type { Create } from './raw-create.ts';

const TIMEOUT_MS = 3_600_000;

interface Frame {
  readonly payload: { readonly approval_id: string; readonly decision: string };
}

export async function rawAsker(platformUrl: string, create: Create): Promise<Asker> {
  const waiting = new Map<string, (decision: string) => void>();
  const socket = new WebSocket(`${platformUrl.replace('http', 'ws')}/ws`, {
    perMessageDeflate: false,
  });
  socket.on('message', (data: Buffer) => {
    // Believed as it is: that is what makes it raw.
    const { payload }: Frame = JSON.parse(data.toString('utf8'));
    waiting.get(payload.approval_id)?.(payload.decision);
  });
  await new Promise<void>((resolve) => socket.once('open', () => resolve()));

  function answerOf(id: string): Promise<string> {
    const timer = setTimeout(() => waiting.delete(id), TIMEOUT_MS);
    return new Promise((resolve) => {
      waiting.set(id, (decision) => {
        clearTimeout(timer);
        waiting.delete(id);
        resolve(decision);
      });
    });
  }

  const url = `${platformUrl}/workspaces/bench/approvals`;
  return {
    ask: async (action, onWaiting, onAnswered) => {
      const id = await create(url, JSON.stringify({ action, reason: '', task_id: action }));
      const answer = answerOf(id);
      onWaiting();
      await answer;
      onAnswered(id);
    },
    close: async () => {
      socket.terminate();
    },
  };
}
