import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { openStorage } from '../../src/platform/storage/index.ts';
import { cliWorld, serve } from '../support/cli.ts';
import { asker, caller } from '../support/platform.ts';

describe('a server that is killed', () => {
  it('has stored all that it has answered, however many asked at once', async () => {
    const world = cliWorld();
    const dataDir = join(world.folder, 'data');
    const { url, process } = await serve(world, ['--data', dataDir]);
    const token = readFileSync(join(dataDir, 'approver.token'), 'utf8').trim();
    const call = caller((path, init) => fetch(url + path, init));
    const ask = asker(call);
    const asked: string[] = [];
    const decided: string[] = [];
    const goOn = async (): Promise<never> => {
      for (;;) {
        const id = await ask();
        asked.push(id);
        const path = `/workspaces/w1/approvals/${id}/decide`;
        const { status } = await call('POST', path, { token, body: { decision: 'approved' } });
        if (status === 200) decided.push(id);
      }
    };
    const all = Promise.allSettled(Array.from({ length: 16 }, goOn));
    await vi.waitUntil(() => decided.length > 50, { interval: 1 });
    process.child.kill('SIGKILL');
    await all;
    await process.ended;

    const { approvals, ...storage } = openStorage(dataDir);
    const stored = async (id: string) => (await approvals.find(id))?.status;
    const missing = await Promise.all(asked.map(stored));
    expect(missing).not.toContain(undefined);
    const words = await Promise.all(decided.map(stored));
    expect(new Set(words)).toEqual(new Set(['approved']));
    await storage.close();
  });
});
