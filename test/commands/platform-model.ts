/** What the platform must say, by the simplest rules there are: a list of rows, the first end stays. */
import type { JsonObject } from '../../machines/index.ts';
import { digestOf } from '../../src/protocol/digest.ts';

export const WORKSPACES = ['w1', 'w2'] as const;

/** What is asked for; `args` absent: words only. */
export const BODIES: readonly {
  readonly action: string;
  readonly seconds: number;
  readonly args?: JsonObject;
}[] = [
  { action: 'Drop table users', seconds: 600 },
  { action: 'Drop table users', seconds: 40, args: { table: 'users' } },
  { action: 'Pay the invoice', seconds: 5, args: { eur: 10.5, to: 'Zoë' } },
];

export interface ModelEnd {
  readonly status: 'approved' | 'denied';
  readonly outcome: 'granted' | 'denied' | 'timeout' | 'withdrawn';
  readonly decided_by: string;
  readonly note: string | null;
}

export interface ModelRow {
  readonly id: string;
  readonly workspaceId: string;
  readonly body: number;
  readonly key: string | null;
  readonly expiresAt: number;
  end: ModelEnd | null;
  /** Nodes that know its deadline since they run. */
  readonly watchers: Set<number>;
}

export const EXPIRED: ModelEnd = {
  status: 'denied',
  outcome: 'timeout',
  decided_by: 'auto-expired',
  note: null,
};

const EVENT_OF = {
  granted: 'APPROVAL_DECIDED',
  denied: 'APPROVAL_DECIDED',
  timeout: 'APPROVAL_EXPIRED',
  withdrawn: 'APPROVAL_WITHDRAWN',
} as const;

/** A request that another server took is noticed by a look every so often, milliseconds. */
const NOTICED_WITHIN_MS = 30_000;

export class PlatformModel {
  /** In the order of their creation. */
  readonly rows: ModelRow[] = [];
  readonly open = [true, true];
  now: number;
  #asked = false;

  constructor(now: number) {
    this.now = now;
  }

  /** Once a run is enough. */
  get hasManyRows(): boolean {
    return this.#asked;
  }
  manyRowsAsked(): void {
    this.#asked = true;
  }

  add(row: Omit<ModelRow, 'expiresAt' | 'end' | 'watchers'>, node: number): void {
    const expiresAt = this.now + (BODIES[row.body]?.seconds ?? 0) * 1_000;
    this.rows.push({ ...row, expiresAt, end: null, watchers: new Set([node]) });
  }

  withKey(workspaceId: string, key: string | null): ModelRow | undefined {
    return this.rows.find(
      (row) => key !== null && row.key === key && row.workspaceId === workspaceId,
    );
  }

  /** The row that a command means by a number of its own. */
  at(which: number): ModelRow {
    const row = this.rows[which % this.rows.length];
    if (row === undefined) throw new Error('a command needs a row, and there is none');
    return row;
  }

  isDue(row: ModelRow): boolean {
    return row.end === null && row.expiresAt <= this.now;
  }

  /** Pending and past its deadline, and a server had the time to notice. */
  get overdue(): ModelRow[] {
    return this.rows.filter(
      (row) =>
        this.isDue(row) && (row.watchers.size > 0 || row.expiresAt + NOTICED_WITHIN_MS <= this.now),
    );
  }

  close(node: number): void {
    this.open[node] = false;
    for (const { watchers } of this.rows) watchers.delete(node);
  }

  reopen(node: number): void {
    this.open[node] = true;
    for (const { watchers } of this.rows) watchers.add(node);
  }

  listed(workspaceId: string): ModelRow[] {
    return this.rows.filter((row) => row.workspaceId === workspaceId).toReversed();
  }
}

/** The events of one row, in their order. */
export const eventsOf = ({ end }: ModelRow): string[] =>
  end === null ? ['APPROVAL_REQUESTED'] : ['APPROVAL_REQUESTED', EVENT_OF[end.outcome]];

/** As stored, the digest over exactly what was asked. */
export function columnsOf({ id, workspaceId, body, key, end }: ModelRow) {
  const { action = '', args } = BODIES[body] ?? {};
  return {
    id,
    workspace_id: workspaceId,
    action,
    args: args === undefined ? null : JSON.stringify(args),
    digest: args === undefined ? null : digestOf({ action, args, workspaceId }),
    idempotency_key: key,
    edited_args: null,
    ...(end ?? { status: 'pending', outcome: null, decided_by: null, note: null }),
  };
}

/** What a requester sends. */
export function bodyOf(workspaceId: string, body: number): JsonObject {
  const { action = '', seconds = 1, args } = BODIES[body] ?? {};
  return {
    action,
    timeout_seconds: seconds,
    ...(args === undefined
      ? {}
      : { context: { args, digest: digestOf({ action, args, workspaceId }) } }),
  };
}
