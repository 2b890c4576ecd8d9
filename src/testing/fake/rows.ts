/** The rows of the fake platform: what was asked, and how it stands. */
import { randomUUID } from 'node:crypto';
import { AUTO_EXPIRED, LIST_WINDOW } from '../../protocol/routes.ts';
import { timestamp } from './timestamps.ts';

/** One approval, with the recorded names and words. */
export interface FakeRow {
  readonly id: string;
  readonly workspace_id: string;
  readonly task_id: string;
  readonly action: string;
  readonly reason: string;
  readonly status: 'pending' | 'approved' | 'denied';
  readonly decided_by: string | null;
  /** RFC 3339 in UTC, microseconds; `null` while pending. */
  readonly decided_at: string | null;
  readonly created_at: string;
}

/** What somebody asks for. `reason` and `taskId` are empty where they are not given. */
export interface FakeAsk {
  readonly workspaceId: string;
  readonly action: string;
  readonly reason?: string;
  readonly taskId?: string;
}

interface Entry {
  row: FakeRow;
  readonly createdAtMs: number;
}

export class FakeRows {
  readonly #entries: Entry[] = [];
  readonly #now: () => number;
  readonly #changed: () => void;
  readonly #uuid: () => string;

  /** @param uuid makes the ids; default: random */
  constructor(now: () => number, changed: () => void, uuid: () => string = randomUUID) {
    this.#now = now;
    this.#changed = changed;
    this.#uuid = uuid;
  }

  insert({ workspaceId, action, reason = '', taskId = '' }: FakeAsk): FakeRow {
    const createdAtMs = this.#now();
    const row: FakeRow = {
      id: this.#uuid(),
      workspace_id: workspaceId,
      task_id: taskId,
      action,
      reason,
      status: 'pending',
      decided_by: null,
      decided_at: null,
      created_at: timestamp(createdAtMs, 6),
    };
    this.#entries.push({ row, createdAtMs });
    this.#changed();
    return row;
  }

  /** Every row of every workspace, newest first. */
  all(): FakeRow[] {
    // Newest first also among rows of one millisecond: the sort is stable.
    return this.#entries
      .toReversed()
      .sort((a, b) => b.createdAtMs - a.createdAtMs)
      .map(({ row }) => row);
  }

  /** What the platform lists: newest first, and never more than its window. */
  listed(workspaceId: string): FakeRow[] {
    return this.all()
      .filter((row) => row.workspace_id === workspaceId)
      .slice(0, LIST_WINDOW);
  }

  pending(): FakeRow[] {
    return this.all().filter(({ status }) => status === 'pending');
  }

  /** The first decision wins: `undefined` where the row is unknown or ended. */
  decide(id: string, status: 'approved' | 'denied', decidedBy: string): FakeRow | undefined {
    const entry = this.#entries.find(({ row }) => row.id === id && row.status === 'pending');
    if (entry === undefined) return undefined;
    const decided_at = timestamp(this.#now(), 6);
    entry.row = { ...entry.row, status, decided_by: decidedBy, decided_at };
    this.#changed();
    return entry.row;
  }

  /** Ends what waited longer than `afterMs`; nobody is told. */
  expire(afterMs: number): void {
    const latest = this.#now() - afterMs;
    for (const { row, createdAtMs } of this.#entries)
      if (row.status === 'pending' && createdAtMs < latest)
        this.decide(row.id, 'denied', AUTO_EXPIRED);
  }

  clear(): void {
    this.#entries.length = 0;
  }

  /** A back-up of everything as it stands. @returns puts it back: what came later is forgotten */
  backUp(): () => void {
    const saved = this.#entries.map(({ row, createdAtMs }) => ({ row, createdAtMs }));
    return () => {
      this.#entries.splice(0, Infinity, ...saved.map((entry) => ({ ...entry })));
      this.#changed();
    };
  }
}
