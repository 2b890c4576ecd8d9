/**
 * The yardstick: what somebody would write who needs nothing but the answer. One socket, one map, one
 * timer each, and Node's own HTTP client; no roles, no audit, no second look, no restart.
 */
import { Agent, request } from 'node:http';
import { WebSocket } from 'ws';
import { z } from 'zod';
import type { Asker } from './asker.ts';

const TIMEOUT_MS = 3_600_000;

const createdSchema = z.object({ approval_id: z.string() });

interface Frame {
  readonly payload: { readonly approval_id: string; readonly decision: string };
}

export async function rawAsker(platformUrl: string): Promise<Asker> {
  const waiting = new Map<string, (decision: string) => void>();
  const agent = new Agent({ keepAlive: true });
  const socket = new WebSocket(`${platformUrl.replace('http', 'ws')}/ws`, {
    perMessageDeflate: false,
  });
  socket.on('message', (data: Buffer) => {
    // Believed as it is: that is what makes it raw.
    const { payload }: Frame = JSON.parse(data.toString('utf8'));
    waiting.get(payload.approval_id)?.(payload.decision);
  });
  await new Promise<void>((resolve) => socket.once('open', () => resolve()));
  return {
    ask: async (action, onWaiting, onAnswered) => {
      const id = await create(agent, platformUrl, action);
      const timer = setTimeout(() => waiting.delete(id), TIMEOUT_MS);
      const answered = new Promise<string>((resolve) => waiting.set(id, resolve));
      onWaiting();
      await answered;
      clearTimeout(timer);
      waiting.delete(id);
      onAnswered(id);
    },
    close: async () => {
      socket.terminate();
      agent.destroy();
    },
  };
}

function create(agent: Agent, platformUrl: string, action: string): Promise<string> {
  const body = JSON.stringify({ action, reason: '', task_id: action });
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  };
  return new Promise((resolve, reject) => {
    const sent = request(
      `${platformUrl}/workspaces/bench/approvals`,
      { method: 'POST', agent, headers },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.once('end', () => resolve(createdSchema.parse(JSON.parse(text)).approval_id));
      },
    );
    sent.once('error', reject);
    sent.end(body);
  });
}
