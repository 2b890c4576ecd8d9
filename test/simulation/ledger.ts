/** What really happened, as nobody in the world knows it: the judge's book. */
import type { Outcome } from '../../machines/index.ts';
import type { FakeRow } from '../../src/testing/fake/rows.ts';
import type { Life } from './life.ts';

/** One call of `request()`, or one approval that `resume()` took up. */
export interface Ask {
  readonly life: Life;
  readonly key: string | undefined;
  readonly action: string;
  readonly isResumed: boolean;
  /** True time, milliseconds. */
  readonly at: number;
  /** From there to its deadline at the most, milliseconds. */
  readonly timeoutMs: number;
  outcome: Outcome | undefined;
  gaveUp?: true;
}

/** A decision of the person. */
export interface Said {
  readonly decision: 'approved' | 'denied';
  readonly at: number;
}

/** A row that there was, whether the platform still knows it or not. */
export interface KnownRow {
  readonly row: FakeRow;
  readonly createdAt: number;
  readonly said: Said[];
}

/** One approval as one process sees it. */
export interface Watched {
  readonly traceId: string;
  readonly life: Life;
  readonly action: string;
  /** True time. */
  readonly deadline: number;
  /** Terminal records that its machine emitted. */
  readonly ends: string[];
  state?: string;
  approvalId?: string;
  endedAt?: number;
  /** When it began to wait, true time. */
  waitsSince?: number;
}

export class Ledger {
  readonly asks: Ask[] = [];
  readonly rows = new Map<string, KnownRow>();
  /** Processes that were told to end. */
  readonly closing = new Set<Life>();
  /** By process and trace id. */
  readonly watched = new Map<string, Watched>();
  /** The latest deadline of a key, true time. */
  readonly deadlines = new Map<string, number>();
  /** The platform lost rows, or knows them otherwise than it did. */
  platformForgot = false;
  /** A list said that nothing was there. */
  listLied = false;
  /** Rows of ours are beyond what the platform lists. */
  windowFilled = false;
  /** Frames that were lost, by process and row. */
  readonly lostFrames = new Set<string>();

  created(row: FakeRow, at: number): void {
    this.rows.set(row.id, { row, createdAt: at, said: [] });
  }

  said(id: string, said: Said): void {
    this.rows.get(id)?.said.push(said);
  }

  rowsOfKey(key: string): KnownRow[] {
    return [...this.rows.values()].filter(({ row }) => row.task_id === key);
  }

  watch(life: Life, seen: { traceId: string; action: string; deadline: number }): Watched {
    const name = `${life.name} ${seen.traceId}`;
    const known = this.watched.get(name);
    if (known !== undefined) return known;
    const watched: Watched = { ...seen, life, ends: [] };
    this.watched.set(name, watched);
    return watched;
  }

  find(life: Life, traceId: string): Watched | undefined {
    return this.watched.get(`${life.name} ${traceId}`);
  }

  /** What a process watches for this action and has not ended. */
  findAction(life: Life, action: string): Watched | undefined {
    return [...this.watched.values()].find(
      (watched) => watched.life === life && watched.action === action && watched.ends.length === 0,
    );
  }

  /** Asks of living processes that have no outcome yet. */
  waiting(): Ask[] {
    return this.asks.filter(({ life, outcome }) => life.isAlive && outcome === undefined);
  }
}
