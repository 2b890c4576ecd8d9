/**
 * The platform's process: tells its address, and at each message approves all that waits, one at a
 * time, and tells when it did.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { createFakePlatform } from 'countersign/testing';
import type { z } from 'zod';
import type { decidedSchema, listeningSchema } from './platform-messages.ts';

/**
 * Between two decisions, ms: more than a result takes, so that each comes while no other is on its
 * way. Nobody is asked whether it has come, for that would cost the one who is measured.
 */
const PACE_MS = 2;

const platform = await createFakePlatform({ dialect: 'flat', rateLimit: Number.MAX_SAFE_INTEGER });

async function decideAll(): Promise<z.input<typeof decidedSchema>> {
  await platform.waitForSockets(1);
  const decidedAt: [string, string][] = [];
  const pending = platform.rows().filter(({ status }) => status === 'pending');
  for (const { id } of pending.toReversed()) {
    await pause(PACE_MS);
    decidedAt.push([id, process.hrtime.bigint().toString()]);
    platform.decide(id, 'approved');
  }
  return { decidedAt };
}

process.on('message', () => void decideAll().then((decided) => process.send?.(decided)));
process.on('disconnect', () => void platform.close());
process.send?.({ url: platform.url } satisfies z.input<typeof listeningSchema>);
