/**
 * Who waits for which approval. Decisions come from frames and from reads; each goes to the one
 * that waits for its id, and to nobody else.
 */
import type {
  ApprovalRequest,
  Decision,
  DecisionStatus,
  Problem,
  WaitEvent,
  WaitInput,
} from '../../machines/index.ts';
import { decisionOfRow, type Row } from '../protocol/rows.ts';

export type WaitMode = 'live' | 'polling';

export interface Waiter {
  readonly approvalId: string;
  readonly request: ApprovalRequest;
  readonly mode: WaitMode;
  readonly report: (event: WaitEvent) => void;
  /** Kept by nobody's service: whoever waits next goes on with it. */
  readonly isHeld?: true;
}

/** A later answer that says something else than the one that counted. */
export interface Contradiction {
  readonly request: ApprovalRequest;
  readonly approvalId: string;
  readonly first: DecisionStatus;
  readonly later: DecisionStatus | 'pending';
}

interface Settled {
  readonly request: ApprovalRequest;
  readonly status: DecisionStatus;
  /** The last contradiction that was told. */
  told?: DecisionStatus | 'pending';
}

/** Ended approvals that are remembered to notice contradictions; early decisions and grants kept. */
const REMEMBERED = 1_000;

export class Waiters {
  readonly #waiting = new Map<string, Waiter>();
  readonly #settled = new Map<string, Settled>();
  /** Decisions that came before the answer to their POST, while a POST is under way. */
  readonly #early = new Map<string, Decision[]>();
  /** Ids of grants that came as early, and that only their rows may confirm. */
  readonly #unconfirmed = new Map<string, true>();
  /** Who was held when another one began to wait for the same id. */
  readonly #displaced = new WeakSet<ApprovalRequest>();
  readonly #onContradiction: (contradiction: Contradiction) => void;
  readonly #lookAtDeadlines: () => void;
  #submitting = 0;
  #polling = 0;

  /** @param lookAtDeadlines ends the waits whose time is up, before a decision is believed */
  constructor(
    onContradiction: (contradiction: Contradiction) => void,
    lookAtDeadlines: () => void,
  ) {
    this.#onContradiction = onContradiction;
    this.#lookAtDeadlines = lookAtDeadlines;
  }

  /** From here on decisions for unknown ids may be ours; call the result when the wait began. */
  expect(): () => void {
    this.#submitting += 1;
    return () => {
      this.#submitting -= 1;
      if (this.#submitting > 0) return;
      this.#early.clear();
      this.#unconfirmed.clear();
    };
  }

  /** A grant for an unknown id, which may be for one of ours, and counts when its row says the same. */
  keepUnconfirmed(approvalId: string): void {
    if (this.#submitting > 0) remember(this.#unconfirmed, approvalId, true);
  }

  /** Whether there was such a grant for one that begins to wait. */
  takeUnconfirmed(approvalId: string): boolean {
    return this.#unconfirmed.delete(approvalId);
  }

  /**
   * The wait of an approval goes on while its service does not run; see {@link isHeld}.
   * @returns false where nobody waits for this approval
   */
  hold({ request, approvalId }: WaitInput, report: Waiter['report']): boolean {
    const waiter = this.#waiting.get(approvalId);
    if (waiter?.request !== request) return false;
    this.#waiting.set(approvalId, { ...waiter, report, isHeld: true });
    return true;
  }

  /** Ends the wait of an approval; false where another one waits for its id. */
  letGo({ request, approvalId }: WaitInput): boolean {
    const waiter = this.#waiting.get(approvalId);
    if (waiter?.request !== request) return false;
    this.#drop(waiter);
    return true;
  }

  /** Whether {@link add} would go on with a wait that is held. */
  isHeld({ request, approvalId, mode }: Omit<Waiter, 'report'>): boolean {
    const waiter = this.#waiting.get(approvalId);
    return waiter?.isHeld === true && waiter.request === request && waiter.mode === mode;
  }

  /** Starts a wait; the result ends it. */
  add(waiter: Waiter): () => void {
    const before = this.#waiting.get(waiter.approvalId);
    // Two for one id are a fault of the platform: the later one waits, and who wakes changes nothing.
    if (this.#displaced.delete(waiter.request)) return () => undefined;
    if (before?.isHeld === true && before.request !== waiter.request)
      this.#displaced.add(before.request);
    this.#drop(before);
    this.#waiting.set(waiter.approvalId, waiter);
    if (waiter.mode === 'polling') this.#polling += 1;
    // The same approval may be waited for again, by its key.
    this.#settled.delete(waiter.approvalId);
    const early = this.#early.get(waiter.approvalId) ?? [];
    this.#early.delete(waiter.approvalId);
    for (const decision of early) this.deliver(decision);
    return () => {
      if (this.#waiting.get(waiter.approvalId) === waiter) this.#drop(waiter);
    };
  }

  #drop(waiter: Waiter | undefined): void {
    if (waiter === undefined) return;
    this.#waiting.delete(waiter.approvalId);
    if (waiter.mode === 'polling') this.#polling -= 1;
  }

  get(approvalId: string): Waiter | undefined {
    return this.#waiting.get(approvalId);
  }

  values(): Iterable<Waiter> {
    return this.#waiting.values();
  }

  get size(): number {
    return this.#waiting.size;
  }

  get anyPolling(): boolean {
    return this.#polling > 0;
  }

  deliver(decision: Decision): void {
    this.#lookAtDeadlines();
    const waiter = this.#waiting.get(decision.approvalId);
    if (this.#settled.has(decision.approvalId)) this.#compare(decision.approvalId, decision.status);
    else if (waiter !== undefined) this.#settle(waiter, decision);
    else if (this.#submitting > 0) this.#keep(decision);
  }

  /** What a row says of an approval that has its answer already. */
  compareRow(row: Row): void {
    if (!this.#settled.has(row.id) || this.#waiting.has(row.id)) return;
    const status = decisionOfRow(row)?.status ?? (row.status === 'pending' ? 'pending' : undefined);
    if (status !== undefined) this.#compare(row.id, status);
  }

  #settle({ request, report }: Waiter, decision: Decision): void {
    // Whoever watches the actors is shown these very objects.
    report(Object.freeze({ type: 'decision.received', decision: Object.freeze(decision) }));
    // Not before: the service of one that slept begins its wait in the report.
    remember(this.#settled, decision.approvalId, { request, status: decision.status });
  }

  /** The same fact to everybody who waits. */
  broadcast(event: WaitEvent): void {
    // A report may move a waiter from one mode to the other, which changes the map.
    for (const waiter of Array.from(this.#waiting.values())) waiter.report(event);
  }

  fail(problem: Problem): void {
    this.broadcast({ type: 'wait.failed', problem });
  }

  /** The first counts; one that contradicts it is kept to be noticed, and no more than that. */
  #keep(decision: Decision): void {
    const [first, ...more] = this.#early.get(decision.approvalId) ?? [];
    if (first === undefined) remember(this.#early, decision.approvalId, [decision]);
    else if (more.length === 0 && first.status !== decision.status)
      this.#early.set(decision.approvalId, [first, decision]);
  }

  /** Each contradiction is told once, and not at every read. */
  #compare(approvalId: string, status: DecisionStatus | 'pending'): void {
    const settled = this.#settled.get(approvalId);
    if (settled === undefined || settled.status === status || settled.told === status) return;
    settled.told = status;
    this.#onContradiction({
      request: settled.request,
      approvalId,
      first: settled.status,
      later: status,
    });
  }
}

function remember<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.set(key, value);
  if (map.size <= REMEMBERED) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    return;
  }
}
