/** G1: a decision that a process read is told to those who wait for it. */
import { z } from 'zod';
import type { ExchangeRecord } from './exchange.ts';
import type { Ledger, Watched } from './ledger.ts';
import type { Scheduler } from './scheduler.ts';
import { isWaiting } from './states-and-records.ts';

export interface ReadDecisionsOptions {
  readonly scheduler: Scheduler;
  readonly ledger: Ledger;
  readonly fail: (violation: string) => void;
}

export class ReadDecisions {
  readonly #options: ReadDecisionsOptions;

  constructor(options: ReadDecisionsOptions) {
    this.#options = options;
  }

  /** An answer of the platform reached a process. */
  heard({ life, kind, answer, sentAt }: ExchangeRecord): void {
    if (kind !== 'list' || answer?.status !== 200 || 'age' in answer.headers) return;
    const { ledger } = this.#options;
    const all = [...ledger.watched.values()].filter((watched) => watched.life === life);
    for (const watched of all) {
      if (watched.ends.length > 0 || !isWaiting(watched)) continue;
      // A read is for those who waited when it began.
      if (watched.waitsSince === undefined || watched.waitsSince >= sentAt) continue;
      const known = ledger.rows.get(watched.approvalId ?? '');
      if (known === undefined || !holdsDecision(answer.body, known.row.id)) continue;
      this.#expectEnd(watched);
    }
  }

  #expectEnd(watched: Watched): void {
    const { scheduler, fail, ledger } = this.#options;
    const { life, traceId, approvalId } = watched;
    if (ledger.lostFrames.has(`${life.name} ${approvalId}`))
      life.trace.hit('frame.lost_found_by_read');
    life.arrival(1, 'agent', () => {
      if (watched.ends.length === 0 && isWaiting(watched))
        fail(`G1: ${traceId} still waits at ${scheduler.now}, and its decision was read`);
    });
  }
}

const rowsSchema = z.array(z.object({ id: z.string(), status: z.string() }));

/** Whether this row stands in a list as decided. */
function holdsDecision(body: string, id: string): boolean {
  if (!body.includes(id)) return false;
  const rows = rowsSchema.safeParse(JSON.parse(body));
  const found = rows.data?.find((row) => row.id === id);
  return found !== undefined && found.status !== 'pending';
}
