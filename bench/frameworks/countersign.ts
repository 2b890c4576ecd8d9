/** Countersign: the public client, over HTTP and WebSocket, against a platform in another process. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Approvals, createApprovals, memoryAuditLog, type Outcome } from 'countersign';
import { askOf, type Contestant, inBatches, type Waiting } from './contestant.ts';
import { decidedSchema, listeningSchema } from './platform-messages.ts';

const PLATFORM = join(import.meta.dirname, 'platform.ts');

export async function countersign({ journal }: { readonly journal: boolean }): Promise<Contestant> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-bench-'));
  const platform = fork(PLATFORM, { execArgv: [] });
  const { url } = listeningSchema.parse(await messageOf(platform));
  const approvals = createApprovals({
    platformUrl: url,
    workspaceId: 'bench',
    timeout: '10m',
    audit: memoryAuditLog(),
    journal,
    stateDir: folder,
    configDir: folder,
  });
  return {
    reach: (count) => reach(approvals, platform, count),
    async close() {
      await approvals.close();
      const ended = once(platform, 'exit');
      platform.disconnect();
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function reach(
  approvals: Approvals,
  platform: ChildProcess,
  count: number,
): Promise<Waiting> {
  const requested = countRequested(approvals);
  /** When each result was known, by its id, ns. */
  const knownAt = new Map<string, bigint>();
  const outcomes = await inBatches(count, async (index) => {
    const waits = requested.next();
    const outcome = approvals.request(askOf(index)).then((result) => note(knownAt, result));
    await Promise.race([waits, outcome]);
    // In an object, or it would be waited for here.
    return { outcome };
  });
  requested.stop();
  return {
    async decideAll() {
      const answer = messageOf(platform);
      platform.send('decide');
      for (const { outcome } of outcomes.splice(0)) await outcome;
      const { decidedAt } = decidedSchema.parse(await answer);
      return decidedAt.map(([id, at]) => microsBetween(BigInt(at), knownAt.get(id)));
    },
  };
}

function microsBetween(decidedAt: bigint, known: bigint | undefined): number {
  if (known === undefined) throw new Error('the platform decided what nobody here asked for');
  return Number(known - decidedAt) / 1_000;
}

function note(knownAt: Map<string, bigint>, outcome: Outcome): void {
  if (outcome.status !== 'granted') throw new Error(`an approval ended as ${outcome.status}`);
  knownAt.set(outcome.approvalId, process.hrtime.bigint());
}

/** Tells when one more approval was taken by the platform, and waits. */
function countRequested(approvals: Approvals) {
  const waiting: (() => void)[] = [];
  const stop = approvals.on('audit', ({ outcome }) => {
    if (outcome === 'requested') waiting.shift()?.();
  });
  return { stop, next: () => new Promise<void>((resolve) => waiting.push(resolve)) };
}

async function messageOf(child: ChildProcess): Promise<unknown> {
  const gone = new AbortController();
  try {
    const [message]: unknown[] = await Promise.race([
      once(child, 'message', { signal: gone.signal }),
      once(child, 'exit', { signal: gone.signal }).then(() => {
        throw new Error('the platform of the benchmark ended');
      }),
    ]);
    return message;
  } finally {
    gone.abort();
  }
}
